"use strict";
const { syncs, titles, active } = JSON.parse(document.getElementById("data").textContent);
let arrived = Date.now();
const show = (id) => document.getElementById(id);
const when = (text) => {
  const moment = new Date(text);
  return moment.toDateString() === new Date().toDateString() ? moment.toLocaleTimeString() : moment.toLocaleString();
};
const words = { pending: "about to start", running: "reading", waiting: "waiting", complete: "complete", not_offered: "not offered",
  not_permitted: "not permitted", reconnect: "connect again", failed: "failed", succeeded: "Complete", partial: "Complete in part" };
const headlines = { running: "Reading your account", waiting: "Waiting to read on", succeeded: "Your account is collected",
  partial: "Your account is collected in part", failed: "Your account could not be read" };

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function row(name, one) {
  const made = element("div", "row");
  made.dataset.state = one.outcome;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", titles[name]);
  bar.max = Math.max(one.expected, one.records, 1);
  if (one.outcome === "complete") bar.value = bar.max;
  else if (one.outcome !== "pending") bar.value = one.records;
  else bar.value = 0;
  const count = one.records.toLocaleString();
  const told = one.outcome === "complete" ? `${count} records${changes([one])}` : one.outcome === "running" && one.records ? `${count} …`
    : one.waiting_until ? `waiting until ${when(one.waiting_until)}` : words[one.outcome];
  made.append(element("span", "name", titles[name]), bar, element("span", "told", told), element("span", "why", one.why || ""));
  return made;
}

// A first sync appends all that it finds: only later ones have something to tell.
function changes(parts) {
  const sum = (name) => parts.reduce((total, one) => total + one[name], 0);
  const news = sum("appended") < sum("records") && sum("appended"), gone = sum("removed");
  return (news ? `, ${news.toLocaleString()} new` : "") + (gone ? `, ${gone.toLocaleString()} gone` : "");
}

function draw(sync) {
  show("latest").hidden = false;
  show("latest").dataset.state = sync.status;
  show("headline").textContent = headlines[sync.status];
  show("status").textContent = { running: "now", waiting: "paused" }[sync.status] || words[sync.status];
  const notes = { running: "You can close this page: it goes on in the background.",
    waiting: sync.waiting_until ? `It goes on by itself at ${when(sync.waiting_until)}.` : "It goes on by itself.",
    succeeded: `Finished ${when(sync.finished_at)}.`, partial: `Finished ${when(sync.finished_at)}. What is missing is tried again with the next sync.`,
    failed: sync.why || "Please try again later." };
  show("explanation").textContent = notes[sync.status];
  show("rows").replaceChildren(...Object.entries(sync.data_types).map(([name, one]) => row(name, one)));
}

function list(earlier) {
  show("earlier").hidden = earlier.length === 0;
  show("list").replaceChildren(...earlier.map((sync) => {
    const made = document.createElement("tr");
    const parts = Object.values(sync.data_types);
    const records = parts.reduce((sum, one) => sum + one.records, 0);
    made.append(element("td", "", when(sync.started_at)), element("td", "badge", words[sync.status] || sync.status),
      element("td", "", `${records.toLocaleString()} records${changes(parts)}`));
    made.dataset.state = sync.status;
    return made;
  }));
}

function redraw(all) {
  if (all.length) draw(all[0]);
  list(all.slice(1));
}

// Polls of recent plays come many times a day: they do not take the place of what was read of the whole account.
const poll = (sync) => Object.keys(sync.data_types).join() === "recently_played";

let known = syncs, left = false;

// A login or the button has just asked for a sync: its record appears within a moment.
async function follow(all) {
  if (left) return;
  known = all;
  redraw(all);
  const busy = !all.length || ["running", "waiting"].includes(all[0].status) || Date.now() - arrived < 5000;
  show("ask").hidden = busy || !active;
  if (!busy) return;
  await new Promise((done) => setTimeout(done, all.length && all[0].status === "waiting" ? 10000 : 1000));
  try {
    const answer = await fetch("me", { headers: { Accept: "application/json" } });
    if (answer.status === 401) return left || location.assign("./");
    const latest = answer.ok && (await answer.json()).latest_sync;
    const news = latest && (!poll(latest) || !all.length || latest.sync_id === all[0].sync_id);
    return follow(news ? [latest, ...all.filter((sync) => sync.sync_id !== latest.sync_id)] : all);
  } catch {
    return follow(all);
  }
}
show("ask").addEventListener("click", async () => {
  show("ask").hidden = true;
  try {
    const answer = await fetch("me/syncs", { method: "POST", headers: { Accept: "application/json" } });
    if (answer.status === 401) return location.assign("./");
    if (answer.ok) {
      // A state machine has to begin it: that may take a little longer than after a login, which came with a redirect.
      arrived = Date.now() + 10000;
      return follow(known);
    }
    show("explanation").textContent = (await answer.json()).error.message;
  } catch {
    show("explanation").textContent = "The sync could not be asked for. Please try again.";
  }
  show("ask").hidden = false;
});
