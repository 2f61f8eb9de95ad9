// Who is typing: the worker, shown for some seconds; and this counsellor, told at most every three.

import { byId, show } from "./dom.js";
import { post } from "./net.js";

const SHOWN = 6_000; // ms after the last sign
const EVERY = 3_000;

export class Typing {
  constructor(thread) {
    this.thread = thread;
    this.node = byId("typing");
    this.told = 0;
    thread.reply.addEventListener("input", () => this.tell());
  }

  show() {
    show(this.node, true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), SHOWN);
  }

  hide() {
    clearTimeout(this.timer);
    show(this.node, false);
  }

  // That it did not arrive is no news for anybody.
  tell() {
    const { id, state, reply } = this.thread;
    if (!state?.may.reply || !reply.value.trim() || Date.now() - this.told < EVERY) return;
    this.told = Date.now();
    post("/desk/api/typing", { conversation: id }).catch(() => {});
  }
}
