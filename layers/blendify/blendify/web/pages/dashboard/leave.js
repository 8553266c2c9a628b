const leave = show("leave"), now = show("leave-now"), sure = leave.querySelector("[type=checkbox]");
let leaving = "";

// Nothing is asked of the server before the last button; until then Cancel, Escape and this page undo it all.
function ask() {
  const erases = !leaving || leave.querySelector("[name=history]:checked").value === "erase";
  show("leave-sure").hidden = !erases;
  now.disabled = erases && !sure.checked;
  now.textContent = !leaving ? "Erase everything" : erases ? "Disconnect and erase" : "Disconnect";
}

function open(button) {
  leaving = button.dataset.leave;
  leave.querySelector("form").reset();
  show("leave-history").hidden = !leaving;
  show("leave-trouble").textContent = "";
  show("leave-title").textContent = leaving ? `Disconnect ${button.dataset.title}?` : "Erase everything?";
  show("leave-text").textContent = leaving ? "Our access is destroyed at once, and collecting stops."
    : "All connections end, you are logged out, and everything that was ever collected is deleted, with all tokens that you have made.";
  ask();
  leave.showModal();
}

function told(id) {
  const card = element("section", "card"), link = element("a", "", "receipt");
  link.href = `erasures/${encodeURIComponent(id)}`;
  const text = element("p", "", "Access has ended. What was collected is being deleted, which takes up to half an hour. Keep your ");
  text.append(link, ": it says when nothing is left, and holds nothing that tells of you.");
  const back = element("a", "", leaving ? "Your dashboard" : "Start page");
  back.href = leaving ? "dashboard" : "./";
  const last = element("p", "");
  last.append(back);
  const title = element("h1", "", "Your data are being erased");
  title.tabIndex = -1;
  card.append(text, last);
  document.querySelector("main").replaceChildren(title, card);
  if (!leaving) document.querySelector("header form").remove();
  title.focus();
}

async function go() {
  const history = leave.querySelector("[name=history]:checked").value;
  now.disabled = true;
  try {
    const path = leaving ? `me/connections/${leaving}?history=${history}` : "me";
    const answer = await fetch(path, { method: "DELETE", headers: { Accept: "application/json" } });
    if (answer.status === 401) return location.assign("./");
    if (answer.status === 202) {
      left = true;
      leave.close();
      return told((await answer.json()).erasure_id);
    }
    if (answer.ok) return location.reload();
    show("leave-trouble").textContent = (await answer.json()).error.message;
  } catch {
    show("leave-trouble").textContent = "That could not be asked for. Nothing has changed; please try again.";
  }
  now.disabled = false;
}
for (const button of document.querySelectorAll("[data-leave]")) button.addEventListener("click", () => open(button));
leave.addEventListener("input", ask);
now.addEventListener("click", go);
