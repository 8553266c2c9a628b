import { byId, element, localTime } from "./page.js";

// One line of the list of sessions or tokens, with a button that ends it.
function accessRow(text, button, path) {
  const row = element("li", ""), end = element("button", "plain", button);
  end.type = "button";
  end.setAttribute("aria-label", `${button}: ${text}`);
  end.addEventListener("click", () => endAccess(end, path));
  row.append(element("span", "", text), end);
  return row;
}

async function fetchItems(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (response.status === 401) location.assign("./");
  const body = await response.json();
  if (!response.ok) throw new Error(body.error.message);
  return body.items;
}

async function drawAccess() {
  const [sessions, tokens] = await Promise.all([fetchItems("me/sessions"), fetchItems("me/tokens")]);
  byId("sessions").replaceChildren(...sessions.map((session) => {
    const text = `Since ${localTime(session.created_at)}${session.current ? " (this browser)" : ""}`;
    return accessRow(text, session.current ? "Log out" : "End", `me/sessions/${session.session_id}`);
  }));
  byId("tokens-part").hidden = tokens.length === 0;
  byId("tokens").replaceChildren(...tokens.map((token) =>
    accessRow(`${token.name}, since ${localTime(token.created_at)}`, "Revoke", `me/tokens/${token.token_id}`)));
}

async function withAccess(change) {
  byId("access-trouble").textContent = "";
  try {
    await change();
    await drawAccess();
  } catch (error) {
    byId("access-trouble").textContent = error instanceof TypeError || error instanceof SyntaxError
      ? "The server could not be reached. Check your connection and try again." : error.message;
  }
}

function endAccess(button, path) {
  button.disabled = true;
  return withAccess(async () => {
    const response = await fetch(path, { method: "DELETE", headers: { Accept: "application/json" } });
    // Somebody else may have ended it meanwhile.
    if (!response.ok && response.status !== 404) throw new Error((await response.json()).error.message);
  }).finally(() => { button.disabled = false; });
}

// The lists are read when somebody wants to see them.
byId("access").addEventListener("toggle", () => { if (byId("access").open) withAccess(async () => {}); });
