// One conversation: its thread, its state, and what may be done with it.

import { bubble, drawDelivery } from "./bubble.js";
import { Canned } from "./canned.js";
import { byId, day, el, newKey, prefer, preference, setText, show, syncClock, toast, waited } from "./dom.js";
import { Live, post } from "./net.js";
import { Notes } from "./notes.js";
import { Typing } from "./typing.js";
import { ReplyWindow } from "./window.js";

const drafts = new Map(); // what was being typed, by conversation; in memory only
const wide = matchMedia("(min-width: 860px)");

export class Thread {
  constructor({ onAct, onAlive, onAway, onNews, onState }) {
    this.onAway = onAway;
    this.id = "";
    this.onNews = onNews;
    this.onAct = onAct;
    this.onState = onState;
    this.onAlive = onAlive;
    this.log = byId("thread");
    this.reply = byId("reply");
    this.canned = new Canned(this.reply, () => drafts.set(this.id, this.reply.value)); // hears the keys before this does
    this.notes = new Notes(this);
    this.window = new ReplyWindow();
    this.worker = new Typing(this);
    this.wire();
    setInterval(() => this.tick(), 1000);
  }

  wire() {
    byId("composer").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.reply.addEventListener("keydown", (event) => this.typed(event));
    this.reply.addEventListener("input", () => drafts.set(this.id, this.reply.value));
    byId("enter-sends").checked = preference("enter", "no") === "yes";
    byId("enter-sends").addEventListener("change", (event) => prefer("enter", event.target.checked ? "yes" : "no"));
    byId("enter-sends").addEventListener("change", () => this.hint());
    this.hint();
    byId("claim").addEventListener("click", () => this.onAct("claim", this.id));
    byId("acknowledge").addEventListener("click", () => this.onAct("acknowledge", this.id));
    byId("newer").addEventListener("click", () => this.toEnd());
    this.log.addEventListener("scroll", () => { if (this.atEnd()) show(byId("newer"), false); });
  }

  open(id) {
    this.leave();
    this.id = id;
    this.state = null;
    this.last = 0;
    this.lastDay = "";
    this.deliveries = new Map();
    this.cards = new Map();
    this.log.replaceChildren();
    this.log.setAttribute("aria-busy", "true");
    this.reply.value = drafts.get(id) ?? "";
    this.live = new Live((last) => `/desk/c/${id}/events?after=${last || 0}`, {
      messages: (list) => this.add(list),
      notes: (list) => this.notes.draw(list),
      state: (state) => this.draw(state),
      typing: () => this.worker.show(),
      alive: (sign) => this.onAlive(sign),
      away: () => this.onAway(),
    }, undefined, `/desk/api/c/${id}/canned`);
  }

  leave() {
    this.live?.close();
    this.live = null;
    this.id = "";
    this.worker.hide();
    this.notes.close();
    this.log.replaceChildren();
    show(byId("open"), false);
    show(byId("nothing"), true);
  }

  add(list) {
    const first = this.last === 0;
    const follow = first || this.atEnd();
    for (const message of list) if (message.id > this.last) this.append(message);
    if (this.state) this.drawMarks(this.state);
    this.onNews();
    this.log.setAttribute("aria-busy", "false");
    if (follow) requestAnimationFrame(() => this.toEnd());
    else if (list.some((message) => message.author === "worker")) show(byId("newer"), true);
  }

  append(message) {
    this.last = message.id;
    if (message.author === "worker") this.worker.hide();
    if (day(message.at) !== this.lastDay) {
      this.lastDay = day(message.at);
      this.log.append(el("p", "day", this.lastDay));
    }
    const node = bubble(message, { mark: (mark) => this.mark(mark), offer: (what, id) => this.offer(what, id) });
    node.dataset.id = message.id;
    this.cards.set(String(message.id), node.querySelector(".why"));
    this.deliveries.set(String(message.id), node.querySelector(".delivery"));
    this.log.append(node);
  }

  atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    show(byId("newer"), false);
  }

  draw(state) {
    const fresh = !this.state;
    const follow = this.atEnd();
    const became = state.may.reply && !this.state?.may.reply;
    if (state.may.reply && !this.state?.may.reply) this.canned.load(this.id);
    syncClock(state.now);
    this.state = state;
    show(byId("nothing"), false);
    show(byId("open"), true);
    this.drawHead(state);
    this.drawComposer(state);
    this.onState(state);
    for (const [id, value] of Object.entries(state.delivery)) {
      const node = this.deliveries.get(id);
      if (node) drawDelivery(node, value);
    }
    this.drawMarks(state);
    if (follow) requestAnimationFrame(() => this.toEnd());
    if (became && (wide.matches || !fresh)) this.reply.focus();
    else if (fresh) byId("pseudonym").focus({ preventScroll: true });
  }

  drawMarks(state) {
    for (const [id, marks] of Object.entries(state.marks)) this.cards.get(id)?.drawMarks(marks);
  }

  async offer(what, message) {
    try {
      await post(`/desk/api/c/${this.id}/${what}`, { message });
      if (what === "recommend") toast("推荐了。号码和名字会先隐去，编辑看过、另一人审过才会用。");
    } catch (fault) {
      toast(fault.message, true);
    }
    for (const button of this.log.querySelectorAll(".again")) button.disabled = false;
  }

  async mark(mark) {
    try {
      await post(`/desk/api/c/${this.id}/mark`, mark);
      toast("记下了。它会用来改进判断，不会发给职工。");
    } catch (fault) {
      toast(fault.message, true);
    }
  }

  drawHead(state) {
    byId("badges").replaceChildren(...state.badges.map((one) => el("span", `badge ${one.name}`, one.text)));
    setText(byId("pseudonym"), state.pseudonym);
    byId("level").className = `level ${state.level}`;
    setText(byId("level"), state.level_label);
    show(byId("acknowledge"), state.alerts > 0);
    show(byId("hand-back"), state.may.hand_back);
    show(byId("close"), state.may.close);
    show(byId("case-page"), Boolean(state.number));
    if (state.number) byId("case-page").href = `/desk/case/${state.number}`;
    byId("open").classList.toggle("urgent", state.alerts > 0 && state.level === "imminent");
    const parts = [state.kind, state.state, state.channel, state.number && `个案 ${state.number}`].filter(Boolean);
    byId("facts").replaceChildren(...parts.flatMap((part) => [el("span", "fact", part), " "]));
    this.tick();
  }

  tick() {
    this.window.draw(this.state);
    if (this.state) setText(byId("waits"), this.state.since ? `等 ${waited(this.state.since)}` : "");
  }

  drawComposer(state) {
    show(byId("box"), state.may.reply);
    show(byId("claim"), state.may.claim);
    const taken = state.holder && !state.mine && !state.company.joined;
    setText(byId("taken"), taken ? `由${state.holder}在陪。你可以看，不能回话。` : "");
    show(byId("taken"), Boolean(taken));
  }

  hint() {
    const touch = matchMedia("(pointer: coarse)").matches;
    const key = byId("enter-sends").checked ? "Shift+回车换行" : "Ctrl+回车发送";
    this.reply.placeholder = touch ? "写给职工的话" : `写给职工的话（${key}）`;
  }

  // While a Chinese input method is composing, Enter chooses a word and must not send.
  typed(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const plain = byId("enter-sends").checked && !event.shiftKey && !event.altKey;
    if (!event.ctrlKey && !event.metaKey && !plain) return;
    event.preventDefault();
    this.send();
  }

  async send() {
    const [id, text] = [this.id, this.reply.value];
    if (!text.trim() || this.sending) return;
    this.sending = true;
    byId("send").disabled = true;
    show(byId("fault"), false);
    try {
      await post(`/desk/api/c/${id}/reply`, { text, key: this.keyOf(id, text) });
      this.sent(id, text);
    } catch (fault) {
      setText(byId("fault"), `没发出去：${fault.message}文字还在。`);
      show(byId("fault"), true);
    }
    this.sending = false;
    byId("send").disabled = false;
  }

  // The same words pressed again after a lost answer keep their key: the server sends them once.
  keyOf(id, text) {
    if (this.trying?.id !== id || this.trying.text !== text) this.trying = { id, text, key: newKey() };
    return this.trying.key;
  }

  sent(id, text) {
    this.trying = null;
    drafts.delete(id);
    if (this.id !== id || this.reply.value !== text) return;
    this.reply.value = "";
    this.toEnd();
  }
}
