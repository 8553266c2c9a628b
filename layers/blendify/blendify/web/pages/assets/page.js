// Puts moments into the browser's zone, and keeps the part of a page up to date that changes.
const LANGUAGE = "en-GB"; // As the pages are written, with days and hours as in the views of taste.
const localTime = (text) => {
  const moment = new Date(text), today = moment.toDateString() === new Date().toDateString();
  return moment.toLocaleString(LANGUAGE, today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
};
const styles = { moment: localTime, day: (text) => new Date(text).toLocaleDateString(LANGUAGE, { dateStyle: "medium" }) };

function localise(within) {
  for (const time of within.querySelectorAll("time[data-style]")) {
    time.textContent = styles[time.dataset.style](time.dateTime);
    time.title = new Date(time.dateTime).toLocaleString(LANGUAGE);
  }
  for (const number of within.querySelectorAll("data.number")) number.textContent = Number(number.value).toLocaleString(LANGUAGE);
}

// Replaces what differs and leaves the rest, so that a screen reader is told of a change alone, and the focus stays.
function update(now, then) {
  if (now.isEqualNode(then)) return;
  const alike = now.nodeType === Node.ELEMENT_NODE && then.nodeType === Node.ELEMENT_NODE && now.tagName === then.tagName
    && now.childNodes.length === then.childNodes.length && now.childNodes.length > 0;
  if (!alike) {
    now.replaceWith(then.cloneNode(true));
    return;
  }
  for (const { name } of [...now.attributes]) if (!then.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of then.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  [...now.childNodes].forEach((child, place) => update(child, then.childNodes[place]));
}

// The server draws the page; while something goes on there, the page asks for itself again.
async function follow() {
  const live = document.getElementById("live");
  if (!live || !live.dataset.refresh) return;
  await new Promise((done) => setTimeout(done, Number(live.dataset.refresh)));
  try {
    if (document.visibilityState === "visible") {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const next = page.getElementById("live");
      if (!response.ok) throw new Error(response.statusText);
      // Another page came: the listener is no longer logged in.
      if (!next) return location.reload();
      localise(next);
      update(live, next);
    }
  } catch {
    // Offline, or the server has trouble: the page stays as it is, and asks again.
  }
  follow();
}

localise(document);
follow();
