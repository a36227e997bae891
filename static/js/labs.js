// The workbench: keys that press its buttons, panes that stay as the reader left them, and what
// came of an action comes into sight. The page works without this file.
"use strict";

// --- keys: each button says its own (aria-keyshortcuts) ---

// Before the editor sees them, and wherever the focus is.
document.addEventListener(
  "keydown",
  (event) => {
    // A key that takes part in a kana conversion belongs to the conversion.
    if (event.isComposing || event.keyCode === 229) return;
    const button = document.querySelector(`button[aria-keyshortcuts="${keysOf(event)}"]`);
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    button.click();
  },
  true,
);

function keysOf(event) {
  const held = [
    (event.ctrlKey || event.metaKey) && "Control",
    event.altKey && "Alt",
    event.shiftKey && "Shift",
  ];
  return [...held, CSS.escape(event.key)].filter(Boolean).join("+");
}

// --- panes: opened or closed by the reader, they stay so ---

const PANES = "lab-panes";

function chosenPanes() {
  try {
    return JSON.parse(localStorage.getItem(PANES)) ?? {};
  } catch {
    return {};
  }
}

function restorePanes() {
  for (const [name, isOpen] of Object.entries(chosenPanes())) {
    const pane = document.querySelector(`details[data-pane="${CSS.escape(name)}"]`);
    if (pane) pane.open = isOpen;
  }
}

document.addEventListener("click", (event) => {
  const pane = event.target.closest("summary")?.parentElement;
  if (!pane?.dataset.pane) return;
  // The click opens or closes it after this.
  const chosen = { ...chosenPanes(), [pane.dataset.pane]: !pane.open };
  try {
    localStorage.setItem(PANES, JSON.stringify(chosen));
  } catch {
    // Without storage the panes are as the server opens them.
  }
});
restorePanes();

// --- after an action ---

let left = null; // the pane that had the focus when its contents were replaced

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "machine") return;
  left = document.activeElement.closest("#machine [data-pane]")?.dataset.pane;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "machine") return;
  restorePanes();
  document.getElementById("bench-status").scrollIntoView({ block: "nearest" });
});

// What had the focus may be gone, such as the button of a breakpoint that was removed.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "machine" || !left || document.activeElement !== document.body) return;
  document.querySelector(`details[data-pane="${left}"] > summary`)?.focus();
});
