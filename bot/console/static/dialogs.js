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
    if (this.id !== this.thread.id) this.forget();
    this.id = this.thread.id;
    this.wasImminent = this.thread.state.level === "imminent" && this.thread.state.mine;
    show(byId("close-fault"), false);
    this.closing.showModal();
    this.kinds()[0].focus();
  }

  kinds() {
    return [...byId("outcome-kinds").querySelectorAll("input")];
  }

  forget() {
    for (const kind of this.kinds()) kind.checked = false;
    byId("outcome").value = "";
    byId("outcome-risk").value = "";
    byId("outcome-contact").checked = false;
  }

  async close() {
    const [text, risk] = [byId("outcome").value.trim(), byId("outcome-risk").value];
    const kind = this.kinds().find((one) => one.checked)?.value;
    if (!kind) return this.fault("请选怎么结束的。", this.kinds()[0]);
    if (!text) return this.fault("请写一句说明，一句就行。");
    if (!risk) return this.fault("请选剩下的风险。", byId("outcome-risk"));
    let answer;
    try {
      answer = await post(`/desk/api/c/${this.id}/close`, { text, kind, risk, contact: byId("outcome-contact").checked });
    } catch (fault) {
      return this.fault(fault.message);
    }
    this.forget();
    this.closing.close();
    this.rest();
    return toast(answer.closed ? "已结案。" : "已请督导同意结案。同意以前，个案还在。");
  }

  fault(text, where = byId("outcome")) {
    setText(byId("close-fault"), text);
    show(byId("close-fault"), true);
    where.focus();
  }
}
