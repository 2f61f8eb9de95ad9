// What the channel still allows: under the thread in words, in the queue in short. The time runs down here.

import { byId, secondsTo, setText, show } from "./dom.js";

const isShut = (told) => !told.open || secondsTo(told.closes_at) === 0;

function left({ closes_at: closes, messages }) {
  const all = Math.ceil(secondsTo(closes) / 60);
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  const time = hours ? `${hours} 时 ${minutes} 分` : `${minutes} 分`;
  return messages === null ? `，剩 ${time}` : ` ${messages} 条 · 剩 ${time}`;
}

export class ReplyWindow {
  constructor() {
    this.node = byId("window");
  }

  draw(state) {
    const told = state?.window;
    const shut = Boolean(told && isShut(told));
    show(this.node, Boolean(told));
    setText(byId("send"), shut ? "留给来信时" : "发送");
    if (!told) return;
    this.node.className = `window ${shut ? "shut" : told.short ? "short" : ""}`;
    setText(this.node, shut ? this.shut(state) : `${state.channel}还能发${left(told)}`);
  }

  shut({ channel, level, window: { held } }) {
    const said = `${channel}现在不让再发。你写的会留着，等职工再来信时送出${held ? `（已留 ${held} 条）` : ""}。`;
    return said + (level === "imminent" ? "等不得：打开“个案信息”找紧急联系人打电话，或请督导来。" : "");
  }
}

// In the queue only what is short is worth a line.
export function drawShort(node, told) {
  show(node, Boolean(told && (told.short || isShut(told))));
  if (told) setText(node, isShut(told) ? "渠道已关，等职工来信" : `还能回${left(told)}`);
}
