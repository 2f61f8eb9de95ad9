// The set-up page: the token is in the fragment of the address, which is sent to no server; it goes in the form's body.

const form = document.getElementById("setup");
const fault = document.getElementById("fault");
const [password, again] = [document.getElementById("password"), document.getElementById("again")];

function complain(text) {
  fault.textContent = text;
  fault.hidden = !text;
}

function readToken() {
  form.elements.token.value = location.hash.slice(1);
  complain(location.hash.length > 1 ? "" : "这个链接不完整，请把管理员给的整条链接复制过来打开。");
}

async function send() {
  const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) return complain(answer.message || "没有设成，请刷新页面再试。");
  history.replaceState(null, "", location.pathname); // the link is used up: no need to leave it in the history
  document.getElementById("your-login").textContent = answer.login;
  form.hidden = true;
  document.getElementById("done").hidden = false;
  return document.querySelector("#done a").focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (password.value !== again.value) return complain("两次输的不一样，请再看看。");
  complain("");
  return send().catch(() => complain("没连上，请看看网络再试。"));
});

document.getElementById("show").addEventListener("change", (event) => {
  for (const field of [password, again]) field.type = event.target.checked ? "text" : "password";
});

addEventListener("hashchange", readToken);
readToken();
