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
  editor.focus();
  editor.setSelectionRange(start + before, start + text.length);
});

// Leaving with unsaved text asks first.
let saved = editor.value;
let sent = saved;
editor.form.addEventListener("submit", () => (sent = saved = editor.value));
editor.form.addEventListener("htmx:beforeRequest", () => (sent = editor.value));
editor.form.addEventListener("htmx:afterRequest", (event) => {
  saved = event.detail.successful && event.detail.requestConfig.verb === "post" ? sent : null;
});
window.addEventListener("beforeunload", (event) => {
  if (editor.value !== saved) event.preventDefault();
});
