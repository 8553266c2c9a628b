import { ask, byId, element, localTime, unreachable } from "./page.js";
import { leaving } from "./leave.js";
const { syncs, titles, active } = JSON.parse(document.getElementById("data").textContent);
// A login or the button has just asked for a sync: until then the page waits for its record to appear.
let syncExpectedUntil = Date.now() + 5000;
let shownSyncs = syncs;

const words = { pending: "about to start", running: "reading", waiting: "waiting", complete: "complete", not_offered: "not offered",
  not_permitted: "not permitted", reconnect: "connect again", failed: "failed", succeeded: "Complete", partial: "Complete in part" };
const headlines = { running: "Reading your account", waiting: "Taking a break", succeeded: "Your collection is up to date",
  partial: "Your collection is up to date in part", failed: "Your account could not be read" };

function progressRow(dataType, progress) {
  const row = element("div", "row");
  row.dataset.state = progress.outcome;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", titles[dataType]);
  bar.max = Math.max(progress.expected, progress.records, 1);
  if (progress.outcome === "complete") bar.value = bar.max;
  else if (progress.outcome !== "pending") bar.value = progress.records;
  else bar.value = 0;
  row.append(element("span", "name", titles[dataType]), bar, element("span", "outcome", outcomeText(progress)),
    element("span", "why", progress.why || ""));
  return row;
}

function outcomeText(progress) {
  const count = progress.records.toLocaleString();
  if (progress.outcome === "complete") return `${count} records${changes([progress])}`;
  if (progress.outcome === "running" && progress.records) return `${count} …`;
  return progress.waiting_until ? `waiting until ${localTime(progress.waiting_until)}` : words[progress.outcome];
}

// A first sync appends all records, so "new" would say nothing; later ones have changes to show.
function changes(allProgress) {
  const sum = (name) => allProgress.reduce((total, progress) => total + progress[name], 0);
  const added = sum("appended") < sum("records") && sum("appended"), removed = sum("removed");
  return (added ? `, ${added.toLocaleString()} new` : "") + (removed ? `, ${removed.toLocaleString()} gone` : "");
}

function drawLatest(sync) {
  byId("latest").hidden = false;
  byId("latest").dataset.state = sync.status;
  byId("headline").textContent = headlines[sync.status];
  byId("status").textContent = { running: "now", waiting: "paused" }[sync.status] || words[sync.status];
  const explanations = { running: "You can close this page: reading continues in the background.",
    waiting: sync.waiting_until ? `Reading continues by itself at ${localTime(sync.waiting_until)}.` : "Reading continues by itself.",
    succeeded: `Finished ${localTime(sync.finished_at)}.`,
    partial: `Finished ${localTime(sync.finished_at)}. The next sync tries again to read what is missing.`,
    failed: sync.why || "Please try again later." };
  byId("explanation").textContent = explanations[sync.status];
  byId("rows").replaceChildren(...Object.entries(sync.data_types).map(([dataType, progress]) => progressRow(dataType, progress)));
}

function drawEarlier(earlier) {
  byId("earlier").hidden = earlier.length === 0;
  byId("list").replaceChildren(...earlier.map((sync) => {
    const row = document.createElement("tr");
    const allProgress = Object.values(sync.data_types);
    const records = allProgress.reduce((sum, progress) => sum + progress.records, 0);
    row.append(element("td", "", localTime(sync.started_at)), element("td", "badge", words[sync.status] || sync.status),
      element("td", "", `${records.toLocaleString()} records${changes(allProgress)}`));
    row.dataset.state = sync.status;
    return row;
  }));
}

function drawSyncs(all) {
  if (all.length) drawLatest(all[0]);
  drawEarlier(all.slice(1));
}

// Polls of recent plays come many times a day: they do not replace the latest sync of the whole account on the page.
const isPoll = (sync) => Object.keys(sync.data_types).join() === "recently_played";

// Draws the syncs, and asks the server again for as long as the latest one changes or a new one is expected.
async function follow(all) {
  if (leaving.begun) return;
  shownSyncs = all;
  drawSyncs(all);
  const busy = !all.length || ["running", "waiting"].includes(all[0].status) || Date.now() < syncExpectedUntil;
  byId("ask").hidden = busy || !active;
  if (!busy) return;
  await new Promise((done) => setTimeout(done, all.length && all[0].status === "waiting" ? 10000 : 1000));
  try {
    const response = await fetch("me", { headers: { Accept: "application/json" } });
    if (response.status === 401) return leaving.begun || location.assign("./");
    const latest = response.ok && (await response.json()).latest_sync;
    const shows = latest && (!isPoll(latest) || !all.length || latest.sync_id === all[0].sync_id);
    return follow(shows ? [latest, ...all.filter((sync) => sync.sync_id !== latest.sync_id)] : all);
  } catch {
    return follow(all);
  }
}

byId("ask").addEventListener("click", async () => {
  byId("ask").hidden = true;
  try {
    const response = await fetch("me/syncs", { method: "POST", headers: { Accept: "application/json" } });
    if (response.status === 401) return location.assign("./");
    if (response.ok) {
      // A state machine has to begin it. That may take a little longer than after a login, which came with a redirect.
      syncExpectedUntil = Date.now() + 15000;
      return follow(shownSyncs);
    }
    byId("explanation").textContent = (await response.json()).error.message;
  } catch {
    byId("explanation").textContent = "The sync could not be started. Check your connection and try again.";
  }
  byId("ask").hidden = false;
});

follow(syncs);
