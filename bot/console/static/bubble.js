// One message of the thread.

import { el, setText, time } from "./dom.js";

const DELIVERY = { pending: "发送中", sent: "已发出", dead: "没送到" };

export function bubble(message) {
  if (message.author === "system") return marker(message);
  const node = el("article", `bubble ${message.author} ${message.level}`);
  node.append(by(message), words(message));
  if (message.buttons.length) node.append(buttons(message.buttons));
  if (message.author === "worker" && message.level !== "none") node.append(why(message));
  if (message.delivery) node.append(delivery(message.delivery));
  return node;
}

function marker(message) {
  const node = el("div", "marker");
  node.append(el("span", "", `${time(message.at)} 提示`), el("p", "", message.text));
  if (message.delivery) node.append(delivery(message.delivery));
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

function why(message) {
  const card = el("details", "why");
  card.append(el("summary", "", `为什么标为“${message.level_label}”`));
  const list = el("ul");
  for (const reason of message.reasons) {
    const item = el("li");
    item.append(el("strong", "", reason.title), el("span", "", [reason.kind, reason.level, reason.scope].filter(Boolean).join(" · ")));
    if (reason.note) item.append(el("small", "", reason.note));
    list.append(item);
  }
  card.append(message.reasons.length ? list : el("p", "", "职工自己按了求助，或没能自动判断，按需要人看处理。"));
  return card;
}

function delivery(state) {
  const node = el("span", "delivery");
  drawDelivery(node, state);
  return node;
}

export function drawDelivery(node, state) {
  setText(node, DELIVERY[state] ?? state);
  node.className = `delivery ${state}`;
}
