// The audit page: looking entries up, checking the chain, handing the filter to the export.

import { byId, el, setText, show, toast } from "./dom.js";
import { lines, post, whenGone } from "./net.js";

const API = "/desk/audit/api";
const filter = byId("filter");
let wanted = {};
let last = 0; // the lowest number that is shown

// --- entries ----------------------------------------------------------------------------------------------------------

function asked() {
  const { staff, action, day } = filter.elements;
  return { staff: staff.value, case: filter.elements.case.value.trim(), action: action.value || null, day: day.value || null };
}

function line(entry) {
  const row = el("tr");
  const who = el("td", "", entry.who);
  if (entry.role) who.append(" ", el("small", "", entry.role));
  row.append(el("td", "", String(entry.seq)), el("td", "at", entry.at), who);
  row.append(el("td", "", entry.action), el("td", "", entry.subject), el("td", "detail", entry.detail));
  return row;
}

async function look(before = null) {
  show(byId("fault"), false);
  const { rows, more } = await post(`${API}/entries`, { ...wanted, before });
  if (before === null) byId("rows").replaceChildren();
  byId("rows").append(...rows.map(line));
  last = rows.at(-1)?.seq ?? last;
  show(byId("more"), more);
  show(byId("none"), before === null && rows.length === 0);
  show(byId("entries"), byId("rows").children.length > 0);
}

function tell(fault) {
  const odd = fault.code === "bad_input" ? "个案号像 20261128-00012 这样，请检查一下。" : fault.message;
  setText(byId("fault"), odd);
  show(byId("fault"), true);
}

filter.addEventListener("submit", (event) => {
  if (event.submitter?.id === "export") return; // the browser sends the form and keeps the file
  event.preventDefault();
  wanted = asked();
  look().catch(tell);
});
byId("more").addEventListener("click", () => look(last).catch((fault) => toast(fault.message, true)));

// --- the chain --------------------------------------------------------------------------------------------------------

const verdict = byId("verify-found");

function showVerdict(text, kind = "") {
  verdict.className = kind;
  setText(verdict, text);
}

function hear(found) {
  if (found.of) {
    byId("verify-progress").value = found.done / found.of;
    showVerdict(`正在核对：${found.done} / ${found.of} 条`);
  }
  return found;
}

async function verify() {
  const button = byId("verify").querySelector("button");
  button.disabled = true;
  show(byId("verify-progress"), true);
  showVerdict("正在核对…");
  let result = {};
  try {
    await lines(`${API}/verify`, { anchors: byId("verify").elements.anchors.value }, (found) => { result = hear(found); });
    if (result.whole === undefined) showVerdict("没有核对完，请再试一次。", "broken");
    else showVerdict(`${result.whole ? "✓" : "✕"} ${result.text}`, result.whole ? "whole" : "broken");
  } catch (fault) {
    showVerdict(fault.code === "bad_input" ? "校验码要写成“编号: 十六位字母数字”，一行一个。" : fault.message, "broken");
  } finally {
    button.disabled = false;
    show(byId("verify-progress"), false);
  }
}

byId("verify").addEventListener("submit", (event) => { event.preventDefault(); verify(); });

whenGone(() => location.assign("/desk/login"));
look().catch(tell);
