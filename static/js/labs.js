// The lab: Ctrl+Enter (⌘+Enter) in the program runs it, and what came of it comes into sight.
"use strict";

document.getElementById("source").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  document.getElementById("run").click();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "machine") return;
  document.getElementById("bench-status").scrollIntoView({ block: "nearest" });
});
