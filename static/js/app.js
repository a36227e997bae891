// Small improvements for every page. All pages work without this file.
"use strict";

// Enter that confirms a kana conversion must not submit the form.
// Safari ends the composition first and then reports key code 229.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) {
      event.stopPropagation();
      if (event.target instanceof HTMLInputElement) event.preventDefault();
    }
  },
  true,
);

// A second click while the first is under way sends nothing. (The server stores one
// submission anyway; this spares the reader a second page load.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending === "1") {
    event.preventDefault();
    return;
  }
  if (!event.defaultPrevented && !form.hasAttribute("hx-post")) form.dataset.sending = "1";
});

// Back from the page cache: forms may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

// After htmx swapped a fragment, focus moves to what the answer marks for it.
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target.querySelector?.("[data-focus]");
  if (target) target.focus();
});

// Answers that say "no" (422, 429, ...) are shown like any other fragment.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([403, 404, 409, 413, 422, 429, 503].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// The connection failed: say so, and keep what was typed.
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const notice = document.getElementById("connection-notice");
    if (notice) notice.hidden = false;
  });
}
document.addEventListener("htmx:beforeRequest", () => {
  const notice = document.getElementById("connection-notice");
  if (notice) notice.hidden = true;
});
