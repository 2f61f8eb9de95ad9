// The queue: worst first, drawn in place so that focus and reading position stay.

import { Filter } from "./filter.js";
import { byId, el, secondsTo, setText, show, toast, waited } from "./dom.js";
import { drawShort } from "./window.js";

const rows = new Map(); // conversation id → its line

// Whom an alarm has called, and who is called when.
function climbed({ told, next, next_at: at }) {
  const left = at ? secondsTo(at) : 0;
  const coming = next && (left ? `${left} 秒后通知${next}` : `正在通知${next}`);
  return [told, coming].filter(Boolean).join("；");
}

export class Queue {
  constructor({ onOpen, onAct }) {
    this.root = byId("queue");
    this.data = [];
    this.filter = new Filter(() => this.update(this.data), onOpen);
    this.onOpen = onOpen;
    this.onAct = onAct;
    this.selected = "";
    this.movedAt = 0;
    setInterval(() => this.tick(), 1000);
  }

  update(data) {
    this.noteMove(data);
    this.data = data;
    this.visible = data.filter((row) => this.filter.keeps(row));
    this.filter.count(data, data.length - this.visible.length);
    const alive = new Set(this.visible.map((row) => row.conversation));
    for (const [id, line] of rows) if (!alive.has(id)) { line.item.remove(); rows.delete(id); }
    for (const section of this.root.querySelectorAll("section[data-group]")) this.fill(section);
    show(byId("queue-empty"), data.length === 0);
    this.tick();
  }

  // Lines that change places under the pointer: a click meant for one must not hit another.
  noteMove(data) {
    const order = (list) => list.map((row) => row.group + row.conversation).join();
    if (order(data) !== order(this.data) && this.root.matches(":hover")) this.movedAt = Date.now();
  }

  justMoved(event) {
    const moved = event.detail > 0 && Date.now() - this.movedAt < 500;
    if (moved) toast("队列刚刚变了，请看清再点一次。");
    return moved;
  }

  fill(section) {
    const list = section.querySelector("ul");
    const mine = this.visible.filter((row) => row.group === section.dataset.group);
    mine.forEach((row, place) => {
      const line = rows.get(row.conversation) ?? this.make(row.conversation);
      this.draw(line, row);
      if (list.children[place] !== line.item) this.put(list, line.item, place);
    });
    section.querySelector(".count").textContent = mine.length;
    show(section, mine.length > 0);
  }

  // Moving a node drops its focus, so give it back.
  put(list, item, place) {
    const focused = item.contains(document.activeElement) ? document.activeElement : null;
    list.insertBefore(item, list.children[place] ?? null);
    focused?.focus({ preventScroll: true });
  }

  make(id) {
    const line = { id, item: el("li", "row"), link: el("a", "row-open"), acts: el("div", "row-acts") };
    for (const part of ["level", "name", "clock", "badges", "about", "news", "left", "chain"]) line[part] = el("span", part);
    line.link.href = `/desk/c/${id}`;
    line.link.append(line.level, line.name, line.clock, line.badges, line.about, line.news, line.left, line.chain);
    line.link.addEventListener("click", (event) => this.open(event, id));
    line.ack = this.button(line, "知道了", "acknowledge");
    line.claim = this.button(line, "接手", "claim");
    line.item.append(line.link, line.acts);
    rows.set(id, line);
    return line;
  }

  button(line, text, action) {
    const button = el("button", "small", text);
    button.type = "button";
    button.addEventListener("click", (event) => this.justMoved(event) || this.onAct(action, line.id));
    line.acts.append(button);
    return button;
  }

  open(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    if (!this.justMoved(event)) this.onOpen(id);
  }

  draw(line, row) {
    const text = JSON.stringify(row);
    if (line.text === text) return; // with hundreds of lines a change of one costs little
    line.text = text;
    line.row = row;
    line.item.className = `row ${row.level}${row.alarm ? " alarm" : ""}`;
    this.mark(line);
    line.level.className = `level ${row.level}`;
    setText(line.level, row.level_label);
    setText(line.name, row.pseudonym);
    line.badges.replaceChildren(...row.badges.map((one) => el("span", `badge ${one.name}`, one.text)));
    show(line.badges, row.badges.length > 0);
    const who = row.group !== "mine" && row.holder;
    const invited = row.invited && "请你一起陪";
    const unanswered = row.unanswered && `${row.unanswered} 条没回`;
    setText(line.about, [row.kind, row.state, who, row.channel, row.pair && "另有配对个案", row.continues && `续接自${row.continues}`, row.callback && `答应 ${row.callback} 起回话`].filter(Boolean).join(" · "));
    setText(line.news, invited || unanswered || "");
    show(line.news, Boolean(invited || unanswered));
    show(line.chain, Boolean(row.chain));
    line.claim.classList.toggle("primary", row.alarm);
    show(line.ack, row.alerts > 0);
    show(line.claim, row.group === "waiting");
    show(line.acts, row.alerts > 0 || row.group === "waiting");
    line.ack.setAttribute("aria-label", `知道了：${row.pseudonym}`);
    line.claim.setAttribute("aria-label", `接手：${row.pseudonym}`);
  }

  mark(line) {
    const here = line.id === this.selected;
    line.item.classList.toggle("selected", here);
    if (here) line.link.setAttribute("aria-current", "page");
    else line.link.removeAttribute("aria-current");
  }

  select(id) {
    this.selected = id;
    for (const line of rows.values()) this.mark(line);
  }

  tick() {
    for (const line of rows.values()) {
      const since = line.row.group === "waiting" ? line.row.since : line.row.unanswered_since;
      drawShort(line.left, line.row.window);
      setText(line.clock, since ? `等 ${waited(since)}` : "");
      setText(line.chain, line.row.chain ? climbed(line.row.chain) : "");
    }
  }

  // Moves the focus by one line; the keys J and K.
  step(by) {
    const links = [...this.root.querySelectorAll("section:not([hidden]) .row-open")];
    const at = links.findIndex((link) => link.parentElement.contains(document.activeElement));
    const from = at >= 0 ? at : links.findIndex((link) => link.getAttribute("aria-current"));
    links[Math.min(Math.max(from + by, 0), links.length - 1)]?.focus();
  }

  focusSelected() {
    (rows.get(this.selected)?.link ?? this.root).focus();
  }

  // The conversation that a key means: the focused line, else the open one.
  pointed() {
    const focused = [...rows.values()].find((line) => line.item.contains(document.activeElement));
    return focused?.id ?? this.selected;
  }
}
