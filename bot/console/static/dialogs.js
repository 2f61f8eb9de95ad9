// The two questions before a conversation is given away: hand back, close.

import { byId, setText, show, toast } from "./dom.js";
import { post } from "./net.js";

export class Dialogs {
  constructor(thread) {
    this.thread = thread;
    this.handBack = byId("hand-back-dialog");
    this.closing = byId("close-dialog");
    byId("hand-back").addEventListener("click", () => this.askHandBack());
    byId("close").addEventListener("click", () => this.askClose());
    byId("close-yes").addEventListener("click", () => this.close());
    this.handBack.addEventListener("close", () => this.handBack.returnValue === "yes" && this.giveBack());
    for (const pick of byId("picks").children) pick.addEventListener("click", () => this.pick(pick.textContent));
  }

  get isOpen() {
    return [this.handBack, this.closing, byId("enough-dialog"), byId("rest-dialog")].some((one) => one.open);
  }

  askHandBack() {
    this.id = this.thread.id;
    this.wasImminent = this.thread.state.level === "imminent" && this.thread.state.mine;
    show(byId("hand-back-warning"), this.wasImminent);
    this.handBack.returnValue = "";
    this.handBack.showModal();
  }

  // A limit that asks: the counsellor decides.
  askMore(text, onYes) {
    const dialog = byId("enough-dialog");
    setText(byId("enough-text"), text);
    dialog.returnValue = "";
    dialog.onclose = () => dialog.returnValue === "yes" && onYes();
    dialog.showModal();
  }

  rest() {
    if (this.wasImminent) byId("rest-dialog").showModal();
  }

  async giveBack() {
    try {
      await post(`/desk/api/c/${this.id}/hand_back`);
      toast("已交回给机器人，个案转为跟进。");
      this.rest();
    } catch (fault) {
      toast(fault.message, true);
    }
  }

  askClose() {
    if (this.id !== this.thread.id) byId("outcome").value = "";
    this.id = this.thread.id;
    this.wasImminent = this.thread.state.level === "imminent" && this.thread.state.mine;
    show(byId("close-fault"), false);
    this.closing.showModal();
    byId("outcome").focus();
  }

  pick(text) {
    const box = byId("outcome");
    box.value = box.value.trim() ? `${box.value.trim()}；${text}` : text;
    box.focus();
  }

  async close() {
    const text = byId("outcome").value.trim();
    if (!text) return this.fault("请写一句结果，一句就行。");
    try {
      await post(`/desk/api/c/${this.id}/close`, { text });
    } catch (fault) {
      return this.fault(fault.message);
    }
    byId("outcome").value = "";
    this.closing.close();
    this.rest();
    return toast("已结案。");
  }

  fault(text) {
    setText(byId("close-fault"), text);
    show(byId("close-fault"), true);
    byId("outcome").focus();
  }
}
