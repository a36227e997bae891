// The lab's program in the code editor: the language, marks beside the lines, help for what is
// under the cursor, and breakpoints. All that is marked is read from the page, whose server says it.
"use strict";

const LAB_FORMS_SHOWN = 3; // ways to write one mnemonic in the help
const LAB_HELP_MISSING = "命令の説明を読み込めませんでした。命令表を見てください。";
const LAB_HELP_HINT = "命令、レジスター、CSR の名前にカーソルを置くと、ここに説明が出ます。";

if (window.CodeMirror) openLabEditor(document.getElementById("source"));

function openLabEditor(textarea) {
  const { Compartment, EditorView, keymap, nextDiagnostic, previousDiagnostic } = CodeMirror;
  const help = labHelp();
  const toggle = (line) => pressBreakpoint(textarea.form, line);
  const marks = labMarks(toggle);
  const language = new Compartment();
  let words; // undefined until they have come, null when they could not be had

  const tell = () => {
    help.announce();
    return true;
  };
  const toProblem = (move) => (view) => move(view) && tell();
  const view = openCodeEditor(textarea, {
    indent: 8,
    extensions: [
      language.of([]),
      marks.extension,
      EditorView.updateListener.of((update) => {
        if (update.transactions.length) help.show(words, update.state);
      }),
      keymap.of([
        { key: "F1", run: tell },
        { key: "F8", run: toProblem(nextDiagnostic), shift: toProblem(previousDiagnostic) },
        { key: "F9", run: (view) => toggle(cursorLine(view)) },
      ]),
    ],
  });
  view.dom.parentElement.after(help.element);

  marks.read(view);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "machine") marks.read(view);
  });
  loadWords(textarea.dataset.words).then((answer) => {
    words = answer;
    view.dispatch({ effects: language.reconfigure(words ? assemblyLanguage(words) : []) });
  });
}

// Return the words of the language, or null: without them a program is written without colours.
async function loadWords(url) {
  try {
    const answer = await fetch(url);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function cursorLine(view) {
  return view.state.doc.lineAt(view.state.selection.main.head).number;
}

// Press the button of the workbench that sets or removes the breakpoint of a line.
function pressBreakpoint(form, line) {
  const button = document.createElement("button");
  Object.assign(button, { name: "action", value: `break:${line}`, hidden: true });
  form.append(button);
  form.requestSubmit(button);
  button.remove();
  return true;
}

// Return the marks beside and in the text, as an extension, and a function that reads them from the
// page: its list of problems, and #bench-marks with the breakpoints and the line that comes next.
function labMarks(toggle) {
  const { Decoration, EditorView, GutterMarker, RangeSet, StateEffect, StateField } = CodeMirror;
  const { diagnosticCount, forEachDiagnostic, gutter, setDiagnostics } = CodeMirror;

  class Mark extends GutterMarker {
    constructor(kind, sign) {
      super();
      Object.assign(this, { kind, sign });
    }
    toDOM() {
      const element = document.createElement("span");
      element.className = `code-mark code-mark--${this.kind}`;
      element.textContent = this.sign;
      return element;
    }
  }
  const breakpointMark = new Mark("breakpoint", "●");
  const currentMark = new Mark("current", "▶");
  const problemMark = new Mark("problem", "⚠");
  const currentLine = Decoration.line({ class: "code-line--current" });

  const put = StateEffect.define();
  const field = StateField.define({
    create: () => ({ breakpoints: RangeSet.empty, current: RangeSet.empty, line: Decoration.none }),
    update(value, transaction) {
      const news = transaction.effects.find((effect) => effect.is(put));
      if (news) return news.value;
      if (!transaction.docChanged) return value;
      return Object.fromEntries(Object.entries(value).map(([name, set]) => [name, set.map(transaction.changes)]));
    },
    provide: (field) => EditorView.decorations.from(field, (value) => value.line),
  });

  function problems(state) {
    const starts = new Set();
    forEachDiagnostic(state, (_, from) => starts.add(state.doc.lineAt(from).from));
    return RangeSet.of([...starts].map((from) => problemMark.range(from)), true);
  }

  const click = (view, block) => toggle(view.state.doc.lineAt(block.from).number);
  const extension = [
    field,
    gutter({
      class: "code-marks",
      markers(view) {
        const { breakpoints, current } = view.state.field(field);
        return [problems(view.state), breakpoints, current];
      },
      initialSpacer: () => breakpointMark,
      domEventHandlers: { click },
    }),
    CodeMirror.lineNumbers({ domEventHandlers: { click } }),
    EditorView.contentAttributes.of((view) => (diagnosticCount(view.state) ? { "aria-invalid": "true" } : {})),
  ];

  function read(view) {
    const { doc } = view.state;
    const starts = (numbers) => numbers.filter((n) => n >= 1 && n <= doc.lines).map((n) => doc.line(n).from);
    const { breakpoints = "", line = "" } = document.getElementById("bench-marks")?.dataset ?? {};
    const lines = starts(breakpoints.split(" ").map(Number));
    const next = starts([Number(line)]);
    const value = {
      breakpoints: RangeSet.of(lines.map((from) => breakpointMark.range(from)), true),
      current: RangeSet.of(next.map((from) => currentMark.range(from))),
      line: Decoration.set(next.map((from) => currentLine.range(from))),
    };
    view.dispatch({ effects: put.of(value) }, setDiagnostics(view.state, [...pageProblems(doc)]));
    if (next.length) showInEditor(view, next[0]);
  }

  return { extension, read };
}

// Yield the problems that the page lists, with their places in the text.
function* pageProblems(doc) {
  for (const link of document.querySelectorAll("#problems [data-line]")) {
    const line = doc.line(Math.min(link.dataset.line, doc.lines));
    // Columns count characters; an index counts UTF-16 units.
    const before = [...line.text].slice(0, link.dataset.column - 1).join("").length;
    const word = line.text.slice(before).match(/^[\p{L}\p{N}_.$%]+|^./u)?.[0] ?? "";
    const from = line.from + before;
    yield { from, to: from + word.length, severity: "error", message: link.parentElement.textContent };
  }
}

// Scroll the editor, and nothing around it, so that a position is in sight.
function showInEditor(view, position) {
  const { scrollDOM } = view;
  const { top, bottom } = view.lineBlockAt(position);
  if (top < scrollDOM.scrollTop || bottom > scrollDOM.scrollTop + scrollDOM.clientHeight) {
    scrollDOM.scrollTop = (top + bottom - scrollDOM.clientHeight) / 2;
  }
}

// Return the help under the editor: its element, `show` for what is under the cursor, and
// `announce`, which has it read out. It is not read out by itself while the cursor moves.
function labHelp() {
  const element = document.createElement("div");
  element.className = "code-help";
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "カーソルの位置の説明");
  const text = document.createElement("div");
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  element.append(text, status);
  text.append(helpLine(LAB_HELP_HINT));

  function show(words, state) {
    const lines = [...helpLines(words, state)];
    text.replaceChildren(...(lines.length ? lines : [helpLine(LAB_HELP_HINT)]));
  }

  function announce() {
    status.textContent = "";
    // A change that comes later is told even when the text is the same.
    setTimeout(() => (status.textContent = [...text.children].map((line) => line.textContent).join(" ")), 50);
  }

  return { element, show, announce };
}

function* helpLines(words, state) {
  const position = state.selection.main.head;
  const found = [];
  CodeMirror.forEachDiagnostic(state, ({ message }, from, to) => {
    if (from <= position && position <= to) found.push(message);
  });
  for (const message of found) yield helpLine(`⚠ ${message}`);
  if (words === null) yield helpLine(LAB_HELP_MISSING);
  if (!words) return;
  const { statement, word } = assemblyWordsAt(state, position);
  if (word) {
    const meanings = word.kind === "variableName" ? words.registers : words.csrs;
    yield helpLine(helpCode(word.text), ` ${meanings[word.text]}`);
  }
  if (statement?.kind === "meta") {
    yield helpLine(...usageParts(words.directives[statement.text.toLowerCase()]));
  } else if (statement) {
    const usages = assemblyUsages(words, state, statement);
    for (const usage of usages.slice(0, LAB_FORMS_SHOWN)) yield helpLine(...usageParts(usage));
    const more = usages.length - LAB_FORMS_SHOWN;
    if (more > 0) yield helpLine(`ほかに ${more} 通りの書き方があります。`);
  }
}

function* usageParts({ form, description, expansion }) {
  yield helpCode(form);
  yield description ? ` ${description}` : " は、";
  if (!expansion.length) return;
  for (const [index, line] of expansion.entries()) {
    if (index) yield "、";
    yield helpCode(line);
  }
  yield " に置き換わります。";
}

function helpLine(...parts) {
  const line = document.createElement("p");
  line.append(...parts);
  return line;
}

function helpCode(text) {
  const code = document.createElement("code");
  code.textContent = text;
  return code;
}
