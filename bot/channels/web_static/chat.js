"use strict";
// The chat page. Text from anywhere is only ever put in as text, never as markup.
(() => {
  const byId = (id) => document.getElementById(id);
  const log = byId("log"), list = byId("list"), field = byId("text"), dialog = byId("urgent");
  const MAX = Number(document.body.dataset.max);
  const HISTORY = 60;
  const NAMES = { bot: "机器人", counsellor: "值班同志 · 真人", worker: "我" };
  const STATES = {
    bot: "机器人答复", closed: "机器人答复",
    waiting: "机器人·已叫真人", counsellor: "值班同志答复",
  };
  const NUMBERS = new Set(Array.from(document.querySelectorAll(".numbers b"), (b) => b.textContent));
  const THUMB = "M7 11v9H4v-9zM7 11l4-8c1.7 0 2.6 1.2 2.3 2.8L12.7 9H18c1.4 0 2.3 1.2 2 2.5l-1.5 6.7c-.3 1.1-1.1 1.8-2.2 1.8H7";

  const shown = new Map(); // message_id → element
  const used = new Set(); // "message_id:index" of buttons that were pressed
  const queue = []; // what is still to be sent, in order
  const unsent = new Map(); // client_id → item, until the gateway has it
  const held = []; // what came in while something was going out
  let last = 0, first = 0, owner = "bot", sending = false, stream = null, heard = 0, tries = 0, told = 0;
  let loading = true, retryTimer = 0, netTimer = 0, typingTimer = 0;

  /* ---- small things ---- */

  function make(tag, name, text) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function newId() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  }

  function clock(at) {
    const time = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
    const today = at.toDateString() === new Date().toDateString();
    return today ? time : `${at.getMonth() + 1}月${at.getDate()}日 ${time}`;
  }

  /** Asks the gateway; gives {status, body, retry}. Status 0: no answer came. */
  async function call(path, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 12000);
    const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    try {
      const options = Object.assign({ credentials: "same-origin", signal: stop.signal }, body ? post : {});
      const answer = await fetch(path, options);
      return { status: answer.status, body: await answer.json() };
    } catch (error) {
      return { status: 0, body: {} };
    } finally {
      clearTimeout(timer);
    }
  }

  /* ---- showing messages ---- */

  /** Fills a bubble line by line; a number that the page knows as a hotline becomes a link to dial it. */
  function fill(bubble, text, dialable) {
    for (const line of text.split("\n")) {
      const p = make("p", !line.trim() ? "gap" : /^依据[：:]/.test(line) ? "src" : "");
      let from = 0;
      for (const found of dialable ? line.matchAll(/(热线|电话|急救|报警|消防|专线|[打拨]) ?(\d[\d-]{2,})(?![\d-])/g) : []) {
        if (!NUMBERS.has(found[2])) continue;
        const start = found.index + found[0].length - found[2].length;
        p.append(line.slice(from, start));
        const link = make("a", "", found[2]);
        link.href = "tel:" + found[2].replace(/-/g, "");
        p.append(link);
        from = start + found[2].length;
      }
      p.append(line.slice(from));
      bubble.append(p);
    }
  }

  function build(message) {
    const marker = message.author === "system";
    const element = make("div", "msg " + message.author + (marker && message.event ? " marker" : ""));
    if (marker) {
      const note = make("div", "note " + (message.event || ""));
      fill(note, message.text, true);
      element.append(note);
      addButtons(element, message);
      return element;
    }
    element.append(make("span", "who", NAMES[message.author]));
    element.classList.toggle("rating", message.event === "rating");
    const bubble = make("div", "bubble");
    fill(bubble, message.text, message.author !== "worker");
    element.append(bubble);
    addButtons(element, message);
    return element;
  }

  /** The way to one's own records: the cookie opens it, once; the address says nothing. */
  function download() {
    const row = make("div", "choices"), link = make("a", "choice", "下载我的记录");
    link.href = "/api/chat/export";
    link.download = "";
    link.addEventListener("click", () => setTimeout(() => row.remove(), 0));
    row.append(link);
    return row;
  }

  /** What was erased leaves this page too; what had to stay is read again. */
  function forget(id) {
    for (const [name, element] of shown) {
      if (Number(element.dataset.id) >= id) continue;
      element.remove();
      shown.delete(name);
    }
    loadBefore(id);
  }

  function addButtons(element, message) {
    const thumbs = new Set(message.thumbs || []);
    const choices = make("div", "choices"), rating = make("div", "thumbs");
    (message.buttons || []).forEach((title, index) => {
      const small = thumbs.has(index);
      const button = make("button", small ? "thumb" : "choice", title);
      button.type = "button";
      button.dataset.index = index;
      if (small) button.prepend(thumbIcon());
      if (small && index === Math.max(...thumbs)) button.classList.add("down");
      button.addEventListener("click", () => press(message.message_id, index, title, small));
      (small ? rating : choices).append(button);
    });
    if (thumbs.size) {
      rating.setAttribute("role", "group");
      rating.setAttribute("aria-label", "这个回答有用吗");
    }
    const fresh = Date.now() - new Date(message.at) < 30 * 60 * 1000;
    if (message.event === "export_ready" && fresh) element.append(download());
    for (const row of [choices, rating]) if (row.childNodes.length) element.append(row);
  }

  function thumbIcon() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", THUMB);
    svg.append(path);
    return svg;
  }

  /** Greys out a pressed button; of two thumbs, both. */
  function markUsed(messageId, index) {
    const element = shown.get(messageId);
    if (element && element.classList.contains("rating")) free(element, messageId); // the last tap counts
    used.add(messageId + ":" + index);
    const button = element && element.querySelector(`button[data-index="${index}"]`);
    if (!button) return;
    button.classList.add("used");
    button.setAttribute("aria-pressed", "true");
    const together = button.classList.contains("thumb") ? element.querySelectorAll(".thumb") : [button];
    together.forEach((each) => { each.disabled = true; });
  }

  function unmark(messageId, index) {
    used.delete(messageId + ":" + index);
    free(shown.get(messageId), messageId, ".thumb");
  }

  function free(element, messageId, which = "button") {
    element.querySelectorAll(which).forEach((each) => {
      used.delete(messageId + ":" + each.dataset.index);
      each.disabled = false;
      each.classList.remove("used");
      each.removeAttribute("aria-pressed");
    });
  }

  function isThumb(press) {
    const element = shown.get(press.message_id);
    const button = element && element.querySelector(`button[data-index="${press.index}"]`);
    return Boolean(button && button.classList.contains("thumb"));
  }

  /** Puts an element where its number belongs; those without a number stay at the end. */
  function place(element, id, at) {
    if (id) element.dataset.id = id;
    let next = null;
    const number = id || Infinity;
    for (let node = list.lastElementChild; node; node = node.previousElementSibling) {
      if (node === element) continue;
      if (Number(node.dataset.id || Infinity) <= number) break;
      next = node;
    }
    if (element.parentNode !== list || element.nextElementSibling !== next) list.insertBefore(element, next);
    element.dataset.at = at.getTime();
    date(element);
    if (next) date(next);
  }

  /** Shows the time above a message that came long after the one before it. */
  function date(element) {
    const before = element.previousElementSibling;
    const at = Number(element.dataset.at);
    const old = element.querySelector(".when");
    const due = !before || at - Number(before.dataset.at) > 10 * 60 * 1000;
    element.classList.toggle("dated", due);
    if (!due && old) old.remove();
    if (due && !old) element.prepend(make("div", "when", clock(new Date(at))));
  }

  function receive(message) {
    if (sending) held.push(message);
    else show(message);
  }

  function show(message) {
    last = Math.max(last, message.id);
    const known = shown.get(message.message_id);
    if (known) return known.dataset.id ? undefined : place(known, message.id, new Date(message.at));
    if (message.press) {
      const silent = isThumb(message.press);
      markUsed(message.press.message_id, message.press.index);
      if (silent) return undefined;
    }
    if (message.author !== "worker") typing(false);
    const near = nearEnd(), element = build(message);
    if (!loading) element.classList.add("new");
    shown.set(message.message_id, element);
    place(element, message.id, new Date(message.at));
    for (const index of (message.buttons || []).keys()) {
      if (used.has(message.message_id + ":" + index)) markUsed(message.message_id, index);
    }
    byId("intro").hidden = true;
    if (!loading) follow(element, near);
    if (!loading && message.event === "erased") forget(message.id);
    if (document.hidden && message.author !== "worker") document.title = "（新消息）心桥";
    return undefined;
  }

  function nearEnd() {
    return log.scrollHeight - log.scrollTop - log.clientHeight < 140;
  }

  /** Brings a new message into view, its beginning first; a reader who has scrolled up is only told. */
  function follow(element, near) {
    if (!near) {
      byId("down").hidden = false;
      return;
    }
    const tall = element.offsetHeight > log.clientHeight - 24;
    log.scrollTop = tall ? element.offsetTop - log.offsetTop - 12 : log.scrollHeight;
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    byId("down").hidden = true;
  }

  /** Shows that an answer is being made; by a person only when a person is really typing. */
  function typing(on, person) {
    clearTimeout(typingTimer);
    const near = nearEnd(), who = byId("typing-who");
    byId("typing").hidden = !on;
    if (!on) return;
    who.textContent = person ? "值班同志正在输入" : "机器人正在回复";
    who.classList.toggle("vh", !person);
    if (near) toEnd();
    typingTimer = setTimeout(typing, person ? 6000 : 20000, false);
  }

  /** Tells the person who has the conversation that something is being written; not what. */
  function tellTyping() {
    if (owner !== "counsellor" || !field.value.trim() || Date.now() - told < 3000) return;
    told = Date.now();
    call("/api/chat/typing", {});
  }

  function setOwner(now) {
    const came = now === "counsellor" && owner !== now;
    owner = now;
    document.body.className = "owner-" + now;
    if (byId("state").textContent !== STATES[now]) byId("state").textContent = STATES[now];
    const human = byId("human"), here = now === "counsellor";
    human.disabled = here;
    human.textContent = here ? "真人在线" : "找真人";
    if (came || (!here && !byId("typing-who").classList.contains("vh"))) typing(false);
    if (!document.hidden) document.title = "心桥 · " + (here ? "真人答复" : "机器人答复");
  }

  /* ---- sending ---- */

  /** Queues one message. `text` is its bubble; without one it is sent silently. */
  function send(body, text, told) {
    const item = { body: Object.assign({ client_id: newId() }, body), text, told, tries: 0, at: new Date() };
    if (text) bubbleOf(item);
    unsent.set(item.body.client_id, item);
    queue.push(item);
    pump();
  }

  function bubbleOf(item) {
    item.element = build({ author: "worker", text: item.text });
    item.element.classList.add("new");
    item.element.append(make("div", "fate", ""));
    place(item.element, 0, item.at);
    byId("intro").hidden = true;
    toEnd();
  }

  async function pump() {
    if (sending) return;
    sending = true;
    while (queue.length) {
      await deliver(queue.shift());
      held.splice(0).forEach(show);
    }
    sending = false;
    held.splice(0).forEach(show);
  }

  async function deliver(item) {
    const slow = setTimeout(fate, 1500, item, "发送中…", false);
    let answer = await call("/api/chat/messages", item.body);
    if (answer.status === 401 && (await call("/api/chat/session", {})).status === 200) {
      answer = await call("/api/chat/messages", item.body);
    }
    clearTimeout(slow);
    if (answer.status === 202) accepted(item, answer.body);
    else refused(item, answer);
  }

  function accepted(item, receipt) {
    unsent.delete(item.body.client_id);
    keep();
    if (item.told) item.told(true);
    if (item.element && shown.has(receipt.message_id)) item.element.remove();
    else if (item.element) {
      item.element.classList.remove("failed");
      item.element.querySelector(".fate").remove();
      shown.set(receipt.message_id, item.element);
    }
    if (item.text && owner !== "counsellor") typing(true);
  }

  function refused(item, answer) {
    const fault = answer.status && answer.status < 500;
    if (item.told) item.told(false);
    if (!item.element) {
      unsent.delete(item.body.client_id);
      keep();
      if (item.body.press) unmark(item.body.press.message_id, item.body.press.index);
      return;
    }
    item.failed = true;
    keep();
    fate(item, fault && answer.body.message ? "未发出：" + answer.body.message : "未发出", true);
    if (!fault && item.tries < 4) setTimeout(again, [3000, 8000, 20000, 60000][item.tries++], item);
  }

  /** Says under a bubble what became of it. */
  function fate(item, text, failed) {
    if (!item.element || (!failed && item.element.classList.contains("failed"))) return;
    const line = item.element.querySelector(".fate");
    item.element.classList.toggle("failed", failed);
    line.textContent = "";
    line.append(make("span", "", text));
    if (!failed) return;
    const button = make("button", "again", "重发");
    button.type = "button";
    button.addEventListener("click", () => again(item));
    line.append(button);
    if (nearEnd()) toEnd();
  }

  function again(item) {
    if (!unsent.has(item.body.client_id) || queue.includes(item)) return;
    queue.push(item);
    pump();
  }

  /** Keeps what failed (`all`: whatever has not gone out) over a refresh of this tab, and no longer.
      What goes out at once is never kept: browsers leave on disk what was kept, even after it was taken away. */
  function keep(all) {
    const rows = Array.from(unsent.values()).filter((item) => item.text && (all || item.failed));
    try {
      if (rows.length) sessionStorage.setItem("xq_unsent", JSON.stringify(rows.map((item) => [item.body, item.text])));
      else sessionStorage.removeItem("xq_unsent");
    } catch (error) { /* storage is off: nothing to keep */ }
  }

  function restore() {
    let rows = [];
    try {
      rows = JSON.parse(sessionStorage.getItem("xq_unsent") || "[]");
    } catch (error) { /* storage is off: nothing kept */ }
    for (const [body, text] of rows) {
      const item = { body, text, tries: 0, at: new Date() };
      unsent.set(body.client_id, item);
      bubbleOf(item);
      fate(item, "未发出", true);
    }
  }

  function press(messageId, index, title, small) {
    markUsed(messageId, index);
    send({ press: { message_id: messageId, index } }, small ? "" : title);
  }

  /* ---- keeping in touch ---- */

  async function start() {
    const session = await call("/api/chat/session", {});
    if (session.status !== 200) {
      lost();
      return;
    }
    setOwner(session.body.owner);
    if (loading && !(await loadBefore(session.body.last_id + 1))) {
      lost();
      return;
    }
    if (loading) {
      loading = false;
      log.setAttribute("aria-busy", "false");
      byId("intro").hidden = list.childElementCount > 0;
      if (list.childElementCount) toEnd();
    }
    listen();
  }

  /** Shows the messages in front of an id; gives false if they could not be had. */
  async function loadBefore(id) {
    const answer = await call(`/api/chat/messages?before=${id}&limit=${HISTORY}`);
    if (answer.status !== 200) return false;
    const messages = answer.body.messages;
    const newest = last;
    messages.forEach(show);
    last = Math.max(newest, last);
    if (messages.length) first = messages[0].id;
    byId("older").hidden = messages.length < HISTORY;
    return true;
  }

  function listen() {
    if (stream) stream.close();
    stream = new EventSource("/api/chat/events?after=" + last);
    heard = Date.now();
    stream.addEventListener("open", found);
    stream.addEventListener("message", (event) => {
      heard = Date.now();
      receive(JSON.parse(event.data));
    });
    stream.addEventListener("state", (event) => {
      heard = Date.now();
      setOwner(JSON.parse(event.data).owner);
    });
    stream.addEventListener("typing", () => typing(true, true));
    stream.addEventListener("error", lost);
  }

  function found() {
    heard = Date.now();
    tries = 0;
    clearTimeout(netTimer);
    netTimer = 0;
    byId("net").hidden = true;
    unsent.forEach((item) => item.element && item.element.classList.contains("failed") && again(item));
  }

  function lost() {
    if (stream) stream.close();
    stream = null;
    clearTimeout(retryTimer);
    const pause = Math.min(15000, 1000 * 2 ** tries++) * (0.7 + Math.random() * 0.6);
    retryTimer = setTimeout(start, pause);
    if (!netTimer) netTimer = setTimeout(sayLost, 1500);
  }

  function sayLost() {
    byId("net").textContent = "网络断了，正在重连。电话照样能打。";
    byId("net").hidden = false;
    typing(false);
  }

  /** A phone that slept, or a network that died silently, gives no error: look at how long nothing was heard. */
  function check(limit) {
    if (!loading && stream && Date.now() - heard > limit) reconnect();
  }

  function reconnect() {
    tries = 0;
    clearTimeout(retryTimer);
    if (stream) stream.close();
    stream = null;
    start();
  }

  /* ---- the composer ---- */

  function resize() {
    const near = nearEnd();
    field.style.height = "auto";
    field.style.height = Math.min(field.scrollHeight + 2, 144) + "px";
    const size = field.value.length, over = size - MAX;
    byId("send").disabled = !field.value.trim() || over > 0;
    byId("count").classList.toggle("over", over > 0);
    byId("count").textContent =
      over > 0 ? `多了 ${over} 个字，请分成几条发` : size > MAX - 200 ? `还能写 ${-over} 个字` : "";
    if (near) log.scrollTop = log.scrollHeight;
  }

  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text || text.length > MAX) return;
    field.value = "";
    resize();
    send({ text }, text);
    field.focus();
  });
  field.addEventListener("input", resize);
  field.addEventListener("input", tellTyping);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!byId("send").disabled) byId("form").requestSubmit(byId("send"));
  });

  /* ---- people ---- */

  byId("human").addEventListener("click", () => {
    byId("human").disabled = true; // against a double tap
    setTimeout(() => setOwner(owner), 4000);
    send({ command: "request_human" }, "找真人");
  });

  function openUrgent(event) {
    event.preventDefault();
    if (dialog.showModal) dialog.showModal();
    else {
      dialog.classList.add("plain");
      dialog.setAttribute("open", "");
    }
    byId("urgent-title").focus();
  }

  function closeUrgent(event) {
    if (event) event.preventDefault();
    if (dialog.close) dialog.close();
    else dialog.removeAttribute("open");
    byId("help").focus();
  }

  function onKey(element, act) {
    element.addEventListener("click", act);
    element.addEventListener("keydown", (event) => {
      if (event.key === " ") act(event);
    });
  }

  onKey(byId("help"), openUrgent);
  onKey(byId("close"), closeUrgent);
  dialog.addEventListener("click", (event) => event.target === dialog && closeUrgent());
  byId("page").addEventListener("click", () => {
    byId("page").disabled = true;
    byId("paged").textContent = "正在送到值班台…";
    send({ command: "urgent_help" }, "紧急求助", (arrived) => {
      byId("page").disabled = arrived;
      byId("paged").textContent = arrived
        ? "已经送到值班台。等的时候别一个人待着，有危险先打电话。"
        : "没送出去，网络不通。请直接打上面的电话。";
      if (arrived) setTimeout(() => { byId("page").disabled = false; }, 20000);
    });
  });

  /* ---- the page as a whole ---- */

  byId("intro").addEventListener("click", (event) => {
    if (event.target.classList.contains("choice")) send({ text: event.target.textContent }, event.target.textContent);
  });
  byId("older").addEventListener("click", async () => {
    const height = log.scrollHeight, top = log.scrollTop;
    loading = true;
    await loadBefore(first);
    loading = false;
    log.scrollTop = top + log.scrollHeight - height;
  });
  byId("down").addEventListener("click", toEnd);
  log.addEventListener("scroll", () => { if (nearEnd()) byId("down").hidden = true; }, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    setOwner(owner);
    check(10000);
  });
  window.addEventListener("online", reconnect);
  window.addEventListener("offline", () => {
    sayLost();
    lost();
  });
  window.addEventListener("pagehide", () => keep(true));
  window.addEventListener("pageshow", (event) => event.persisted && reconnect());
  setInterval(check, 10000, 45000);
  if (window.visualViewport) {
    window.visualViewport.addEventListener("resize", () => {
      const zoomed = window.visualViewport.scale > 1.01, near = nearEnd();
      document.documentElement.style.setProperty("--height", zoomed ? "" : window.visualViewport.height + "px");
      if (near) toEnd();
    });
  }

  restore();
  resize();
  if (window.matchMedia("(pointer: fine)").matches) field.focus();
  start();
})();
