// Copies a field, or what a link leads to; without script the field can be copied by hand, and the link is a download.
const said = document.getElementById("copied");
const say = (text) => { if (said) said.textContent = text; };

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`);
  } catch {
    say("Your browser did not let us copy. Please do it by hand.");
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy).value, "Link"));
}

for (const link of document.querySelectorAll("a[data-copy-from]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy all links";
  button.addEventListener("click", async () => {
    const response = await fetch(link.dataset.copyFrom);
    const text = response.ok ? await response.text() : "";
    if (text) await copy(text, `${text.trim().split("\n").length} links`);
    else say("The links could not be read. Please try again.");
  });
  link.before(button);
}
