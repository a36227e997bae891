// Small improvements for every page. All pages work without this file.

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

// htmx sends the name of a button inside the form only; this one may stand elsewhere (form="…").
document.addEventListener("htmx:configRequest", (event) => {
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.name) event.detail.parameters[button.name] = button.value;
});

// After htmx swapped a fragment, focus moves to what the answer marks for it.
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target.querySelector?.("[data-focus]");
  if (target) target.focus();
});

// What went wrong between two pages is said in the notice, and what was typed stays.
const notice = document.getElementById("connection-notice");
const unreachable = notice.textContent.trim();

function tell(text) {
  notice.firstElementChild.textContent = text;
  notice.hidden = false;
}

// A new try takes back what was said of the last one, here and above the fragment.
document.addEventListener("htmx:beforeRequest", (event) => {
  notice.hidden = true;
  event.detail.target.querySelector(":scope > [role=alert][data-focus]")?.remove();
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => tell(unreachable));
}

// A refusal that is a fragment (a form with its errors) is shown like any other fragment.
// One that is a whole page (the session ended, too many requests, a failure) has no place in
// this page: the notice tells its words.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { status, responseText } = event.detail.xhr;
  if (status < 400) return;
  event.detail.isError = false;
  event.detail.shouldSwap = !/<html/i.test(responseText);
  if (!event.detail.shouldSwap) tell(`${words(responseText)} 入力はそのまま残っています。`);
});

function words(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const heading = page.querySelector("main h1");
  if (!heading) return "サーバーで問題が起きました。しばらくしてから、もう一度お試しください。";
  const text = heading.parentElement.querySelectorAll("h1 ~ p:not(:has(a))");
  return `${heading.textContent}。${[...text].map((p) => p.textContent).join("")}`;
}
