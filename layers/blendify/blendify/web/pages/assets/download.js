import { byId, localTime } from "./page.js";
import { leaving } from "./leave.js";

const download = { text: byId("download-text"), now: byId("download-now"), fresh: byId("download-fresh"), trouble: byId("download-trouble") };

function size(bytes) {
  const [unit, digits] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  return digits.toLocaleString(undefined, { style: "unit", unit, maximumFractionDigits: digits < 10 ? 1 : 0 });
}

// Shows a response of GET /me/export on the card.
function drawExport(body) {
  const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0).toLocaleString();
  const texts = {
    preparing: () => `Preparing: ${body.progress.records.toLocaleString()} records so far. You can close this page and come back.`,
    ready: () => `${total(body.counts)} records, ${size(body.bytes)}, as of ${localTime(body.started_at)}. You can download it until ${localTime(body.expires_at)}.`,
    failed: () => body.why,
  };
  byId("download").dataset.state = { preparing: "waiting", ready: "succeeded", failed: "failed" }[body.status];
  byId("download-badge").textContent = { preparing: "being prepared", ready: "Ready", failed: "failed" }[body.status];
  download.text.textContent = texts[body.status]();
  download.now.hidden = body.status === "preparing";
  download.now.textContent = body.status === "ready" ? "Download" : "Try again";
  download.fresh.hidden = body.status !== "ready";
}

// One request for the export; null when the listener is no longer logged in.
async function fetchExport(query) {
  const response = await fetch(`me/export${query}`, { headers: { Accept: "application/json" } });
  if (response.status === 401) {
    location.assign("./");
    return null;
  }
  const body = await response.json();
  if (!response.ok) throw new Error(body.error.message);
  drawExport(body);
  return { ...body, retrySeconds: Number(response.headers.get("Retry-After")) };
}

// Asks for the export until it is prepared, and downloads one that was ready before. A link is good for 15 minutes, so
// each click asks for a new one.
async function requestExport(query) {
  const wasReady = byId("download").dataset.state === "succeeded" && !query;
  download.trouble.textContent = "";
  download.now.disabled = download.fresh.disabled = true;
  try {
    let body = await fetchExport(query);
    while (body && body.status === "preparing" && !leaving.begun) {
      await new Promise((done) => setTimeout(done, body.retrySeconds * 1000));
      body = await fetchExport("");
    }
    if (body && wasReady && body.status === "ready") location.assign(body.url);
  } catch (error) {
    download.trouble.textContent = error instanceof TypeError || error instanceof SyntaxError
      ? "The server could not be reached. Check your connection and try again." : error.message;
  }
  download.now.disabled = download.fresh.disabled = false;
}
download.now.addEventListener("click", () => requestExport(byId("download").dataset.state === "failed" ? "?fresh=true" : ""));
download.fresh.addEventListener("click", () => requestExport("?fresh=true"));
