// What the scripts of all pages share; loaded alone it puts moments and numbers into the browser's words and zone.
export const byId = (id) => document.getElementById(id);

export const localTime = (text) => {
  const moment = new Date(text), today = moment.toDateString() === new Date().toDateString();
  return today ? moment.toLocaleTimeString([], { timeStyle: "short" }) : moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
};
const styles = {
  moment: localTime,
  day: (text) => new Date(text).toLocaleDateString([], { dateStyle: "medium" }),
};

export function localise(within) {
  for (const time of within.querySelectorAll("time[data-style]")) {
    time.textContent = styles[time.dataset.style](time.dateTime);
    time.title = new Date(time.dateTime).toLocaleString();
  }
  for (const number of within.querySelectorAll("data.number")) number.textContent = Number(number.value).toLocaleString();
}

export function element(tag, className, text) {
  const created = document.createElement(tag);
  created.className = className;
  if (text !== undefined) created.textContent = text;
  return created;
}

// The home of all addresses: the page's own address may be deeper than others.
export const root = document.documentElement.dataset.root;

// One request to the API. Somebody who is no longer logged in goes to the start page.
export async function ask(path, options = {}) {
  const response = await fetch(root + path, { ...options, headers: { Accept: "application/json", ...options.headers } });
  if (response.status === 401) location.assign(root);
  return response;
}

export const unreachable = (error) => error instanceof TypeError || error instanceof SyntaxError
  ? "The server could not be reached. Check your connection and try again." : error.message;

localise(document);
