// The editor: a preview that follows typing, and links from a problem to its line.
"use strict";

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

// Leaving with unsaved text asks first.
let saved = source.value;
source.form.addEventListener("submit", () => (saved = source.value));
window.addEventListener("beforeunload", (event) => {
  if (source.value !== saved) event.preventDefault();
});
