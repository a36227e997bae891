// The editor: a preview that follows typing, and links from a problem to its line.

const source = document.getElementById("source");
const previewButton = document.querySelector('button[name="action"][value="preview"]');
let timer = 0;

// Not while a kana conversion is open: the text is not what the author means yet.
source.addEventListener("input", (event) => {
  if (!event.isComposing) schedulePreview();
});
source.addEventListener("compositionend", schedulePreview);

function schedulePreview() {
  clearTimeout(timer);
  timer = setTimeout(() => previewButton.click(), 900);
}

document.addEventListener("click", (event) => {
  const line = Number(event.target.dataset?.line);
  if (!line) return;
  event.preventDefault();
  const lines = source.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  source.focus();
  source.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
});

// A new preview shows the place that the author was reading.
let scrolled = 0;
document.addEventListener("htmx:beforeSwap", () => {
  scrolled = document.querySelector(".editor__page")?.scrollTop ?? scrolled;
});
document.addEventListener("htmx:afterSwap", () => {
  document.querySelector(".editor__page")?.scrollTo(0, scrolled);
});

// Leaving with unsaved text asks first. A text that was refused is not saved.
let saved = document.getElementById("problems") ? null : source.value;
source.form.addEventListener("submit", () => (saved = source.value));
window.addEventListener("beforeunload", (event) => {
  if (source.value !== saved) event.preventDefault();
});
