// The alarm: sound, title, notification. The sound is one looped buffer, so that a tab in the background keeps ringing.

import { prefer, preference } from "./dom.js";

const RATE = 22_050;
const TONES = {
  urgent: { length: 2.2, beeps: [[0, 880], [0.26, 1175], [0.52, 880], [0.78, 1175]] },
  lost: { length: 12, beeps: [[0, 440], [0.35, 330]] },
};

function render(context, { length, beeps }) {
  const buffer = context.createBuffer(1, RATE * length, RATE);
  const samples = buffer.getChannelData(0);
  for (const [start, pitch] of beeps) {
    for (let i = 0; i < 0.2 * RATE; i += 1) {
      const t = i / RATE;
      const edge = Math.min(1, t / 0.015, (0.2 - t) / 0.05);
      samples[Math.floor(start * RATE) + i] = 0.4 * edge * Math.sin(2 * Math.PI * pitch * t);
    }
  }
  return buffer;
}

export class Alarm {
  constructor(onChange) {
    this.onChange = onChange;
    this.wanted = preference("sound", "off") === "on";
    this.tone = null; // what should ring now
    this.source = null;
    this.notes = new Map();
    this.title = "";
    this.flash = setInterval(() => this.drawTitle(), 1000);
    if (this.wanted) this.start();
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => this.wanted && !this.ready && this.start(), true);
    }
  }

  get ready() {
    return this.wanted && this.context?.state === "running";
  }

  start() {
    if (!this.context) {
      this.context = new AudioContext();
      this.context.onstatechange = () => { this.apply(); this.onChange(); };
    }
    this.context.resume().catch(() => {});
  }

  // Called from a click: browsers let a page make sound and ask for notifications only then.
  toggle() {
    this.wanted = !this.wanted;
    prefer("sound", this.wanted ? "on" : "off");
    if (this.wanted) this.start();
    if (this.wanted && "Notification" in window && Notification.permission === "default") {
      Notification.requestPermission().catch(() => {});
    }
    this.apply();
    this.onChange();
  }

  ring(tone) {
    if (tone === this.tone) return;
    this.tone = tone;
    this.apply();
  }

  apply() {
    const tone = this.ready ? this.tone : null;
    if (tone === this.playing) return;
    this.source?.stop();
    this.source = null;
    this.playing = tone;
    if (!tone) return;
    this.source = new AudioBufferSourceNode(this.context, { buffer: render(this.context, TONES[tone]), loop: true });
    this.source.connect(this.context.destination);
    this.source.start();
  }

  // Desktop notices carry no name and no words: they may show on a locked screen.
  notify(ids) {
    for (const [id, note] of this.notes) {
      if (!ids.includes(id)) { note?.close(); this.notes.delete(id); }
    }
    for (const id of ids.filter((one) => !this.notes.has(one))) this.notes.set(id, this.note(id));
  }

  note(id) {
    if (!("Notification" in window) || Notification.permission !== "granted") return null;
    try {
      const note = new Notification("心桥值班台", { body: "有人急需帮助，请马上查看。", tag: id, requireInteraction: true });
      note.onclick = () => { window.focus(); note.close(); };
      return note;
    } catch {
      return null; // phones show notices only through a service worker
    }
  }

  setTitle(waiting, urgent) {
    this.calm = waiting ? `(${waiting}) 心桥值班台` : "心桥值班台";
    this.urgent = urgent ? `‼ ${urgent} 人紧急求助` : "";
    this.drawTitle();
  }

  drawTitle() {
    const odd = Math.floor(Date.now() / 1000) % 2;
    const title = this.urgent && odd ? this.urgent : this.calm;
    if (title && document.title !== title) document.title = title;
  }
}
