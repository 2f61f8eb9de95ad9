// What counsellors say of a message's level: right, too high, too low. A form in the why-card, and who said what.

import { el, setText, show } from "./dom.js";

const LEVELS = ["none", "low", "high", "imminent"];
const NAMES = { none: "一般", low: "关注", high: "高危", imminent: "紧急" };
const VERDICTS = { right: "判得对", wrong: "误报，判重了", missed: "漏报，判轻了" };

const milder = (level) => LEVELS.slice(0, LEVELS.indexOf(level));
const worse = (level) => LEVELS.slice(LEVELS.indexOf(level) + 1);
const shouldBe = { right: () => [], wrong: milder, missed: worse };

export class Marks {
  constructor(message, onMark) {
    this.message = message;
    this.onMark = onMark;
    this.node = el("div", "marking");
    this.list = el("ul", "marks");
    this.form = this.makeForm();
    this.node.append(this.list, this.form);
  }

  makeForm() {
    const form = el("form", "mark");
    const group = el("fieldset");
    const verdicts = Object.keys(VERDICTS).filter((one) => this.fits(one));
    group.append(el("legend", "", "你看这个判断"), ...verdicts.map((one) => this.choice(one)));
    this.more = this.makeMore();
    this.save = el("button", "small", "记下");
    form.append(group, this.more, this.save);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    return form;
  }

  fits(verdict) {
    if (this.message.level === "none") return verdict === "missed";
    return verdict !== "missed" || this.message.level !== "imminent";
  }

  choice(verdict) {
    const label = el("label", "tick");
    const input = el("input");
    Object.assign(input, { type: "radio", name: "verdict", value: verdict, required: true });
    input.addEventListener("change", () => this.ask(verdict));
    label.append(input, ` ${VERDICTS[verdict]}`);
    return label;
  }

  makeMore() {
    const more = el("div", "more");
    this.level = el("select");
    this.note = el("input");
    this.note.maxLength = 300;
    const [should, why] = [el("label", "", "应当是"), el("label", "", "为什么（可不写）")];
    should.append(this.level);
    why.append(this.note);
    more.append(should, why);
    more.hidden = true;
    return more;
  }

  ask(verdict) {
    const levels = shouldBe[verdict](this.message.level);
    this.level.replaceChildren(...levels.map((level) => {
      const option = el("option", "", NAMES[level]);
      option.value = level;
      return option;
    }));
    if (verdict === "missed" && levels.includes("high")) this.level.value = "high";
    show(this.more, levels.length > 0);
  }

  get verdict() {
    return new FormData(this.form).get("verdict");
  }

  async send() {
    const right = this.verdict === "right";
    this.save.disabled = true;
    await this.onMark({
      message: this.message.id, verdict: this.verdict, level: right ? null : this.level.value, text: right ? "" : this.note.value,
    });
    this.save.disabled = false;
  }

  draw(marks, summary) {
    this.list.replaceChildren(...marks.map((mark) => el("li", "", said(mark))));
    show(this.list, marks.length > 0);
    const mine = marks.find((mark) => mark.mine);
    setText(this.save, mine ? "改成这样" : "记下");
    setText(summary, marks.length ? ` · ${marks.at(-1).verdict_label}` : "");
  }
}

function said(mark) {
  const should = mark.level_label && `，应当是“${mark.level_label}”`;
  return `${mark.name}：${mark.verdict_label}${should}${mark.note && `。${mark.note}`}`;
}
