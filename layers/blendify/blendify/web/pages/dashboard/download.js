const download = { text: show("download-text"), now: show("download-now"), anew: show("download-anew"), trouble: show("download-trouble") };

function size(bytes) {
  const [unit, digits] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  return digits.toLocaleString(undefined, { style: "unit", unit, maximumFractionDigits: digits < 10 ? 1 : 0 });
}

// What an answer of GET /me/export means for the card; a link is good for minutes, so each click asks for one.
function drawDownload(one) {
  const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0).toLocaleString();
  const texts = {
    preparing: () => `Preparing: ${one.progress.records.toLocaleString()} records so far. You can close this page and come back.`,
    ready: () => `${total(one.counts)} records, ${size(one.bytes)}, as of ${when(one.started_at)}. It is kept until ${when(one.expires_at)}.`,
    failed: () => one.why,
  };
  show("download").dataset.state = { preparing: "waiting", ready: "succeeded", failed: "failed" }[one.status];
  show("download-badge").textContent = { preparing: "being prepared", ready: "Ready", failed: "failed" }[one.status];
  download.text.textContent = texts[one.status]();
  download.now.hidden = one.status === "preparing";
  download.now.textContent = one.status === "ready" ? "Download" : "Try again";
  download.anew.hidden = one.status !== "ready";
}

async function askDownload(query) {
  const answer = await fetch(`me/export${query}`, { headers: { Accept: "application/json" } });
  if (answer.status === 401) {
    location.assign("./");
    return null;
  }
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error.message);
  drawDownload(body);
  return { ...body, seconds: Number(answer.headers.get("Retry-After")) };
}

async function wish(query) {
  const known = show("download").dataset.state === "succeeded" && !query;
  download.trouble.textContent = "";
  download.now.disabled = download.anew.disabled = true;
  try {
    let one = await askDownload(query);
    while (one && one.status === "preparing" && !left) {
      await new Promise((done) => setTimeout(done, one.seconds * 1000));
      one = await askDownload("");
    }
    if (one && known && one.status === "ready") location.assign(one.url);
  } catch (error) {
    download.trouble.textContent = error instanceof TypeError || error instanceof SyntaxError
      ? "That could not be asked for. Please try again." : error.message;
  }
  download.now.disabled = download.anew.disabled = false;
}
download.now.addEventListener("click", () => wish(show("download").dataset.state === "failed" ? "?fresh=true" : ""));
download.anew.addEventListener("click", () => wish("?fresh=true"));
