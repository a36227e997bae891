// The lesson editor's preview follows typing (editor.js does the rest).

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

// Typed before this script came, or brought back by the browser: the page's preview is older.
if (source.value !== source.defaultValue) schedulePreview();

// A new preview shows the place that the author was reading.
let scrolled = 0;
document.addEventListener("htmx:beforeSwap", () => {
  scrolled = document.querySelector(".editor__page")?.scrollTop ?? scrolled;
});
document.addEventListener("htmx:afterSwap", () => {
  document.querySelector(".editor__page")?.scrollTo(0, scrolled);
});
