// Private notes: drawn among the messages they were written behind, and a box of their own, so that none is sent by mistake.

import { byId, el, newKey, setText, show, time } from "./dom.js";
import { post } from "./net.js";

const drafts = new Map(); // what was being written, by conversation; in memory only

export class Notes {
  constructor(thread) {
    this.thread = thread;
    this.box = byId("note");
    byId("note-open").addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    byId("note-close").addEventListener("click", () => { this.close(); byId("note-open").focus(); });
    byId("note-save").addEventListener("click", () => this.save());
    this.box.addEventListener("input", () => drafts.set(this.thread.id, this.box.value));
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  get isOpen() {
    return !byId("noting").hidden;
  }

  open() {
    this.box.value = drafts.get(this.thread.id) ?? "";
    this.turn(true);
    this.box.focus();
  }

  close() {
    this.turn(false);
  }

  turn(on) {
    show(byId("noting"), on);
    show(byId("talking"), !on); // one box at a time: what is typed goes where it seems to go
    show(byId("note-fault"), false);
    byId("note-open").setAttribute("aria-expanded", String(on));
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") { this.close(); byId("note-open").focus(); }
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.save();
  }

  async save() {
    const [id, text] = [this.thread.id, this.box.value];
    if (!text.trim() || this.saving) return;
    this.saving = true;
    if (this.trying?.id !== id || this.trying.text !== text) this.trying = { id, text, key: newKey() };
    try {
      await post(`/desk/api/c/${id}/note`, { text, key: this.trying.key });
      this.saved(id, text);
    } catch (fault) {
      setText(byId("note-fault"), `没记下：${fault.message}文字还在。`);
      show(byId("note-fault"), true);
    }
    this.saving = false;
  }

  saved(id, text) {
    this.trying = null;
    drafts.delete(id);
    if (this.thread.id !== id || this.box.value !== text) return;
    this.box.value = "";
    this.close();
    this.thread.toEnd();
  }

  draw(list) {
    const log = this.thread.log;
    const follow = this.thread.atEnd();
    for (const node of log.querySelectorAll(".private")) node.remove();
    for (const note of list) log.insertBefore(card(note), this.place(note.after));
    if (follow) requestAnimationFrame(() => this.thread.toEnd());
  }

  // In front of the first message that came later, and of the line that names its day.
  place(after) {
    const later = [...this.thread.log.children].find((node) => Number(node.dataset.id ?? 0) > after);
    const day = later?.previousElementSibling;
    return day?.matches(".day") ? day : later ?? null;
  }
}

function card(note) {
  const node = el("article", "private");
  const by = el("p", "by");
  by.append(el("strong", "", `备注 · ${note.name}`), el("time", "", time(note.at)), el("span", "", "职工看不到"));
  by.children[1].dateTime = note.at;
  node.append(by, el("p", "text", note.text));
  return node;
}
