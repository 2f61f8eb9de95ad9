// Who the worker is, and where they belong: the two sections of the panel that others must agree to.

import { byId, el, setText, show, toast } from "./dom.js";
import { get, post } from "./net.js";
import { proofIsOpen, proved } from "./proof.js";

const SHOWN = 50; // units in the choice at once

export class Belonging {
  constructor(thread, onChange) {
    this.thread = thread;
    this.onChange = onChange;
    byId("why-yes").addEventListener("click", () => this.giveReason());
    byId("who-dialog").addEventListener("close", () => byId("who-facts").replaceChildren());
    byId("unit-find").addEventListener("input", () => this.offer());
    byId("unit-yes").addEventListener("click", () => this.place(byId("unit-choice").value));
    byId("unit-none").addEventListener("click", () => this.place(null));
  }

  get isOpen() {
    return proofIsOpen() || ["why-dialog", "who-dialog", "unit-dialog"].some((id) => byId(id).open);
  }

  // --- who ---

  identity(found) {
    const nodes = [el("p", "hint", found.text)];
    if (found.may_look) nodes.push(button("who-look", "查看身份", () => this.look()));
    if (found.at_once) nodes.push(button("who-at-once", "有生命危险，马上查看", () => this.ask("at_once")));
    if (found.may_ask) nodes.push(button("who-ask", "申请查看身份", () => this.ask("ask")));
    return nodes;
  }

  ask(act) {
    this.asked = { id: this.thread.id, act };
    const atOnce = act === "at_once";
    setText(byId("why-title"), atOnce ? "马上查看身份" : "申请查看身份");
    setText(byId("why-text"), atOnce
      ? "只在有生命危险、要报警或找人时用。你和原因会记在个案上。"
      : "原因会交给一位督导看。批准以后 24 小时内有效，每看一次都会记在个案上。");
    byId("why-reason").value = "";
    show(byId("why-fault"), false);
    byId("why-dialog").showModal();
    byId("why-reason").focus();
  }

  async giveReason() {
    const text = byId("why-reason").value.trim();
    if (!text) return this.fault("why", "请写一句原因。");
    const { id, act } = this.asked;
    try {
      const found = await proved(() => post(`/desk/api/c/${id}/identity/${act}`, { text }));
      byId("why-dialog").close();
      if (act === "at_once") this.reveal(id, found);
      else toast("已交给督导，批准以后这里会变。");
    } catch (fault) {
      return this.fault("why", fault.message);
    }
    return this.onChange();
  }

  async look() {
    const id = this.thread.id;
    try {
      this.reveal(id, await proved(() => post(`/desk/api/c/${id}/identity/look`)));
    } catch (fault) {
      toast(fault.message, true);
    }
    this.onChange();
  }

  // In the dialog only: nothing of it stays on the page once it is closed.
  reveal(id, found) {
    if (id !== this.thread.id) return;
    const facts = [["渠道", found.channel], ["我们的账号", found.account], ["对方的号", found.id]];
    byId("who-facts").replaceChildren(...facts.map(([name, value]) => {
      const row = el("div");
      row.append(el("dt", "", name), el("dd", "words", value));
      return row;
    }));
    byId("who-dialog").showModal();
  }

  // --- where ---

  unit(found) {
    this.placed = found;
    const nodes = [el("p", found ? "words" : "hint", found ? found.path : "没有填。职工自己说了再填，不要追问。")];
    nodes.push(button("unit-open", found ? "改" : "填写", () => this.choose()));
    return nodes;
  }

  async choose() {
    this.choosing = this.thread.id;
    this.units = [];
    byId("unit-find").value = "";
    byId("unit-choice").replaceChildren();
    show(byId("unit-fault"), false);
    show(byId("unit-none"), Boolean(this.placed));
    byId("unit-dialog").showModal();
    byId("unit-find").focus();
    const found = await get("/desk/api/units").catch(() => null);
    if (!found?.units.length) return this.fault("unit", found ? "还没有单位，请管理员先加。" : "没取到名单，请再试一次。");
    this.units = found.units;
    return this.offer();
  }

  offer() {
    const words = byId("unit-find").value.trim();
    const fits = this.units.filter((one) => one.path.includes(words));
    byId("unit-choice").replaceChildren(...fits.slice(0, SHOWN).map((one) => new Option(one.path, one.id, false, one.id === this.placed?.id)));
    setText(byId("unit-more"), fits.length > SHOWN ? `还有 ${fits.length - SHOWN} 个，多写几个字` : fits.length ? "" : "没有这个单位");
  }

  async place(unit) {
    if (unit === "") return this.fault("unit", "请选一个单位。");
    try {
      await post(`/desk/api/c/${this.choosing}/unit`, { unit });
    } catch (fault) {
      return this.fault("unit", fault.message);
    }
    byId("unit-dialog").close();
    return this.onChange();
  }

  fault(name, text) {
    setText(byId(`${name}-fault`), text);
    show(byId(`${name}-fault`), true);
  }
}

function button(id, text, onClick) {
  const node = el("button", "small", text);
  node.type = "button";
  node.id = id;
  node.addEventListener("click", onClick);
  return node;
}
