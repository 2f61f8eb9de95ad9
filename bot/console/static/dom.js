// Small things every part of the page needs. Words of people go through textContent only.

export const byId = (id) => document.getElementById(id);

export function el(tag, className = "", text = null) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== null) node.textContent = text;
  return node;
}

export function show(node, on) {
  if (node.hidden === on) node.hidden = !on;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A key that no other press has; getRandomValues works without TLS too, randomUUID does not.
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

let ahead = 0; // milliseconds by which the server's clock is ahead of this computer's

export function syncClock(serverTime) {
  ahead = Date.parse(serverTime) - Date.now();
}

export function waited(since) {
  const seconds = Math.max(0, Math.floor((Date.now() + ahead - Date.parse(since)) / 1000));
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  const two = (number) => String(number).padStart(2, "0");
  if (hours < 1) return `${minutes}:${two(seconds % 60)}`;
  if (hours < 24) return `${hours} 时 ${two(minutes % 60)} 分`;
  return `${Math.floor(hours / 24)} 天 ${hours % 24} 时`;
}

// Whole seconds until a moment of the server's clock; never below 0.
export function secondsTo(moment) {
  return Math.max(0, Math.ceil((Date.parse(moment) - Date.now() - ahead) / 1000));
}

const zone = { timeZone: "Asia/Shanghai" };
const dayFormat = new Intl.DateTimeFormat("zh-CN", { ...zone, month: "long", day: "numeric", weekday: "short" });
const timeFormat = new Intl.DateTimeFormat("zh-CN", { ...zone, hour: "2-digit", minute: "2-digit", hour12: false });
export const day = (iso) => dayFormat.format(new Date(iso));
export const time = (iso) => timeFormat.format(new Date(iso));

const PREFIX = "xq-"; // only preferences are kept in the browser, never anything about a worker
export const preference = (name, otherwise) => localStorage.getItem(PREFIX + name) ?? otherwise;
export const prefer = (name, value) => localStorage.setItem(PREFIX + name, value);

let toastTimer = 0;
export function toast(text, isFault = false) {
  const node = byId("toast");
  node.textContent = text;
  node.classList.toggle("bad", isFault);
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, isFault ? 8000 : 4000);
}

// Asks in the page's #sure-dialog; gives whether the answer was yes.
export function sure(title, text, yes) {
  const dialog = byId("sure-dialog");
  setText(byId("sure-title"), title);
  setText(byId("sure-text"), text);
  setText(byId("sure-yes"), yes);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
