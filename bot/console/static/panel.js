// What is known beside the thread: cases, answers, age, consents, contact, mood, plan.

import { Belonging } from "./belonging.js";
import { byId, el, prefer, preference, setText, show } from "./dom.js";
import { get, post } from "./net.js";

const roomy = matchMedia("(min-width: 1200px)");
const PAUSE = 400; // ms: news comes in bursts

export class Panel {
  constructor(thread) {
    this.thread = thread;
    this.node = byId("panel");
    this.dialog = byId("contact-dialog");
    this.belonging = new Belonging(thread, () => this.fetch(this.thread.id));
    this.isWanted = preference("panel", roomy.matches ? "on" : "off") === "on";
    byId("panel-toggle").addEventListener("click", () => this.toggle());
    byId("contact-yes").addEventListener("click", () => this.reveal());
  }

  get isOpen() {
    return this.dialog.open || this.belonging.isOpen;
  }

  toggle() {
    this.isWanted = !this.isWanted;
    prefer("panel", this.isWanted ? "on" : "off");
    this.refresh();
    if (this.isWanted && !roomy.matches) this.node.focus();
  }

  // Called whenever something new came in: an answer of the worker comes with a message.
  refresh() {
    byId("panel-toggle").setAttribute("aria-expanded", String(this.isWanted));
    show(this.node, this.isWanted);
    clearTimeout(this.timer);
    if (this.isWanted && this.thread.id) this.timer = setTimeout(() => this.fetch(this.thread.id), PAUSE);
  }

  clear() {
    clearTimeout(this.timer);
    this.contact = null;
    this.node.replaceChildren();
  }

  async fetch(id) {
    const found = await get(`/desk/api/c/${id}/panel`).catch(() => null);
    if (found && id === this.thread.id) this.draw(found);
  }

  draw(found) {
    const text = JSON.stringify([found, this.contact]);
    if (text === this.drawn && this.node.firstChild) return;
    this.drawn = text;
    const inside = this.node.contains(document.activeElement) && document.activeElement.id;
    this.node.replaceChildren(
      section("个案", found.cases.map(caseLine), "还没有建案。"),
      section("所属单位", this.belonging.unit(found.unit)),
      section("身份", this.belonging.identity(found.identity)),
      ...(found.others.length ? [section("续接", found.others.map(elsewhere))] : []),
      section("安全问答", found.answers.map(answer), "机器人还没有问，或职工没有回答。"),
      section("年龄", [el("p", "", found.age)]),
      this.contactSection(found),
      section("职工同意的事", found.agreements.map(agreement), "还没有同意过什么。"),
      section("心情记录", found.moods.map(mood), "没有，或职工没有同意保存。"),
      section("安全计划", ...plan(found.plan)),
    );
    if (inside) byId(inside)?.focus();
  }

  contactSection(found) {
    if (!found.contact) return section("紧急联系人", [], "没有留，或已经收回。");
    if (this.contact) return section("紧急联系人", [el("p", "words", this.contact)]);
    const button = el("button", "small", "查看（要写原因）");
    button.type = "button";
    button.id = "contact-show";
    button.addEventListener("click", () => this.ask());
    return section("紧急联系人", [button]);
  }

  ask() {
    this.asked = this.thread.id;
    byId("contact-reason").value = "";
    show(byId("contact-fault"), false);
    this.dialog.showModal();
    byId("contact-reason").focus();
  }

  async reveal() {
    const text = byId("contact-reason").value.trim();
    if (!text) return this.fault("请写一句原因。");
    try {
      const answer = await post(`/desk/api/c/${this.asked}/contact`, { text });
      if (this.asked === this.thread.id) this.contact = answer.text;
    } catch (fault) {
      return this.fault(fault.message);
    }
    this.dialog.close();
    this.node.focus();
    return this.fetch(this.asked);
  }

  fault(text) {
    setText(byId("contact-fault"), text);
    show(byId("contact-fault"), true);
    byId("contact-reason").focus();
  }
}

function section(title, nodes, otherwise = "") {
  const node = el("section");
  node.append(el("h2", "", title), ...(nodes.length ? nodes : [el("p", "hint", otherwise)]));
  return node;
}

function caseLine(one) {
  const node = el("p", "case-line");
  const about = [one.category, one.kind, one.state].filter(Boolean).join(" · ");
  const link = el("a", "", one.number);
  [link.href, link.target] = [`/desk/case/${one.number}`, "xinqiao-case"];
  node.append(el("span", `level ${one.level}`, one.level_label), ` ${about} · `, link);
  return node;
}

// The same case on another channel; whoever typed the code may be somebody else, so ask first.
function elsewhere(one) {
  const node = el("p", "case-line");
  const link = el("a", "", one.about);
  link.href = `/desk/c/${one.conversation}`;
  node.append("凭求助码和这里接上：", link, "。先问两句，确认是同一个人。");
  return node;
}

function answer(one) {
  const node = pair(one.question, one.answer);
  if (one.level_label) node.firstChild.append(" ", el("span", `level ${one.level}`, one.level_label));
  return node;
}

function agreement(one) {
  const node = el("p", one.holds ? "agreed" : "withdrawn");
  node.append(el("strong", "", one.holds ? "✓ " : "✕ "), `${one.purpose} · ${one.text}`);
  return node;
}

function mood(one) {
  const node = el("div", "pair");
  node.append(el("p", "hint", one.at), ...one.lines.map((line) => el("p", "words", `${line.question}：${line.answer}`)));
  return node;
}

function plan(lines) {
  if (lines === null) return [[], "还没有写。"];
  return [lines.map((line) => pair(line.question, line.answer)), "职工写了一份，没有给值班员看。"];
}

function pair(question, text) {
  const node = el("div", "pair");
  node.append(el("p", "hint", question), el("p", "words", text));
  return node;
}
