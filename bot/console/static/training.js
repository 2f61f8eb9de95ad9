// The training page: what is in use, the training that is open and its report, what there was before.

import { byId, el, setText, show, sure, toast } from "./dom.js";
import { get, post, whenGone } from "./net.js";

const API = "/desk/training/api";
const SOON = 1_000; // ms, while something is at work
const LATER = 5_000; // ms: a colleague may start one
const root = byId("training");
const [mayPublish, mayTrain] = [root.dataset.publish === "yes", root.dataset.train === "yes"];
let run = null;
let timer = 0;

// --- acts -----------------------------------------------------------------------------------------------------------

async function act(name, body, done) {
  try {
    await post(`${API}/${name}`, body);
    toast(done);
  } catch (fault) {
    if (fault.code === "proof_needed") return location.assign("/desk/prove?back=/desk/training");
    toast(fault.message, true);
  }
  return refresh();
}

byId("start").addEventListener("click", () => act("start", null, "已经排上了。"));
byId("publish").addEventListener("click", async () => {
  const text = "新的引擎起来、能回答了才换；换的时候职工不会断。换上以后可以一按就换回来。";
  if (await sure("发布这一次训练？", text, "发布")) await act("publish", { run: run.number }, "正在换上。");
});
byId("discard").addEventListener("click", async () => {
  const text = "训练出来的东西会删掉。问答本身不动，可以再训练。";
  if (await sure("丢掉这一次训练？", text, "丢掉")) await act("discard", { run: run.number }, "丢掉了。");
});

async function goBack(one) {
  const text = "换回去以后，后来加的问题和问法机器人暂时找不到。";
  if (await sure(`换回第 ${one.number} 版？`, text, "换回去")) await act("roll_back", { run: one.number }, "正在换回去。");
}

// --- drawing --------------------------------------------------------------------------------------------------------

const items = (texts, tag = "li") => texts.map((text) => el(tag, "", text));

function list(texts, name = "plain-list") {
  const node = el("ul", name);
  node.append(...items(texts));
  return node;
}

function fold(summary, texts) {
  const node = el("details", "moved");
  node.append(el("summary", "", summary), list(texts));
  return node;
}

function changeLists(changes) {
  return changes.map((one) => {
    const more = one.count > one.list.length ? [`……一共 ${one.count} 条`] : [];
    return fold(`${one.label} ${one.count} 条`, [...one.list, ...more]);
  });
}

function drawLive(found) {
  const { live } = found;
  setText(byId("live"), live ? `第 ${live.number} 版` : "还没有");
  setText(byId("live-at"), live ? `${live.published} 换上` : "");
  show(byId("start"), mayTrain && !found.open);
}

async function drawWaiting() {
  const { changes } = await get(`${API}/changes`);
  const none = changes === null ? "不知道在用的这一版里有哪些问题，训练一次就知道了。" : "跟在用的比，没有改动。";
  setText(byId("waiting-text"), changes?.length ? "跟在用的比，批准了这些改动，还没训练：" : none);
  byId("waiting-list").replaceChildren(...(changes ? changeLists(changes) : []));
}

const minutes = (seconds) => (seconds < 90 ? `${seconds} 秒` : `${Math.round(seconds / 60)} 分钟`);

function progressText() {
  if (run.state === "queued") return "在排队，马上就开始。";
  if (run.state === "publishing") return "新的引擎正在起来，能回答了就换上。";
  if (run.left === null) return "";
  return `正在${run.state_label}，大约还要 ${minutes(run.left)}。`;
}

function drawRun(found) {
  run = found.run;
  show(byId("run"), Boolean(run));
  if (!run) return;
  setText(byId("run-state"), run.state_label);
  setText(byId("run-who"), `第 ${run.number} 次 · ${run.who} ${run.at} 开始`);
  byId("stages").replaceChildren(...run.stages.map(stage));
  show(byId("progress-box"), run.working);
  byId("progress").removeAttribute("value");
  if (run.share !== null) byId("progress").value = run.share;
  setText(byId("progress-text"), progressText());
  byId("reason").replaceChildren(el("p", "", run.reason));
  show(byId("reason"), Boolean(run.reason));
  byId("report").replaceChildren(...(run.report ? report(run.report) : []));
  show(byId("report"), Boolean(run.report));
  show(byId("discard"), mayTrain && run.can_discard);
  show(byId("publish"), mayPublish && run.can_publish);
}

function stage(one) {
  const node = el("li", one.state, one.label);
  if (one.state === "now") node.setAttribute("aria-current", "step");
  return node;
}

function report(found) {
  const changes = found.changes.length ? [el("h3", "", "这次带来的改动"), ...changeLists(found.changes)] : [];
  return [
    el("h3", "", "没见过的测试句"), table(found.figures),
    ...moves("问答", found.faqs), ...moves("问答（自己的问法轮流当考题）", found.index), ...moves("意图", found.intents),
    el("h3", "", "安全"), checks(found.safety),
    el("h3", "", "试着对话"), checks(found.canary),
    ...changes,
  ];
}

const SIDES = ["在用的", "这一次"];

function table(figures) {
  const box = el("div", "scroll");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "测试句的结果");
  const node = el("table");
  const head = el("tr");
  for (const text of ["", ...SIDES]) {
    const cell = el(text ? "th" : "td", "", text);
    if (text) cell.scope = "col";
    head.append(cell);
  }
  const rows = figures.map((one) => {
    const row = el("tr");
    const name = el("th", "", one.label);
    name.scope = "row";
    const arrow = { worse: " ↓", better: " ↑" }[one.way] ?? "";
    const cells = [el("td", "", one.old), el("td", one.way, one.new + arrow)];
    cells.forEach((cell, at) => { cell.dataset.side = SIDES[at]; });
    row.append(name, ...cells);
    return row;
  });
  const top = el("thead");
  top.append(head);
  const body = el("tbody");
  body.append(...rows);
  node.append(top, body);
  box.append(node);
  return box;
}

function moves(name, { worse, better }) {
  return [["变差的", worse], ["变好的", better]]
    .filter(([, rows]) => rows.length)
    .map(([way, rows]) => fold(`${name}：${way} ${rows.length} 个`, rows));
}

function checks(rows) {
  const node = el("ul", "checks");
  node.append(...rows.map((one) => el("li", one.passed ? "good" : "bad", one.label)));
  return node;
}

function release(one, switching) {
  const item = el("li");
  item.append(el("span", `badge ${one.state === "published" ? "live" : ""}`, one.state_label), el("strong", "", `第 ${one.number} 版`));
  const published = one.published ? `；${one.published} 换上` : "";
  item.append(el("span", "about", `${one.who} ${one.at} 训练${published}${one.reason ? `。${one.reason}` : ""}`));
  if (mayPublish && one.back) item.append(backButton(one, switching));
  return item;
}

function backButton(one, switching) {
  const button = el("button", "small", "换回这一版");
  button.type = "button";
  button.setAttribute("aria-label", `换回第 ${one.number} 版`);
  button.disabled = switching;
  button.addEventListener("click", () => goBack(one));
  return button;
}

// --- all of it --------------------------------------------------------------------------------------------------------

let drawn = "";
let live = null;

async function refresh() {
  clearTimeout(timer);
  let busy = true;
  try {
    const found = await get(`${API}/state`);
    const text = JSON.stringify(found);
    if (text !== drawn) draw(found);
    drawn = text;
    busy = found.switching || Boolean(found.run?.working);
  } finally {
    clearTimeout(timer);
    timer = setTimeout(() => refresh().catch(() => {}), busy ? SOON : LATER);
  }
}

function draw(found) {
  const moved = found.live?.number !== live;
  live = found.live?.number;
  drawLive(found);
  drawRun(found);
  byId("releases").replaceChildren(...found.releases.map((one) => release(one, found.switching)));
  if (moved) drawWaiting().catch(() => {});
}

whenGone(() => location.assign("/desk/login"));
addEventListener("focus", () => { refresh().catch(() => {}); drawWaiting().catch(() => {}); });
refresh().catch((fault) => toast(fault.message, true));
