// One message of the thread.

import { el, setText, show, time } from "./dom.js";
import { Marks } from "./marks.js";

const DELIVERY = { pending: "排队中", sent: "已发出", dead: "没送到", held: "等职工再来信时送出", withdrawn: "已撤回，没有发出" };
const OFFERS = { again: "再发一次", withdraw: "撤回", recommend: "推荐为常见问题" };

// `on.mark` is told a verdict on the message, `on.offer` what is to become of one that did not go out.
export function bubble(message, on) {
  if (message.author === "system") return marker(message);
  const node = el("article", `bubble ${message.author} ${message.level}`);
  node.append(by(message), words(message));
  if (message.buttons.length) node.append(buttons(message.buttons));
  if (message.author === "worker") node.append(why(message, on.mark));
  if (message.delivery) node.append(delivery(message, on.offer));
  return node;
}

function marker(message) {
  const node = el("div", "marker");
  node.append(el("span", "", `${time(message.at)} 提示`), el("p", "", message.text));
  if (message.delivery) node.append(delivery(message));
  return node;
}

function by(message) {
  const node = el("p", "by");
  node.append(el("strong", "", message.name), el("time", "", time(message.at)));
  node.lastChild.dateTime = message.at;
  if (message.level !== "none") node.append(el("span", `level ${message.level}`, message.level_label));
  return node;
}

function words(message) {
  const node = el("p", "text", message.text);
  if (message.form) node.prepend(el("span", "form", message.form));
  return node;
}

function buttons(titles) {
  const list = el("ul", "buttons");
  list.setAttribute("aria-label", "机器人给的按钮");
  list.append(...titles.map((title) => el("li", "", title)));
  return list;
}

// Why triage gave the message its level: each sign with its words, whose it is, what it weighs; and the marks on it.
function why(message, onMark) {
  const card = el("details", `why ${message.level}`);
  const summary = el("summary", "", message.level === "none" ? "没有标级别" : `为什么标为“${message.level_label}”`);
  const told = el("span", "told");
  summary.append(told);
  const marks = new Marks(message, onMark);
  card.append(summary, message.reasons.length ? reasons(message.reasons) : nothing(message), marks.node);
  card.drawMarks = (list) => marks.draw(list, told);
  card.drawMarks([]);
  return card;
}

function nothing(message) {
  const text = message.level === "none" ? "没有找到危险的说法。" : "职工自己按了求助，或没能自动判断，按需要人看处理。";
  return el("p", "", text);
}

// What carries a level, and the model, first; what merely supports it is folded away.
function reasons(list) {
  const supports = (one) => one.level === "none" && !one.model;
  const [main, rest] = [list.filter((one) => !supports(one)), list.filter(supports)];
  const node = el("div", "all-reasons");
  if (main.length) node.append(reasonList(main));
  if (rest.length) {
    const more = el("details");
    more.append(el("summary", "", `另有 ${rest.length} 处佐证`), reasonList(rest));
    node.append(more);
  }
  return node;
}

function reasonList(list) {
  const node = el("ul", "reasons");
  node.append(...list.map(reason));
  return node;
}

function reason(one) {
  const item = el("li", one.model ? "model" : "");
  const head = el("p");
  head.append(el("strong", "", one.title), el("span", `level ${one.level}`, one.level_label), el("span", "scope", one.scope));
  const weight = one.model && (one.level === "none" ? "只作佐证，没有改级别" : "级别由它抬高");
  item.append(head, el("span", "", [one.kind, one.note, weight].filter(Boolean).join(" · ")));
  return item;
}

function delivery(message, onOffer = null) {
  const [node, button] = [el("p", "delivery"), el("button", "small again")];
  node.append(el("span"), button);
  button.type = "button";
  button.hidden = true;
  button.addEventListener("click", () => { button.disabled = true; onOffer(button.dataset.offer, message.id); });
  drawDelivery(node, { state: message.delivery, text: DELIVERY[message.delivery], offer: "" });
  return node;
}

export function drawDelivery(node, { state, text, offer }) {
  const [said, button] = node.children;
  setText(said, text);
  node.className = `delivery ${state}`;
  if (button.dataset.offer !== offer) button.disabled = false;
  button.dataset.offer = offer;
  setText(button, OFFERS[offer] ?? "");
  show(button, Boolean(offer));
}
