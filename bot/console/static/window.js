// What the channel still allows: under the thread in words, in the queue in short. The time runs down here.

import { byId, secondsTo, setText, show } from "./dom.js";

const LITTLE = 2 * 3600; // seconds

function left({ closes_at: closes, messages }) {
  const seconds = secondsTo(closes);
  const all = Math.ceil(seconds / 60);
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  const time = hours ? `${hours} 时 ${minutes} 分` : `${minutes} 分`;
  return { seconds, time, few: messages !== null && messages <= 2, none: messages === 0 || seconds === 0 };
}

const count = ({ messages }) => (messages === null ? "" : `${messages} 条 · `);

export class ReplyWindow {
  constructor() {
    this.node = byId("window");
  }

  draw(state) {
    const told = state?.window;
    show(this.node, Boolean(told));
    setText(byId("send"), told && left(told).none ? "留给来信时" : "发送");
    if (!told) return;
    const { few, none, seconds, time } = left(told);
    this.node.className = `window ${none ? "shut" : few || seconds < LITTLE ? "short" : ""}`;
    setText(this.node, none ? this.shut(state) : `${state.channel}还能发 ${count(told)}剩 ${time}`);
  }

  shut({ channel, level, window: { held } }) {
    const said = `${channel}现在不让再发。你写的会留着，等职工再来信时送出${held ? `（已留 ${held} 条）` : ""}。`;
    return said + (level === "imminent" ? "等不得：打开“个案信息”找紧急联系人打电话，或请督导来。" : "");
  }
}

// In the queue only what is short is worth a line.
export function drawShort(node, told) {
  const { few, none, seconds, time } = told ? left(told) : {};
  show(node, Boolean(told && (few || none || seconds < LITTLE)));
  if (told) setText(node, none ? "渠道已关，等职工来信" : `还能回 ${count(told)}剩 ${time}`);
}
