// The rota: who is on duty, the week, exceptions, where notices go.

import { byId, el, setText, show, toast } from "./dom.js";
import { get, post, whenGone } from "./net.js";

const changes = document.body.dataset.changes === "yes";
const REFRESH = 30_000;
const TAKES = "到 {until} 自动恢复照值班表。";

const api = (name, body) => post(`/desk/rota/api/${name}`, body);

function button(text, label, onClick) {
  const node = el("button", "small", text);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  node.addEventListener("click", async () => {
    node.disabled = true;
    await onClick();
    node.disabled = false;
  });
  return node;
}

// Does it, draws anew, and says so; a refusal is said as the server words it.
async function act(name, body, done) {
  try {
    const answer = await api(name, body);
    await load();
    toast(done);
    return answer;
  } catch (fault) {
    toast(fault.message, true);
    return null;
  }
}

// --- drawing --------------------------------------------------------------------------------------------------------

function drawNow(places) {
  byId("now").replaceChildren(...places.map(({ label, people }) => {
    const box = el("div");
    box.append(el("dt", "", label), ...(people.length ? people.map(person) : [el("dd", "nobody", "没有人")]));
    return box;
  }));
}

function person({ name, present, reachable }) {
  const node = el("dd", "", name);
  const facts = [present ? "在值班台前" : "不在值班台前", !reachable && "没有通知地址"].filter(Boolean);
  node.append(el("small", reachable ? "" : "nobody", facts.join("，")));
  return node;
}

function drawMine({ state, until }) {
  for (const choice of document.getElementsByName("mine")) choice.checked = choice.value === state;
  setText(byId("mine-until"), until ? TAKES.replace("{until}", until) : "");
}

function drawWeek(days, kept) {
  show(byId("no-rota"), !kept);
  byId("week").replaceChildren(...(kept ? days.map(day) : []));
}

function day({ name, turns, free }) {
  const node = el("section");
  const list = el("ul");
  list.append(...turns.map((one) => turn(one, name)));
  node.append(el("h3", "", name), list);
  if (free.length) node.append(el("p", "free", `没人：${free.join("、")}`));
  return node;
}

function turn({ id, hours, name, place, label }, dayName) {
  const node = el("li", `turn ${place}`);
  node.append(el("span", "hours", hours), el("span", "", `${name} · ${label}`));
  if (changes) node.append(button("撤掉", `撤掉：${dayName} ${hours} ${name}`, () => act("remove_turn", { id }, "已经撤掉。")));
  return node;
}

function drawExceptions(rows) {
  const empty = el("li", "", "没有变动。");
  byId("exceptions").replaceChildren(...(rows.length ? rows.map(exception) : [empty]));
}

function exception({ id, day: when, hours, name, label }) {
  const node = el("li");
  node.append(el("strong", "", `${when} ${hours}`), el("span", "", `${name} · ${label}`));
  if (changes) node.append(button("撤掉", `撤掉：${when} ${hours} ${name}`, () => act("remove_exception", { id }, "已经撤掉。")));
  return node;
}

function drawPeople(people, office, officeCount) {
  const mine = people.map((one) => addresses(one.id, one.name + (one.me ? "（我）" : ""), one.addresses, one.count, one.me));
  byId("people").replaceChildren(...mine, addresses(null, "办公室名单", office, officeCount, false));
}

function addresses(staff, name, known, count, me) {
  const node = el("li");
  node.append(el("strong", "", name));
  if (!count) node.append(el("span", "nobody", "没有通知地址"));
  else if (!known.length) node.append(el("span", "", "有通知地址"));
  for (const one of known) {
    node.append(el("span", "badge", one.kind));
    if (changes) node.append(button("删", `删掉${name}的${one.kind}`, () => act("remove_address", { id: one.id }, "已经删掉。")));
  }
  if (count && (changes || me)) node.append(button("试发", `给${name}试发一条通知`, () => tryOut(staff)));
  return node;
}

function drawUnreachable({ people, office_count: office, kept }) {
  const silent = people.filter((one) => one.on_rota && !one.count).map((one) => one.name);
  const none = !office && people.every((one) => !one.count);
  const text = none ? "一个通知地址也没有：夜里没有人应，系统叫不到任何人的手机，只有开着值班台的人能听见。"
    : silent.length ? `排了班却没有通知地址：${silent.join("、")}。手机叫不到他们。`
    : kept && !office ? "办公室名单还是空的：叫到最后一步没有人可叫。" : "";
  setText(byId("unreachable"), text);
  show(byId("unreachable"), Boolean(text));
}

function fillPeople(people) {
  for (const select of document.querySelectorAll("select.people")) {
    const chosen = select.value;
    for (const old of select.querySelectorAll("option:not([value=''])")) old.remove();
    for (const one of people) {
      const option = el("option", "", `${one.name}（${one.role}）`);
      option.value = one.id;
      select.append(option);
    }
    if (chosen) select.value = chosen;
  }
}

// --- live -----------------------------------------------------------------------------------------------------------

let drawn = "";

async function load() {
  const state = await get("/desk/rota/api/state");
  const same = JSON.stringify({ ...state, at: "" });
  if (same === drawn) return;
  drawn = same;
  const focused = document.activeElement?.getAttribute("aria-label");
  drawNow(state.now);
  drawMine(state.mine);
  drawWeek(state.days, state.kept);
  drawExceptions(state.exceptions);
  drawPeople(state.people, state.office, state.office_count);
  drawUnreachable(state);
  fillPeople(state.people);
  if (focused) document.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
}

const quietly = () => load().catch(() => {});

async function tryOut(staff) {
  try {
    const { sent, failed } = await api("test", { staff });
    toast(failed ? `发出 ${sent} 条，有 ${failed} 条没送到。请检查地址。` : `已发出 ${sent} 条，请看看手机收到没有。`, failed > 0);
  } catch (fault) {
    toast(fault.message, true);
  }
}

byId("test-mine").addEventListener("click", () => {
  const mine = JSON.parse(drawn || "{}").people?.find((one) => one.me);
  if (mine) tryOut(mine.id);
});

const HERE = { rota: null, here: true, away: false };
for (const choice of document.getElementsByName("mine")) {
  choice.addEventListener("change", () => act("switch", { here: HERE[choice.value] }, "记下了。"));
}

// --- forms ----------------------------------------------------------------------------------------------------------

function onSubmit(id, name, body, done) {
  const form = byId(id);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fault = form.querySelector(".fault");
    show(fault, false);
    try {
      await api(name, body(new FormData(form)));
    } catch (refused) {
      setText(fault, refused.message);
      show(fault, true);
      return;
    }
    for (const field of form.querySelectorAll("input[name=url], input[type=checkbox]")) {
      field.value = field.name === "url" ? "" : field.value;
      field.checked = false;
    }
    toast(done);
    await quietly();
  });
}

const hours = (data) => ({ starts: data.get("starts"), ends: data.get("ends") });
onSubmit("add-turn", "add_turn", (data) => ({
  days: data.getAll("days").map(Number), ...hours(data), staff: data.get("staff"), place: data.get("place"),
}), "已经加上。");
onSubmit("add-exception", "add_exception", (data) => ({
  day: data.get("day"), ...hours(data), staff: data.get("staff") || null, place: data.get("place") || null,
}), "已经加上。");
onSubmit("add-address", "add_address", (data) => ({ staff: data.get("staff") || null, url: data.get("url") }), "已经加上，试发一条看看。");

whenGone(() => location.assign("/desk/login"));
setInterval(quietly, REFRESH);
load().catch((fault) => toast(fault.message, true));
