// Asks for consent by the provider's own script, which `provider` adapts (consent.js in the provider's folder).
const status = document.getElementById("status"), button = document.getElementById("ask");
const form = document.getElementById("answer"), again = document.getElementById("again");
const { title, script, parameters, callbackParameter } = form.dataset, loadTimeout = 20000;
// `settled`: the provider's script is ready, or has failed. `asking`: its window should be open. `answered`: the form is sent.
let settled = false, asking = false, answered = false;

function say(text, mood) {
  status.dataset.mood = mood || "";
  status.textContent = text;
}

function fail(text) {
  settled = true;
  button.disabled = true;
  again.hidden = false;
  say(text, "bad");
}

document.getElementById("buttons").hidden = false;
say(`Loading ${title} …`);
const blocked = `${title} could not be loaded. Your browser may block its script, or you are offline. ` +
  "Allow it for this page, then load the page again.";
const library = document.createElement("script");
library.src = script;
library.async = true;
library.addEventListener("error", () => fail(blocked));
library.addEventListener("load", async () => {
  try {
    await provider.begin(JSON.parse(parameters));
  } catch {
    fail(`${title} does not accept this Blendify. Nothing was stored. Only the operator can fix this.`);
    return;
  }
  if (settled) return;
  settled = true;
  button.disabled = false;
  button.focus();
  say(`Ready. Press the button, and a window of ${title} opens.`);
});
setTimeout(() => { if (!settled) fail(blocked); }, loadTimeout);
document.head.append(library);
again.addEventListener("click", () => location.reload());
// The listener came back from the next page: the state is used up, so this page must be a new one.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

const open = window.open;
window.open = (...given) => {
  const opened = open.apply(window, given);
  if (asking && !opened) {
    say(`Your browser has blocked the window of ${title}. Allow pop-ups for this page, then press the button again.`, "bad");
  }
  return opened;
};

button.addEventListener("click", async () => {
  asking = true;
  say(`${title} is asking you now. If you see no window, or have closed it, press the button again.`);
  let token;
  try {
    token = await provider.ask();
  } catch {
    say(`${title} did not respond as it should. Nothing was stored. Press the button to try again.`, "bad");
    return;
  } finally {
    asking = false;
  }
  // The listener was asked twice and answered twice: the first answer is on its way already.
  if (answered) return;
  answered = true;
  button.disabled = true;
  const answer = form.elements[token ? callbackParameter : "error"];
  answer.disabled = false;
  if (token) answer.value = token;
  provider.forget();
  say(token ? "Thank you. Your collection begins …" : "You did not give access …");
  form.submit();
});
