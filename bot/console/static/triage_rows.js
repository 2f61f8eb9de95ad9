// The rows of the lexicon: looked for, switched off, added.

import { byId, el, setText, show, toast } from "./dom.js";
import { post } from "./net.js";

// One row: level in colour and words, what it says, what is known of it.
export function rowLine(row) {
  const line = el("li", row.off ? "off" : "");
  if (row.level_label) line.append(el("span", `level ${row.level}`, row.level_label));
  line.append(el("code", "", row.name));
  const about = [row.file_label, row.kind, row.note, row.reviewer && `审核：${row.reviewer}`, ...row.more];
  line.append(el("span", "about", about.filter(Boolean).join(" · ")));
  return line;
}

export class Rows {
  constructor({ mayChange, act }) {
    this.mayChange = mayChange;
    this.act = act;
    this.form = byId("search");
    this.add = byId("add");
    this.dialog = byId("off-dialog");
    show(byId("adding"), mayChange);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.look(); });
    this.form.elements.file.addEventListener("change", () => { this.fit(); this.look(); });
    this.add.addEventListener("submit", (event) => { event.preventDefault(); this.addRow(); });
    byId("off").addEventListener("submit", (event) => { event.preventDefault(); this.switchOff(); });
    byId("off-no").addEventListener("click", () => this.dialog.close());
    this.fit();
  }

  get file() {
    return this.form.elements.file.value;
  }

  // What the form for a new row asks depends on the file: a combination has marks instead of words.
  fit() {
    const combines = this.file === "combine.yml";
    setText(byId("name-label"), combines ? "同时出现的标记（、隔开）" : "说法");
    show(byId("name-hint"), !combines);
    for (const name of ["unless", "signal"]) show(this.add.elements[name].parentElement, !combines);
    this.add.elements.level.value = this.form.elements.file.selectedOptions[0].dataset.level;
  }

  look() {
    this.search().catch((fault) => toast(fault.message, true));
  }

  async search() {
    const found = await post("/desk/triage/api/rows", { file: this.file, text: this.form.elements.text.value });
    byId("rows").replaceChildren(...found.rows.map((row) => this.line(row)));
    const more = found.total > found.rows.length ? `，先显示 ${found.rows.length} 行，请多写几个字` : "";
    setText(byId("rows-count"), `${found.total} 行${more}`);
  }

  line(row) {
    const line = rowLine(row);
    if (row.off) line.append(el("span", "badge", "草稿里已停用"));
    else if (this.mayChange) line.append(this.offButton(row));
    return line;
  }

  offButton(row) {
    const button = el("button", "small", "停用");
    button.type = "button";
    button.setAttribute("aria-label", `停用：${row.name}`);
    button.addEventListener("click", () => this.ask(row));
    return button;
  }

  ask(row) {
    this.row = row;
    setText(byId("off-name"), row.name);
    byId("off-note").value = "";
    show(byId("off-fault"), false);
    this.dialog.showModal();
    byId("off-note").focus();
  }

  async switchOff() {
    const { note, reviewer } = byId("off").elements;
    const body = { file: this.row.file, name: this.row.name, note: note.value, reviewer: reviewer.value };
    if (!await this.change("drop", body, byId("off-fault"))) return;
    this.dialog.close();
    this.look();
  }

  async addRow() {
    if (!await this.change("add", { file: this.file, row: this.newRow() }, byId("add-fault"))) return;
    for (const name of ["name", "unless", "signal", "note"]) this.add.elements[name].value = "";
  }

  newRow() {
    const { name, level, kind, unless, signal, note, reviewer } = this.add.elements;
    const words = (text) => text.split(/[、，,\s]+/).filter(Boolean);
    const about = { level: level.value, kind: kind.value, note: note.value.trim(), reviewer: reviewer.value.trim() };
    if (this.file === "combine.yml") return { all: words(name.value), ...about };
    return { expression: name.value.trim(), ...about, unless: words(unless.value), signal: signal.value.trim() };
  }

  async change(name, body, fault) {
    show(fault, false);
    try {
      await this.act(name, body);
    } catch (error) {
      setText(fault, error.message);
      show(fault, true);
      return false;
    }
    toast("写进草稿了。");
    return true;
  }
}
