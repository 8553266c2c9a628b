// Uploads what is dropped or picked, one file after another, with progress. Without script the form sends one file.
const PAUSE = 2_000; // milliseconds
const root = document.documentElement.dataset.root;
const form = document.getElementById("upload-form"), file = document.getElementById("file");
const list = document.getElementById("upload-files"), words = document.getElementById("upload-words");
const row = document.getElementById("upload-row").content.firstElementChild;
const pause = () => new Promise((done) => setTimeout(done, PAUSE));

file.multiple = true;
document.getElementById("upload-several").hidden = false;

async function ask(path, method = "POST") {
  const response = await fetch(root + path, { method });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
  return answer;
}

// What the page shows of one file.
class Line {
  constructor(chosen) {
    this.shown = row.cloneNode(true);
    this.shown.querySelector(".name").textContent = chosen.name;
    this.bar = this.shown.querySelector("progress");
    this.bar.setAttribute("aria-label", chosen.name);
    list.append(this.shown);
  }

  say(outcome, why = "") {
    this.shown.querySelector(".outcome").textContent = outcome;
    this.shown.querySelector(".why").textContent = why;
  }

  // A file that has arrived has a report in place of the bar.
  lead(import_id) {
    const link = document.createElement("a");
    link.href = `${root}imports/${import_id}`;
    link.target = "_blank";
    link.textContent = "Report";
    link.setAttribute("aria-label", `Report of ${this.bar.getAttribute("aria-label")}, in a new window`);
    this.bar.replaceWith(link);
  }
}

function send({ url, fields }, chosen, line) {
  const data = new FormData(), request = new XMLHttpRequest();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  // S3 passes over what comes behind the file.
  data.append("file", chosen);
  return new Promise((done, failed) => {
    request.upload.onprogress = ({ loaded, total }) => {
      line.bar.value = loaded / total;
      line.say(`${Math.floor((100 * loaded) / total)} %`, `of ${(total / 1e6).toFixed(1)} MB`);
    };
    request.onload = () => (request.status < 300 ? done() : failed(new Error("The upload was refused. Try again.")));
    request.onerror = () => failed(new Error("The upload did not arrive. Try again."));
    request.open("POST", url);
    request.send(data);
  });
}

// There is one import at a time, and another window may have begun one.
async function start(import_id, line) {
  for (;;) {
    try {
      return await ask(`me/imports/${import_id}`);
    } catch (error) {
      if (error.code !== "another_import") throw error;
      line.say("Waits", error.message);
      await pause();
    }
  }
}

async function bring(chosen, line, before) {
  if (!chosen.size) throw new Error("This file is empty.");
  if (chosen.size > Number(form.dataset.most)) throw new Error("This file is larger than 2 GB.");
  const { import_id, upload } = await ask("me/imports");
  await send(upload, chosen, line);
  line.say("Waits", "The file before is being read.");
  await before;
  await start(import_id, line);
  return import_id;
}

const ENDS = { succeeded: "Complete", partial: "Complete in part", failed: "Not imported", taken_back: "Taken back" };

async function follow(import_id, line) {
  for (;;) {
    const told = await ask(`me/imports/${import_id}`, "GET");
    const counts = `${told.stored.toLocaleString("en-GB")} stored, ${told.known.toLocaleString("en-GB")} known already`;
    if (ENDS[told.status]) return line.say(ENDS[told.status], told.status === "failed" ? told.why : counts);
    if (told.status === "question") line.say("Asks you", "Its report has the question; other files wait.");
    else line.say("Being read", counts);
    await pause();
  }
}

const stay = (event) => event.preventDefault();

async function bringAll(files) {
  if (!files.length) return;
  const buttons = form.querySelectorAll("button, input[type=file]");
  for (const button of buttons) button.disabled = true;
  list.replaceChildren();
  list.hidden = words.hidden = false;
  addEventListener("beforeunload", stay);
  const lines = files.map((chosen) => new Line(chosen));
  let last = null, before = null;
  for (const [number, chosen] of files.entries()) {
    words.textContent = files.length > 1 ? `File ${number + 1} of ${files.length}. Keep this page open.` : "Uploading.";
    const line = lines[number], failed = (error) => line.say("Not imported", error.message);
    try {
      last = await bring(chosen, line, before);
      if (files.length > 1) {
        line.lead(last);
        before = follow(last, line).catch(failed);
      }
    } catch (error) {
      failed(error);
    }
  }
  removeEventListener("beforeunload", stay);
  if (files.length === 1 && last) return location.assign(`${root}imports/${last}`);
  words.textContent = files.length > 1 ? "All files are uploaded." : "The file could not be imported.";
  for (const button of buttons) button.disabled = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  bringAll([...file.files]);
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.toggle("over", kind === "dragover");
  });
}
form.addEventListener("drop", (event) => bringAll([...event.dataTransfer.files]));
