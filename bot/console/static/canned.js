// Canned replies: "/" in the reply box, letters or words, arrows, Enter. What is picked can still be changed.

import { byId, el, show, toast } from "./dom.js";
import { get } from "./net.js";

const SIGN = /^[/、／]/; // an input method for Chinese makes these of the same key

export class Canned {
  constructor(box, onPick) {
    this.box = box;
    this.onPick = onPick;
    this.list = byId("canned");
    this.found = [];
    this.at = 0;
    box.addEventListener("input", () => this.typed());
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => this.close());
    byId("canned-open").addEventListener("click", () => this.browse());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  }

  get isOpen() {
    return !this.list.hidden;
  }

  async load(id) {
    this.id = id;
    this.close();
    const found = await get(`/desk/api/c/${id}/canned`).catch(() => null);
    if (this.id !== id) return;
    this.replies = found?.replies ?? null;
    if (this.replies && document.activeElement === this.box) this.typed(); // a quick hand was faster than the answer
  }

  async browse() {
    this.box.focus();
    if (!this.replies) await this.load(this.id);
    if (!this.replies) toast("常用回话没取到，请再试一次。", true);
    else this.open("");
  }

  typed() {
    if (SIGN.test(this.box.value) && !this.box.value.includes("\n")) this.open(this.box.value.slice(1).trim().toLowerCase());
    else this.close();
  }

  open(words) {
    const fits = (one) => one.code.startsWith(words) || one.title.includes(words) || one.text.includes(words);
    this.found = (this.replies ?? []).filter(fits);
    this.list.replaceChildren(...this.found.map((one, place) => this.option(one, place)));
    show(this.list, this.found.length > 0);
    byId("canned-open").setAttribute("aria-expanded", String(this.isOpen));
    this.go(0);
  }

  option(one, place) {
    const item = el("li");
    Object.assign(item, { id: `canned-${place}`, role: "option" });
    item.append(el("strong", "", one.title), el("span", "code", one.code && `/${one.code}`), el("span", "preview", one.text));
    item.addEventListener("click", () => this.pick(place));
    return item;
  }

  go(place) {
    this.at = Math.min(Math.max(place, 0), this.found.length - 1);
    [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === this.at)));
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    if (this.isOpen) this.box.setAttribute("aria-activedescendant", `canned-${this.at}`);
  }

  key(event) {
    if (!this.isOpen || event.isComposing || event.keyCode === 229) return;
    const acts = {
      ArrowDown: () => this.go(this.at + 1),
      ArrowUp: () => this.go(this.at - 1),
      Enter: () => this.pick(this.at),
      Tab: () => this.pick(this.at),
      Escape: () => this.close(),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Enter does not send here, and Escape does not leave the box
    acts[event.key]();
  }

  // What was typed before stays in front, unless it was the search.
  pick(place) {
    const before = SIGN.test(this.box.value) ? "" : this.box.value.trim();
    this.close();
    this.box.value = before ? `${before}\n${this.found[place].text}` : this.found[place].text;
    this.box.focus();
    this.onPick();
  }

  close() {
    show(this.list, false);
    byId("canned-open").setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }
}
