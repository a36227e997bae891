// The lab's keyboard: Ctrl+Enter (⌘+Enter) in the program runs it.
"use strict";

document.getElementById("source").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  document.getElementById("run").click();
});
