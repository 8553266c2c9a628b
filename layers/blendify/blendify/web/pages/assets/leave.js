import { byId, element } from "./page.js";

// `begun`: an erasure has begun, and scripts stop asking the server.
export const leaving = { begun: false };
const leaveDialog = byId("leave"), leaveButton = byId("leave-now"), confirmation = leaveDialog.querySelector("[type=checkbox]");
// The provider that the dialog disconnects; empty when it erases everything.
let leavingProvider = "";

const choice = () => leaveDialog.querySelector("[name=history]:checked").value;

// The server is asked only by the last button; until then Cancel, Escape and leaving the page change nothing.
function drawLeaveDialog() {
  const erases = !leavingProvider || choice() === "erase";
  byId("leave-sure").hidden = !erases;
  leaveButton.disabled = erases && !confirmation.checked;
  leaveButton.textContent = !leavingProvider ? "Erase everything" : erases ? "Disconnect and erase" : "Disconnect";
}

function openLeaveDialog(button) {
  leavingProvider = button.dataset.leave;
  leaveDialog.querySelector("form").reset();
  byId("leave-history").hidden = !leavingProvider;
  byId("leave-trouble").textContent = "";
  byId("leave-title").textContent = leavingProvider ? `Disconnect ${button.dataset.title}?` : "Erase everything?";
  byId("leave-text").textContent = leavingProvider ? "Blendify loses its access at once and stops collecting."
    : "All accounts are disconnected, you are logged out, and your whole history is deleted, together with the access tokens that you made.";
  drawLeaveDialog();
  leaveDialog.showModal();
}

function showReceipt(erasureId) {
  const card = element("section", "card"), link = element("a", "", "receipt");
  link.href = `erasures/${encodeURIComponent(erasureId)}`;
  const text = element("p", "", "Blendify no longer has access. Your history is being deleted now, which takes up to half an hour. Keep your ");
  text.append(link, ": it shows when everything is deleted, and contains nothing about you.");
  const back = element("a", "", leavingProvider ? "Your dashboard" : "Start page");
  back.href = leavingProvider ? "dashboard" : "./";
  const last = element("p", "");
  last.append(back);
  const title = element("h1", "", "Your data is being erased");
  title.tabIndex = -1;
  card.append(text, last);
  document.querySelector("main").replaceChildren(title, card);
  if (!leavingProvider) document.querySelector("header form").remove();
  title.focus();
}

async function confirmLeaving() {
  leaveButton.disabled = true;
  try {
    const path = leavingProvider ? `me/connections/${leavingProvider}?history=${choice()}` : "me";
    const response = await fetch(path, { method: "DELETE", headers: { Accept: "application/json" } });
    if (response.status === 401) return location.assign("./");
    if (response.status === 202) {
      leaving.begun = true;
      leaveDialog.close();
      return showReceipt((await response.json()).erasure_id);
    }
    if (response.ok) return location.reload();
    byId("leave-trouble").textContent = (await response.json()).error.message;
  } catch {
    byId("leave-trouble").textContent = "The server could not be reached, and nothing has changed. Check your connection and try again.";
  }
  leaveButton.disabled = false;
}
for (const button of document.querySelectorAll("[data-leave]")) button.addEventListener("click", () => openLeaveDialog(button));
leaveDialog.addEventListener("input", drawLeaveDialog);
leaveButton.addEventListener("click", confirmLeaving);
