// An attempt's page: what is typed is saved as it is typed, and the time that is left is told.
// All of it works without this file, by the buttons of the page.

const answers = document.querySelector("[data-answers]");
const FIELD = /^q\d+-/;

// Questions (the elements with data-fields) whose newest input is not under way to the server
const unsaved = new Set();

const questionOf = (element) => element.closest("[data-fields]");
const inConflict = (question) => question.querySelector("[data-conflict]") !== null;

for (const name of ["input", "change"]) {
  answers?.addEventListener(name, (event) => {
    const question = questionOf(event.target);
    if (question) unsaved.add(question);
  });
}

// The page is one form, so that one button saves it without a script. A request that starts in
// a question means that question's fields alone.
document.addEventListener("htmx:configRequest", (event) => {
  const own = questionOf(event.target)?.dataset.fields;
  if (!own) return;
  for (const name of [...event.detail.formData.keys()]) {
    if (FIELD.test(name) && !name.startsWith(own)) delete event.detail.parameters[name];
  }
});

// Nothing new is not sent, nor what waits for the choice between two pages' answers.
document.addEventListener("htmx:beforeRequest", (event) => {
  const question = event.detail.elt;
  if (!question.matches("[data-fields]")) return;
  if (!unsaved.has(question) || inConflict(question)) event.preventDefault();
  else unsaved.delete(question);
});
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) {
  document.addEventListener(name, (event) => {
    const question = event.detail.elt;
    if (question.matches("[data-fields]")) unsaved.add(question);
  });
}

// Refused for now (too many requests, a failure of the server): the next input tries again.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.matches("[data-fields]") && xhr.status >= 400 && xhr.status !== 409) unsaved.add(elt);
});

function saveAll() {
  for (const question of unsaved) {
    if (question.isConnected) htmx.trigger(question, "save");
    else unsaved.delete(question);
  }
}
window.addEventListener("online", saveAll);

// A page that is sent whole, or left, takes what is unsaved with it.
answers?.addEventListener("submit", () => unsaved.clear());
window.addEventListener("pagehide", () => {
  const waiting = [...unsaved].filter((question) => question.isConnected);
  if (!waiting.length) return;
  const own = waiting.map((question) => question.dataset.fields);
  const fields = [...new FormData(answers)].filter(
    ([name]) => !FIELD.test(name) || own.some((prefix) => name.startsWith(prefix)),
  );
  fetch(answers.action, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "HX-Request": "true" },
    keepalive: true,
  });
});

// Enter in a field is about its question: the form's first button belongs to the whole page.
answers?.addEventListener("keydown", (event) => {
  const question = questionOf(event.target);
  if (event.key !== "Enter" || !question || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  const send = question.querySelector("[data-send]");
  if (send) send.click();
  else htmx.trigger(question, "save");
});

// The time that is left, from what the server said. The server decides; this only tells.
const countdown = document.getElementById("countdown");
const MARKS = [600, 300, 60]; // seconds at which a screen reader is told
const FINE = 300; // below this, seconds are told too
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function words(seconds) {
  if (seconds <= 0) return "時間になりました";
  if (seconds >= FINE) return `残り ${Math.ceil(seconds / 60)} 分`;
  const step = seconds > 60 || calm.matches ? 10 : 1;
  const shown = Math.ceil(seconds / step) * step;
  const minutes = Math.floor(shown / 60);
  return `残り ${minutes ? `${minutes} 分 ` : ""}${shown % 60} 秒`;
}

function count(end, left, marks) {
  let before = Infinity;
  const timer = setInterval(tick, 1000);
  tick();

  function tick() {
    const seconds = Math.round((end - Date.now()) / 1000);
    const text = words(seconds);
    if (left.textContent !== text) left.textContent = text;
    const mark = MARKS.find((m) => seconds <= m && before > m && before !== Infinity);
    if (mark) marks.textContent = `残り ${mark / 60} 分です。`;
    before = seconds;
    if (seconds > 0) return;
    clearInterval(timer);
    handIn();
  }
}

// At the deadline the page hands in by itself, with what was typed last. Without a connection
// the server does so with what was saved: the page says it, and goes on when it can.
async function handIn() {
  const form = document.querySelector("[data-hand-in]");
  const address = form.dataset.handIn;
  form.inert = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    await fetch(address, { method: "POST", body, redirect: "manual" });
    unsaved.clear();
    location.assign(address);
  } catch {
    const notice = document.getElementById("connection-notice");
    notice.firstElementChild.textContent =
      "時間になりましたが、サーバーに届きません。サーバーに保存された答えまでが採点されます。" +
      "接続が戻ると、結果のページへ移ります。";
    notice.hidden = false;
    setTimeout(handIn, 10_000);
  }
}

if (countdown) {
  // A second more than the server's rounded-down count: nothing is handed in early.
  const end = Date.now() + (Number(countdown.dataset.seconds) + 1) * 1000;
  const marks = countdown.parentElement.querySelector("[data-marks]");
  count(end, countdown.querySelector("[data-left]"), marks);
}
