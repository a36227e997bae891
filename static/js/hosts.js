// The /cpuinfo/ pages: a file may be dropped anywhere on the page, and a text or file that is too
// large is told before it is sent. Without this the forms work, and the server says the same.

const number = new Intl.NumberFormat("ja");
const fileInput = document.getElementById("cpuinfo-file");

// How large what the form holds is, in bytes of UTF-8.
function sizeOf(form) {
  const file = form.elements.file?.files[0];
  if (file) return file.size;
  const text = form.elements.text?.value ?? "";
  // A character takes up to three bytes in UTF-8: most texts need no closer look.
  return text.length * 3 > form.dataset.maxBytes ? new Blob([text]).size : text.length;
}

// Say in the form that it holds too much, or take that back; return whether it does.
function tellSize(form) {
  const size = sizeOf(form);
  const tooLarge = size > form.dataset.maxBytes;
  const problem = form.querySelector("[data-size-problem]");
  problem.hidden = !tooLarge;
  problem.textContent = tooLarge ? form.dataset.tooLarge.replace("{size}", number.format(size)) : "";
  for (const field of form.querySelectorAll("textarea, input[type=file]")) {
    if (tooLarge) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  return tooLarge;
}

for (const form of document.querySelectorAll("form[data-max-bytes]")) {
  form.addEventListener("input", () => tellSize(form));
  form.addEventListener("change", () => tellSize(form));
}

// Before anybody else sees the submission: nothing too large is sent.
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.dataset.maxBytes || !tellSize(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    event.target.querySelector("[data-size-problem]").focus();
  },
  true,
);

// A dropped file is put into the file input; it is sent by the button, as a chosen one is.
if (fileInput) {
  const area = fileInput.closest("[data-drop]");
  area.querySelector("[data-drop-hint]").hidden = false;
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
  let entered = 0;
  const mark = (count) => {
    entered = Math.max(count, 0);
    area.toggleAttribute("data-dropping", entered > 0);
  };
  document.addEventListener("dragenter", (event) => carriesFile(event) && mark(entered + 1));
  document.addEventListener("dragleave", (event) => carriesFile(event) && mark(entered - 1));
  document.addEventListener("dragover", (event) => carriesFile(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    mark(0);
    const first = new DataTransfer();
    first.items.add(event.dataTransfer.files[0]);
    fileInput.files = first.files;
    fileInput.dispatchEvent(new Event("change", { bubbles: true }));
    area.querySelector("[data-dropped]").textContent = area.dataset.drop.replace("{name}", first.files[0].name);
    fileInput.focus();
  });
}
