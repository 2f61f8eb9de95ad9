// The desk: puts queue, conversation and alarm together.

import { Alarm } from "./alarm.js";
import { Dialogs } from "./dialogs.js";
import { Company } from "./company.js";
import { byId, prefer, preference, setText, show, syncClock, toast } from "./dom.js";
import { Live, post, whenGone } from "./net.js";
import { Panel } from "./panel.js";
import { Queue } from "./queue.js";
import { Thread } from "./thread.js";

const PATIENCE = 60_000; // ms after which an alarm of a colleague's conversation rings here too
const LINE_PATIENCE = 10_000;
const HERE_EVERY = 60_000;
const WARN_BEFORE = 300; // seconds

const alarm = new Alarm(drawSound);
const queue = new Queue({ onOpen: (id) => go(id), onAct: act });
const thread = new Thread({ onAct: act, onAlive: alive, onAway: away, onNews: () => panel.refresh(), onState: (state) => company.draw(state) });
const company = new Company(thread);
const dialogs = new Dialogs(thread);
const panel = new Panel(thread);
const firstSeen = new Map(); // conversation → when its alarm was first seen here
const banners = new Map(); // name → {text, label, act}; the worst one shows
let lineDownAt = 0;
let lastHere = Date.now();
let over = false;

// --- banner ---------------------------------------------------------------------------------------------------------

const WORST_FIRST = ["gone", "line", "mute", "urgent", "idle"];

function banner(name, value) {
  if (value) banners.set(name, value);
  else banners.delete(name);
  const worst = WORST_FIRST.find((one) => banners.has(one));
  const { text = "", label = "" } = banners.get(worst) ?? {};
  byId("banner").className = `banner ${worst ?? ""}`;
  setText(byId("banner-text"), text);
  setText(byId("banner-do"), label);
  show(byId("banner-do"), Boolean(label));
  show(byId("banner"), Boolean(worst));
}

byId("banner-do").addEventListener("click", () => {
  banners.get(WORST_FIRST.find((one) => banners.has(one)))?.act();
});

// --- alarm ----------------------------------------------------------------------------------------------------------

function drawSound() {
  const text = alarm.ready ? "声音已开" : "开启声音";
  setText(byId("sound"), text);
  byId("sound").setAttribute("aria-pressed", String(alarm.ready));
  show(byId("sound-hint"), !alarm.ready);
}

function turnSound() {
  if (alarm.wanted && !alarm.ready) alarm.start(); // wanted, but the browser had put it to sleep
  else alarm.toggle();
}

byId("sound").addEventListener("click", turnSound);

function drawAlarm() {
  if (over) return;
  const urgent = queue.data.filter((row) => row.alarm);
  const ids = urgent.map((row) => row.conversation);
  for (const id of firstSeen.keys()) if (!ids.includes(id)) firstSeen.delete(id);
  for (const id of ids) if (!firstSeen.has(id)) firstSeen.set(id, Date.now());
  const mute = urgent.filter((row) => row.chain?.mute);
  const rings = urgent.filter((row) => row.group !== "others" || mute.includes(row) || Date.now() - firstSeen.get(row.conversation) > PATIENCE);
  alarm.ring(rings.length ? "urgent" : banners.has("line") ? "lost" : null);
  alarm.notify(rings.map((row) => row.conversation));
  const calls = queue.data.filter((row) => row.group === "waiting" || (row.group === "mine" && row.unanswered));
  alarm.setTitle(calls.length, rings.length);
  const others = rings.filter((row) => row.conversation !== thread.id);
  banner("mute", mute.length ? muteBanner(mute) : null);
  banner("urgent", thread.id && others.length ? urgentBanner(others) : null); // without a thread the queue is in view
}

// No telephone rings: only who has this page open can hear it.
function muteBanner([row]) {
  const text = `紧急：${row.pseudonym}。手机通知一条也没送到，请马上接手，打电话叫人。`;
  return { text, label: row.conversation === thread.id ? "" : "打开", act: () => go(row.conversation) };
}

function urgentBanner(rows) {
  const text = rows.length === 1 ? `紧急：${rows[0].pseudonym} 要马上有人接` : `紧急：${rows.length} 位职工要马上有人接`;
  return { text, label: "打开", act: () => go(rows[0].conversation) };
}

// --- live -----------------------------------------------------------------------------------------------------------

const live = new Live(() => "/desk/events", {
  queue: (data) => {
    syncClock(data.now);
    queue.update(data.rows);
    company.tell(data.notices);
    company.call(data.rows);
    setText(byId("nothing-text"), data.rows.length ? "从队列里选一位职工，对话会显示在这里。" : "");
    setText(byId("undelivered"), `未送达 ${data.undelivered}`);
    show(byId("undelivered"), data.undelivered > 0);
    setText(byId("asked"), `身份申请 ${data.asked}`);
    show(byId("asked"), data.asked > 0);
    setText(byId("todo"), `待办 ${data.todo}`);
    show(byId("todo"), data.todo > 0);
    drawAlarm();
  },
  alive,
}, (up) => {
  lineDownAt = up ? 0 : lineDownAt || Date.now();
  setText(byId("line"), up ? "实时" : "断线，正在重连…");
  byId("line").classList.toggle("up", up);
  drawLine();
});

function drawLine() {
  const lost = lineDownAt && Date.now() - lineDownAt > LINE_PATIENCE;
  banner("line", lost ? { text: "连不上服务器，收不到新的求助。请看看网络。" } : null);
}

setInterval(() => { drawLine(); drawAlarm(); }, 1000);

function alive({ left, renewable }) {
  const minutes = Math.max(1, Math.ceil(left / 60));
  const idle = { text: `再过 ${minutes} 分钟会自动退出，退出后收不到求助。`, label: "我还在", act: () => here(true) };
  const full = { text: `登录的时间到头了，再过 ${minutes} 分钟要重新登录。请先交好班。` };
  banner("idle", left > WARN_BEFORE ? null : renewable ? idle : full);
}

// The worker's unit or one's own has changed: what is shown must go from the screen.
function away() {
  go("");
  toast("这个对话不在你的范围里了，已经转给别的同事。", true);
}

async function here(now = false) {
  if (over || (!now && Date.now() - lastHere < HERE_EVERY)) return;
  lastHere = Date.now();
  await post("/desk/api/here").then(() => banners.get("idle")?.label && banner("idle", null), () => {});
}

for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, () => here(Boolean(banners.get("idle")?.label)), true);

whenGone(() => {
  if (over) return;
  over = true;
  live.close();
  thread.leave();
  panel.clear();
  queue.update([]);
  queue.filter.clear();
  show(byId("queue-empty"), false);
  show(byId("undelivered"), false);
  show(byId("asked"), false);
  show(byId("todo"), false);
  setText(byId("nothing-text"), "已退出值班台。");
  setText(byId("line"), "已退出");
  byId("line").classList.remove("up");
  banner("gone", { text: "登录已过期，收不到新的求助。", label: "重新登录", act: () => location.assign("/desk/login") });
  alarm.notify([]);
  alarm.setTitle(0, 0);
  alarm.ring("lost");
});

// --- actions --------------------------------------------------------------------------------------------------------

async function act(action, id, body = null) {
  if (!id) return;
  try {
    await post(`/desk/api/c/${id}/${action}`, body);
    if (action === "claim") go(id);
  } catch (fault) {
    if (["over_capacity", "over_shift"].includes(fault.code)) dialogs.askMore(fault.message, () => act(action, id, { confirmed: true }));
    else toast(fault.message, true);
  }
}

// --- which conversation is open -------------------------------------------------------------------------------------

function go(id, { record = true } = {}) {
  if (record && id !== thread.id) history.pushState({}, "", id ? `/desk/c/${id}` : "/desk");
  document.body.dataset.conversation = id;
  queue.select(id);
  if (id !== thread.id) panel.clear();
  if (!id) thread.leave();
  else if (id !== thread.id) thread.open(id);
  drawAlarm();
}

addEventListener("popstate", () => go(location.pathname.split("/c/")[1] ?? "", { record: false }));
byId("back").addEventListener("click", (event) => { event.preventDefault(); back(); });

function back() {
  queue.focusSelected();
  const id = thread.id;
  go("");
  queue.select("");
  document.querySelector(`.row-open[href="/desk/c/${id}"]`)?.focus();
}

// --- keys -----------------------------------------------------------------------------------------------------------

const keys = {
  j: () => queue.step(1),
  k: () => queue.step(-1),
  a: () => act("acknowledge", queue.pointed()),
  c: () => act("claim", queue.pointed()),
  r: () => byId("reply").focus(),
  f: () => byId("find").focus(),
  n: () => thread.id && thread.notes.open(),
};

byId("keys").checked = preference("keys", "on") === "on";
byId("keys").addEventListener("change", (event) => prefer("keys", event.target.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape" && event.target === byId("reply") && !event.isComposing) queue.focusSelected();
  if (typing || dialogs.isOpen || panel.isOpen || company.isOpen || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!byId("keys").checked || !keys[event.key.toLowerCase()]) return;
  event.preventDefault();
  keys[event.key.toLowerCase()]();
});

syncClock(document.body.dataset.now);
drawSound();
go(document.body.dataset.conversation, { record: false });
