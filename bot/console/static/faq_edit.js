// The editor of an FAQ: what the checks say and how it looks on a phone, while one types.

import { byId, el } from "./dom.js";
import { post, whenGone } from "./net.js";

const PAUSE = 600; // ms after the last key
const FIELDS = ["topic", "question", "variants", "answer", "basis", "region", "valid_from", "valid_to", "related"];
const form = byId("editor");
let timer = 0;
let asked = 0;
let last = null;

function typed() {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
  return { ...fields, faq_id: form.elements.faq_id.value };
}

async function check() {
  const mine = ++asked;
  const found = await post("/desk/faqs/api/check", typed());
  if (mine !== asked) return; // somebody typed on meanwhile
  last = found;
  draw();
}

function draw() {
  byId("verdict").replaceChildren(...verdict(last));
  byId("preview").replaceChildren(phone(byId("empty").checked ? last.preview_empty : last.preview));
  for (const [name, words] of Object.entries(last.counts)) byId(`count-${name}`).textContent = words;
}

function verdict(found) {
  const nodes = [];
  if (found.faults.length) nodes.push(list("faults", found.faults.map(fault)));
  else nodes.push(el("p", "hint", "没有发现问题。"));
  if (found.near.length) nodes.push(el("p", "", "跟已有的很像，看看是不是同一个问题："), list("near", found.near.map(near)));
  if (found.mild.length) nodes.push(el("p", "", "这些话带着难处，回答接得住吗："), list("near", found.mild.map((one) => el("li", "", one))));
  return nodes;
}

function list(name, items) {
  const node = el("ul", name);
  node.append(...items);
  return node;
}

function fault(one) {
  const item = el("li");
  item.append(el("strong", "", one.heading), `：${one.words}`);
  return item;
}

function near(one) {
  const item = el("li");
  const link = el("a", "", one.theirs);
  Object.assign(link, { href: `/desk/faqs/one/${one.faq}`, target: "_blank", rel: "noopener" });
  item.append(link, " ", el("small", "", `像“${one.ours}”`));
  return item;
}

function phone(shown) {
  const figure = el("figure", "phone");
  const bubble = el("div", "phone-bubble");
  bubble.append(...shown.lines.map((line) => el("p", line.startsWith("依据：") ? "src" : "", line)));
  figure.append(el("figcaption", "", "手机上"), bubble, list("phone-buttons", shown.buttons.map((one) => el("li", "", one))));
  return figure;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => check().catch(() => {}), PAUSE);
}

whenGone(() => location.assign("/desk/login"));
form.addEventListener("input", soon);
byId("empty").addEventListener("change", () => (last ? draw() : check().catch(() => {})));
