// Importing FAQs: the file is checked, every fault is listed; without one the same file can be handed on.

import { byId, el, show } from "./dom.js";
import { sendFile, whenGone } from "./net.js";

const PATH = "/desk/faqs/api/import";
let receipt = "";

async function send(query, button) {
  const [file] = byId("file").files;
  if (!file) return;
  button.disabled = true;
  tell(`正在检查“${file.name}”，行数多的话要等一两分钟…`);
  try {
    draw(await sendFile(PATH + query, file));
  } catch (error) {
    draw({ faults: [[0, "", error.message]], rows: 0, more: 0, receipt: "" });
  } finally {
    button.disabled = false;
  }
}

function tell(words) {
  show(byId("found"), true);
  byId("summary").textContent = words;
}

function draw(found) {
  if (found.batch) return location.assign(found.batch);
  receipt = found.receipt;
  tell(summary(found));
  byId("faults").replaceChildren(...found.faults.map(line));
  show(byId("fault-box"), found.faults.length > 0);
  show(byId("import"), Boolean(receipt));
  byId("found-title").focus();
}

function summary(found) {
  const moved = found.moved ? "刚才有同事改了问答，结果跟上次不一样，请再看一遍。" : "";
  if (found.faults.length) {
    const more = found.more ? `（还有 ${found.more} 处没有列出来）` : "";
    return `${moved}有 ${found.faults.length + found.more} 处错${more}，一条也没有导入。在文件里改好，再检查一次。`;
  }
  const counts = `${found.rows} 行都没有错：新的 ${found.new} 条，改动 ${found.changed} 条，没变 ${found.same} 条。`;
  return moved + counts + (receipt ? "" : "没有要导入的。");
}

function line([row, column, words]) {
  const node = el("tr");
  node.append(el("td", "", row ? `第 ${row} 行` : "整个文件"), el("td", "", column), el("td", "wraps", words));
  return node;
}

whenGone(() => location.assign("/desk/login"));
byId("upload").addEventListener("submit", (event) => {
  event.preventDefault();
  send("", byId("check"));
});
byId("import").addEventListener("click", () => send(`?receipt=${receipt}`, byId("import")));
byId("file").addEventListener("change", () => show(byId("import"), false));
