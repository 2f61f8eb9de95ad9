// Colleagues in one conversation: inviting, coming in, taking over, and being told that it was taken.

import { byId, el, setText, show, toast } from "./dom.js";
import { get, post } from "./net.js";

export class Company {
  constructor(thread) {
    this.thread = thread;
    this.invited = new Set(); // conversations for which the invitation was told
    this.read = new Set(); // notices that were closed here
    byId("invite").addEventListener("click", () => this.askWhom());
    byId("join").addEventListener("click", () => this.act("join"));
    byId("leave").addEventListener("click", () => this.act("leave"));
    byId("decline").addEventListener("click", () => this.act("leave"));
    byId("take-over").addEventListener("click", () => this.askWhy());
    byId("take-yes").addEventListener("click", () => this.take());
    byId("taken-dialog").addEventListener("close", () => this.told());
  }

  get isOpen() {
    return ["invite-dialog", "take-dialog", "taken-dialog"].some((id) => byId(id).open);
  }

  draw({ company, mine, holder }) {
    show(byId("invite"), company.may_invite);
    show(byId("leave"), company.joined);
    show(byId("join"), company.may_join);
    show(byId("take-over"), company.may_take);
    show(byId("decline"), company.invited);
    show(byId("come-in"), company.may_join || company.may_take);
    byId("join").classList.toggle("primary", company.may_join);
    const parts = [
      company.joined && `你和${[holder, ...company.here].join("、")}一起在陪`,
      !company.joined && company.here.length && `${company.here.join("、")}也在陪`,
      mine && company.asked.length && `请了${company.asked.join("、")}，还没来`,
      company.invited && "同事请你一起陪",
    ].filter(Boolean);
    setText(byId("beside"), parts.join("；"));
    show(byId("beside"), parts.length > 0);
  }

  async act(action, body = null) {
    try {
      await post(`/desk/api/c/${this.thread.id}/${action}`, body);
      return true;
    } catch (fault) {
      toast(fault.message, true);
      return false;
    }
  }

  async askWhom() {
    show(byId("invite-fault"), false);
    byId("colleagues").replaceChildren();
    byId("invite-dialog").showModal();
    const found = await get("/desk/api/colleagues").catch(() => null);
    if (!found?.colleagues.length) return this.fault("invite-fault", found ? "现在没有别的同事。" : "没取到名单，请再试一次。");
    return byId("colleagues").replaceChildren(...found.colleagues.map((one) => this.colleague(one)));
  }

  colleague(one) {
    const [item, button] = [el("li"), el("button", "small", "请他来")];
    button.type = "button";
    button.setAttribute("aria-label", `请${one.name}一起陪`);
    button.addEventListener("click", async () => {
      if (!(await this.act("invite", { staff: one.staff }))) return;
      byId("invite-dialog").close();
      toast(`已请${one.name}，等他进来。`);
    });
    item.append(el("span", "name", `${one.name}（${one.role}）`), el("span", "present", one.present ? "在台上" : ""), button);
    return item;
  }

  askWhy() {
    this.from = { id: this.thread.id, holder: this.thread.state.company.holder }; // who is there now, not who is there later
    byId("take-reason").value = "";
    show(byId("take-fault"), false);
    byId("take-dialog").showModal();
    byId("take-reason").focus();
  }

  async take() {
    const text = byId("take-reason").value.trim();
    if (!text) return this.fault("take-fault", "请写一句原因，原来的同事会看到。");
    try {
      await post(`/desk/api/c/${this.from.id}/take_over`, { text, holder: this.from.holder });
    } catch (fault) {
      return this.fault("take-fault", fault.message);
    }
    return byId("take-dialog").close();
  }

  fault(id, text) {
    setText(byId(id), text);
    show(byId(id), true);
  }

  // Told once for each take-over, and again after a reload until it was acknowledged.
  tell(notices) {
    const [next] = notices.filter((one) => !this.read.has(one.notice));
    if (!next || byId("taken-dialog").open) return;
    this.telling = next;
    setText(byId("taken-text"), this.telling.text);
    byId("taken-dialog").showModal();
  }

  async told() {
    if (!this.telling) return;
    this.read.add(this.telling.notice);
    await post("/desk/api/notices/seen", { notice: this.telling.notice }).catch(() => {});
  }

  call(rows) {
    for (const row of rows) {
      if (row.invited && !this.invited.has(row.conversation)) toast(`${row.holder}请你一起陪${row.pseudonym}。`);
      if (row.invited) this.invited.add(row.conversation);
      else this.invited.delete(row.conversation);
    }
  }
}
