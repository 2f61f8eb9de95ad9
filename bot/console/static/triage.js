// The lexicon page: what is in use, the draft and its checks, what was published.

import { byId, el, setText, show, sure, toast } from "./dom.js";
import { get, post, whenGone } from "./net.js";
import { Rows, rowLine } from "./triage_rows.js";

const API = "/desk/triage/api";
const LOOK_AGAIN = 1_000; // ms, while a check is at work
const mayChange = document.body.dataset.changes === "yes";
let draft = null;
let timer = 0;

// --- acts -----------------------------------------------------------------------------------------------------------

async function act(name, body = null) {
  try {
    await post(`${API}/${name}`, body);
  } finally {
    await refresh();
  }
}

const tell = (promise, text = "") => promise.then(() => text && toast(text), (fault) => toast(fault.message, true));

async function ask(title, text, yes, name, body, done) {
  if (await sure(title, text, yes)) await tell(act(name, body), done);
}

byId("replay").addEventListener("click", () => tell(act("replay")));
byId("gate").addEventListener("click", () => tell(act("gate")));
byId("publish").addEventListener("click", () => ask(
  "发布这份草稿？", "几秒之内，所有新来的话都按它判断。", "发布", "publish", null, "已发布，正在生效。",
));
byId("roll-back").addEventListener("click", () => tell(act("roll_back"), "已退回上一版。"));
byId("discard").addEventListener("click", () => ask(
  "丢掉这份草稿？", "里面还没发布的改动会没有。", "丢掉", "discard", { draft: draft.id }, "草稿已丢掉。",
));
byId("show-changed").addEventListener("click", () => tell(showChanged()));

// --- what is in use -------------------------------------------------------------------------------------------------

function drawInUse(found) {
  setText(byId("live"), found.in_use.number ? `第 ${found.in_use.number} 版` : "仓库自带的词库");
  setText(byId("version"), found.in_use.version);
  show(byId("broken"), found.in_use.broken);
  show(byId("roll-back"), mayChange && found.releases.some((one) => one.state === "live"));
}

// --- draft ----------------------------------------------------------------------------------------------------------

function drawDraft(found) {
  draft = found;
  show(byId("no-draft"), !draft);
  show(byId("draft"), Boolean(draft));
  show(byId("draft-state"), Boolean(draft));
  if (!draft) return;
  setText(byId("draft-state"), draft.state_label);
  byId("changes").replaceChildren(...draft.changes.map(change));
  byId("faults").querySelector("ul").replaceChildren(...draft.faults.map((one) => el("li", "", one)));
  show(byId("faults"), draft.faults.length > 0);
  drawReplay(draft.replay);
  drawGate(draft.gate);
  drawButtons();
  byId("draft-acts").replaceChildren(...draft.acts.map((one) => el("li", "", one)));
}

function change(one) {
  const line = rowLine(one);
  line.prepend(el("span", `badge op-${one.op}`, one.op_label));
  if (one.live) line.append(el("span", "hint", "已在用"));
  if (mayChange) line.append(takeBack(one));
  return line;
}

function takeBack(one) {
  const button = el("button", "small", "撤掉");
  button.type = "button";
  button.setAttribute("aria-label", `撤掉：${one.op_label}${one.name}`);
  button.addEventListener("click", () => tell(act("take_back", { draft: draft.id, at: one.at })));
  return button;
}

function drawButtons() {
  const faulty = draft.faults.length > 0 || draft.changes.length === 0;
  for (const name of ["replay", "gate", "publish", "discard"]) show(byId(name), mayChange);
  byId("replay").disabled = faulty || draft.replay?.state === "running";
  byId("gate").disabled = faulty || draft.gate?.state === "running";
  byId("publish").disabled = !draft.checked;
  setText(byId("publish-hint"), draft.checked ? "可以发布了。" : "回放和过关检查都做完才能发布。改了草稿要重做。");
}

const ENDED = { failed: "没有做成，请再试一次；还不行就找技术人员。", lost: "中断了，请再来一次。" };

function drawReplay(replay) {
  const running = replay?.state === "running";
  show(byId("replay-progress"), running);
  if (running) Object.assign(byId("replay-progress"), { max: Math.max(1, replay.of), value: replay.done });
  show(byId("show-changed"), replay?.state === "done" && replay.changed > 0 && byId("changed").hidden);
  if (replay?.state !== "done") clearChanged();
  byId("replay-found").replaceChildren(...(replay ? replayLines(replay) : []));
}

function replayLines(replay) {
  if (ENDED[replay.state]) return [el("p", "fault", ENDED[replay.state])];
  if (replay.state === "running") return [el("p", "", `正在回放：${replay.done} / ${replay.of} 条`)];
  const missing = replay.unreadable ? `有 ${replay.unreadable} 条解不开。` : "";
  const text = `${replay.at} 回放了 ${replay.of} 条，${replay.changed ? `会变 ${replay.changed} 条。` : "没有一条会变。"}${missing}`;
  return [el("p", "", text), ...replay.moves.map(move)];
}

function move(one) {
  const node = el("p", "move");
  node.append(el("span", `level ${one.before}`, one.before_label), " → ", el("span", `level ${one.after}`, one.after_label));
  if (one.count) node.append(` ${one.count} 条`);
  return node;
}

function drawGate(gate) {
  byId("gate-found").replaceChildren(...(gate ? gateLines(gate) : []));
}

function gateLines(gate) {
  if (ENDED[gate.state]) return [el("p", "fault", ENDED[gate.state])];
  if (gate.state === "running") return [el("p", "", "正在检查，大约半分钟…")];
  const verdict = gate.passed ? el("p", "passed", `✓ ${gate.at} 过关了`) : el("p", "fault", `✕ ${gate.at} 没过关，不能发布：`);
  const faults = el("ul", "plain-list");
  faults.append(...gate.faults.map((one) => el("li", "", one)));
  const figures = el("p", "hint", gate.figures.map(([name, value]) => `${name} ${value}`).join("；"));
  return [verdict, faults, figures];
}

async function showChanged() {
  const { messages } = await get(`${API}/changed`);
  byId("changed").replaceChildren(...messages.map(message));
  show(byId("changed"), true);
  show(byId("show-changed"), false);
}

function message(one) {
  const item = el("li");
  const link = el("a", "", one.pseudonym);
  link.href = `/desk/c/${one.conversation}`;
  const head = move({ ...one, count: 0 });
  head.append(" ", link, " ", el("small", "", one.at));
  item.append(head, el("p", "words", one.text));
  return item;
}

function clearChanged() {
  byId("changed").replaceChildren();
  show(byId("changed"), false);
}

// --- what was published, how alarms were judged -----------------------------------------------------------------------

function release(one) {
  const item = el("li");
  const acts = el("details", "acts-list");
  const list = el("ul");
  list.append(...one.acts.map((text) => el("li", "", text)));
  acts.append(el("summary", "", "谁做过什么"), list);
  item.append(el("span", `badge ${one.state}`, one.state_label), el("strong", "", `第 ${one.number} 版`));
  item.append(el("span", "about", `${one.count} 处改动 · ${one.by} ${one.at} 发布`), acts);
  if (mayChange && one.state === "retired") item.append(reopen(one));
  return item;
}

function reopen(one) {
  const button = el("button", "small", "做成草稿");
  button.type = "button";
  button.setAttribute("aria-label", `把第 ${one.number} 版做成草稿`);
  button.disabled = Boolean(draft);
  button.addEventListener("click", () => tell(act("reopen", { draft: one.number }), "做成草稿了，检查过关就能再发布。"));
  return button;
}

function judgement(one) {
  const row = el("tr");
  const level = el("td");
  level.append(el("span", `level ${one.level}`, one.level_label));
  row.append(level, ...["kind", "right", "wrong", "missed", "precision"].map((key) => el("td", "", one[key])));
  return row;
}

async function drawJudgements() {
  const { rows } = await get(`${API}/marks`);
  const none = el("td", "", "还没有人标过。");
  none.colSpan = 6;
  byId("judgements").replaceChildren(...(rows.length ? rows.map(judgement) : [none]));
}

// --- all of it --------------------------------------------------------------------------------------------------------

let drawn = "";

async function refresh() {
  clearTimeout(timer);
  const found = await get(`${API}/state`);
  const text = JSON.stringify(found);
  if (text !== drawn) draw(found);
  drawn = text;
  if (found.draft?.running) timer = setTimeout(() => refresh().catch(() => {}), LOOK_AGAIN);
}

function draw(found) {
  drawInUse(found);
  drawDraft(found.draft);
  const none = el("li", "hint", "还没有发布过，用的是仓库自带的词库。");
  byId("releases").replaceChildren(...(found.releases.length ? found.releases.map(release) : [none]));
}

const rows = new Rows({ mayChange, act });
whenGone(() => location.assign("/desk/login"));
addEventListener("focus", () => refresh().catch(() => {}));
tell(Promise.all([refresh(), drawJudgements(), rows.search()]));
