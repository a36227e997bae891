// What the text editors share: links from a problem to its place, and care for unsaved text.
"use strict";

const editor = document.getElementById("source");

// A problem's link marks the line (or the place in it) in the text.
document.addEventListener("click", (event) => {
  const { line, column } = event.target.dataset ?? {};
  if (!line) return;
  event.preventDefault();
  const lines = editor.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const text = lines[line - 1] ?? "";
  // Columns count characters; an index counts UTF-16 units.
  const before = [...text].slice(0, (column ?? 1) - 1).join("").length;
  select(start + before, start + text.length);
});

// A code editor that stands in for the text area answers the event; else it is the text area's.
function select(from, to) {
  if (!editor.dispatchEvent(new CustomEvent("select-text", { detail: { from, to }, cancelable: true }))) return;
  editor.focus();
  editor.setSelectionRange(from, to);
}

// Leaving with unsaved text asks first. A text that was refused is not saved; nor is one that
// a button of the form sent on its own account, such as for a preview.
let saved = "refused" in editor.dataset ? null : editor.defaultValue;
let sent = saved;
editor.form.addEventListener("submit", () => (sent = saved = editor.value));
editor.form.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === editor.form) sent = editor.value;
});
editor.form.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== editor.form) return;
  saved = event.detail.successful && event.detail.requestConfig.verb === "post" ? sent : null;
});
window.addEventListener("beforeunload", (event) => {
  if (editor.value !== saved) event.preventDefault();
});
