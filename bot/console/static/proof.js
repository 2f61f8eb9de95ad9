// Grave acts: the server asks for password and code once more; then the same act is done again.

import { byId, setText, show } from "./dom.js";
import { post } from "./net.js";

let again = null; // what is done once the person has shown who they are

export const proofIsOpen = () => byId("proof-dialog").open;

// Does `act`; asks for the proof if it is needed. What `act` throws otherwise, it throws.
export async function proved(act) {
  try {
    return await act();
  } catch (fault) {
    if (fault.code !== "proof_needed") throw fault;
  }
  await ask();
  return act();
}

function ask() {
  const dialog = byId("proof-dialog");
  byId("proof-password").value = "";
  byId("proof-code").value = "";
  show(byId("proof-fault"), false);
  dialog.showModal();
  byId("proof-password").focus();
  return new Promise((resolve, reject) => {
    again = resolve;
    dialog.onclose = () => {
      byId("proof-password").value = "";
      byId("proof-code").value = "";
      reject(new Error("没有验证身份，这一步没有做。")); // does nothing after a resolve
    };
  });
}

async function give(event) {
  event.preventDefault();
  const [password, code] = [byId("proof-password").value, byId("proof-code").value.trim()];
  byId("proof-yes").disabled = true;
  try {
    await post("/desk/api/prove", { password, code });
  } catch (fault) {
    setText(byId("proof-fault"), fault.message);
    show(byId("proof-fault"), true);
    return byId("proof-password").focus();
  } finally {
    byId("proof-yes").disabled = false;
  }
  again();
  return byId("proof-dialog").close();
}

byId("proof-form").addEventListener("submit", give);
byId("proof-no").addEventListener("click", () => byId("proof-dialog").close());
