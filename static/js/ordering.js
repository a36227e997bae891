// Items to put in order: buttons move them, and the numbers of all follow. Without this file the
// numbers are chosen one by one.

const places = (list) => [...list.querySelectorAll("select")];

function button(text, name, step) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button order__move";
  made.dataset.step = step;
  made.textContent = text;
  made.setAttribute("aria-label", `${name}を${step < 0 ? "上" : "下"}へ`);
  return made;
}

function improve(field) {
  if (field.dataset.ordering) return;
  field.dataset.ordering = "1";
  const list = field.querySelector(".order");
  for (const item of list.children) {
    const name = `「${item.querySelector("label").textContent.trim()}」`;
    const moves = document.createElement("span");
    moves.className = "order__moves";
    moves.append(button("↑", name, -1), button("↓", name, 1));
    item.append(moves);
  }
  const chosen = places(list).map((select) => Number(select.value));
  if (new Set(chosen).size === chosen.length && !chosen.includes(0)) {
    list.append(...[...list.children].sort((a, b) => place(a) - place(b)));
  }
  list.after(keepButton(field, list));
  limit(list);
}

const place = (item) => Number(item.querySelector("select").value);

// For who finds the items in the right order already.
function keepButton(field, list) {
  const keep = document.createElement("button");
  keep.type = "button";
  keep.className = "button button--quiet";
  keep.textContent = "今の並びのまま番号を付ける";
  keep.addEventListener("click", () => {
    number(list);
    say(field, "今の並びのとおりに番号を付けました。");
  });
  return keep;
}

// Give all items the numbers of the order in which they stand.
function number(list) {
  let changed;
  places(list).forEach((select, index) => {
    if (select.value !== String(index + 1)) changed = select;
    select.value = String(index + 1);
  });
  limit(list);
  changed?.dispatchEvent(new Event("input", { bubbles: true }));
}

function limit(list) {
  for (const item of list.children) {
    const [up, down] = item.querySelectorAll(".order__move");
    up.disabled = item === list.firstElementChild;
    down.disabled = item === list.lastElementChild;
  }
}

function move(field, item, to) {
  const list = item.parentElement;
  const others = [...list.children].filter((other) => other !== item);
  others.splice(to, 0, item);
  list.append(...others);
  number(list);
  const name = item.querySelector("label").textContent.trim();
  say(field, `「${name}」を ${list.children.length} 個中 ${to + 1} 番目に移しました。`);
}

function say(field, text) {
  field.querySelector("[data-moved]").textContent = text;
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.(".order__move");
  if (!pressed) return;
  const item = pressed.closest(".order__item");
  const at = [...item.parentElement.children].indexOf(item);
  move(pressed.closest("[data-ordering]"), item, at + Number(pressed.dataset.step));
  const other = item.querySelector(".order__move:not(:disabled)");
  (pressed.disabled ? other : pressed).focus();
});

document.addEventListener("change", (event) => {
  const item = event.target.closest?.(".order__item");
  if (!item || !event.target.value) return;
  move(item.closest("[data-ordering]"), item, Number(event.target.value) - 1);
  event.target.focus();
});

function improveAll() {
  document.querySelectorAll("[data-ordering]").forEach(improve);
}

improveAll();
document.addEventListener("htmx:afterSwap", improveAll);
