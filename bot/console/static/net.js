// Writes to the server, and the live streams from it.

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let onGone = () => {};
export function whenGone(handler) {
  onGone = handler;
}

const csrf = () => document.querySelector('meta[name="csrf"]').content;

export function post(path, body = null) {
  return call(path, writing(body));
}

function writing(body) {
  const headers = { "X-CSRF": csrf() };
  if (body) headers["Content-Type"] = "application/json";
  return { method: "POST", headers, body: body && JSON.stringify(body) };
}

// A file as it is.
export const sendFile = (path, file) => call(path, { method: "POST", headers: { "X-CSRF": csrf() }, body: file });

// A long answer, line by line: each line is a JSON value of its own.
export async function lines(path, body, hear) {
  const response = await send(path, writing(body));
  if (!response.ok) await answerOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const found = (rest + part.value).split("\n");
    rest = found.pop();
    for (const line of found) hear(JSON.parse(line));
  }
}

export const get = (path) => call(path, {});

async function call(path, request) {
  return answerOf(await send(path, request));
}

async function send(path, request) {
  try {
    return await fetch(path, request);
  } catch {
    throw new Refused(0, "offline", "没连上，请看看网络再试。");
  }
}

async function answerOf(response) {
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401) onGone();
  if (!response.ok) throw new Refused(response.status, answer.error, answer.message || "没有办成，请再试一次。");
  return answer;
}

const SILENCE = 40_000; // ms without any sign of life: the server sends one every 15 s
const RETRY = 2_000;

// One stream that comes back by itself. `url(last)` is asked anew each time, with the last event's id. `probe` is what
// is asked when the stream was refused: 401 and 403 mean that the login is over, 404 that the thing is not ours any more.
export class Live {
  constructor(url, handlers, onLine = () => {}, probe = "/desk/api/queue") {
    this.probe = probe;
    this.url = url;
    this.handlers = handlers;
    this.onLine = onLine;
    this.last = "";
    this.closed = false;
    this.watch = setInterval(() => this.check(), 5_000);
    this.open();
  }

  open() {
    if (this.closed) return;
    this.heard = Date.now();
    this.source = new EventSource(this.url(this.last));
    this.source.onopen = () => this.line(true);
    this.source.onerror = () => this.again();
    const gone = () => { this.close(); onGone(); };
    for (const [name, handle] of Object.entries({ ...this.handlers, gone })) {
      this.source.addEventListener(name, (event) => this.hear(event, handle));
    }
  }

  hear(event, handle) {
    if (this.closed) return;
    this.heard = Date.now();
    if (event.lastEventId) this.last = event.lastEventId;
    handle(JSON.parse(event.data));
  }

  async again() {
    this.source.close();
    if (this.closed || this.retry) return;
    this.line(false);
    this.retry = setTimeout(() => { this.retry = 0; this.open(); }, RETRY);
    const answer = await fetch(this.probe).catch(() => null);
    if (answer?.status === 404 && this.handlers.away && !this.closed) this.handlers.away();
    if (answer && (answer.status === 401 || answer.status === 403)) { this.close(); onGone(); }
  }

  check() {
    if (Date.now() - this.heard > SILENCE) this.again();
  }

  line(up) {
    if (up) this.heard = Date.now();
    this.onLine(up);
  }

  close() {
    this.closed = true;
    clearInterval(this.watch);
    clearTimeout(this.retry);
    this.source.close();
  }
}
