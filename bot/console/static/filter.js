// What of the queue is in view, and finding a conversation. What is imminent is always in view, whatever is chosen.

import { byId, el, setText, show, toast } from "./dom.js";
import { post } from "./net.js";

const PAUSE = 350; // ms after the last key
const LEAST = 2; // characters of a search

export class Filter {
  constructor(onChange, onOpen) {
    this.form = byId("filters");
    this.onOpen = onOpen;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.find(); });
    this.form.addEventListener("change", (event) => event.target.matches("select") && onChange());
    byId("find").addEventListener("input", (event) => this.typed(event));
  }

  get chosen() {
    return [...this.form.querySelectorAll("select")].filter((one) => one.value);
  }

  keeps(row) {
    return row.alarm || row.level === "imminent" || this.chosen.every((one) => row[one.name] === one.value);
  }

  // Offers the kinds and channels that there are, and says how many are not in view.
  count(rows, hidden) {
    for (const name of ["kind", "channel"]) this.offer(this.form.elements[name], new Set(rows.map((row) => row[name]).filter(Boolean)));
    setText(byId("filter-count"), hidden ? `还有 ${hidden} 位没显示` : "");
  }

  offer(select, values) {
    if (select.value) values.add(select.value);
    const wanted = [...values].sort();
    const known = [...select.options].slice(1).map((option) => option.value);
    if (wanted.join() === known.join()) return;
    const value = select.value;
    select.replaceChildren(select.options[0], ...wanted.map((one) => new Option(one, one)));
    select.value = value;
  }

  typed(event) {
    clearTimeout(this.timer);
    if (!byId("find").value.trim()) this.draw(null);
    else if (!event.isComposing) this.timer = setTimeout(() => this.find(), PAUSE);
  }

  async find() {
    clearTimeout(this.timer);
    const text = byId("find").value.trim();
    if (text.length < LEAST) return;
    try {
      const { found } = await post("/desk/api/search", { text });
      if (byId("find").value.trim() === text) this.draw(found);
    } catch (fault) {
      toast(fault.message, true);
    }
  }

  draw(found) {
    const section = byId("found");
    show(section, found !== null);
    section.querySelector(".count").textContent = found?.length ?? "";
    const nothing = el("li", "hint", "没有查到。");
    section.querySelector("ul").replaceChildren(...(found?.length ? found.map((one) => this.line(one)) : [nothing]));
  }

  line(one) {
    const [item, link] = [el("li"), el("a")];
    link.href = `/desk/c/${one.conversation}`;
    link.append(el("strong", "", one.pseudonym), el("span", "", one.about));
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
      event.preventDefault();
      this.onOpen(one.conversation);
    });
    item.append(link);
    return item;
  }

  clear() {
    byId("find").value = "";
    this.draw(null);
  }
}
