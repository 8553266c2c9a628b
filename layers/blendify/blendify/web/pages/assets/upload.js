// Uploads by dropping or picking a file, with progress. Without script the form does the same by itself.
const root = document.documentElement.dataset.root;
const form = document.getElementById("upload-form"), file = document.getElementById("file");
const line = document.getElementById("upload-progress"), bar = document.getElementById("upload-bar");
const words = document.getElementById("upload-words");

function say(text, value) {
  line.hidden = false;
  words.textContent = text;
  bar.value = value;
}

async function ask(path) {
  const response = await fetch(root + path, { method: "POST" });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

function send({ url, fields }, chosen) {
  const data = new FormData(), request = new XMLHttpRequest();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  // S3 passes over what comes behind the file.
  data.append("file", chosen);
  return new Promise((done, failed) => {
    request.upload.onprogress = ({ loaded, total }) =>
      say(`${Math.floor((100 * loaded) / total)} % of ${(total / 1e6).toFixed(1)} MB`, loaded / total);
    request.onload = () => (request.status < 300 ? done() : failed(new Error("The upload was refused. Try again.")));
    request.onerror = () => failed(new Error("The upload did not arrive. Try again."));
    request.open("POST", url);
    request.send(data);
  });
}

async function bring(chosen) {
  if (!chosen) return;
  if (chosen.size > Number(form.dataset.most)) return say("This file is larger than 2 GB.", 0);
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  try {
    const { import_id, upload } = await ask("me/imports");
    await send(upload, chosen);
    await ask(`me/imports/${import_id}`);
    location.assign(`${root}imports/${import_id}`);
  } catch (error) {
    say(error.message, 0);
    for (const button of buttons) button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  bring(file.files[0]);
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.toggle("over", kind === "dragover");
  });
}
form.addEventListener("drop", (event) => bring(event.dataTransfer.files[0]));
