// A text area becomes a code editor (CodeMirror, static/vendor). The text area stays the form's
// field: what is typed in the editor is in it at once, with an "input" event as from typing.
// Without this file, or when it fails, the text area is there as it was.
"use strict";

// Keys that are not the editor's: the page's own, and those for several cursors at once.
const CODE_EDITOR_FREE_KEYS = ["Mod-Enter", "Mod-d", "Mod-Shift-l", "Mod-Alt-ArrowUp", "Mod-Alt-ArrowDown"];

const CODE_EDITOR_PHRASES = {
  "Find": "検索する言葉",
  "Replace": "置き換える言葉",
  "next": "次へ",
  "previous": "前へ",
  "all": "すべて選ぶ",
  "match case": "大文字と小文字を区別する",
  "by word": "単語として探す",
  "regexp": "正規表現",
  "replace": "置き換える",
  "replace all": "すべて置き換える",
  "close": "閉じる",
  "current match": "今の一致",
  "on line": "行",
  "replaced $ matches": "$ か所を置き換えました",
  "replaced match on line $": "$ 行の一致を置き換えました",
  "Go to line": "移る行の番号",
  "go": "移る",
  "Control character": "制御文字",
};

// Return an open editor (an EditorView) in place of the text area.
//
// `indent` is the number of spaces of the Tab key. `extensions` are CodeMirror's: a language, marks,
// keys; they go before the editor's own. A text area's data-nonce is the page's nonce for styles.
// Elements whose data-editor-of is the text area's id tell of the editor: they are shown, and those
// with an id describe it.
function openCodeEditor(textarea, { indent = 4, extensions = [] } = {}) {
  const { EditorState, EditorView, classHighlighter, defaultKeymap, highlightSelectionMatches } = CodeMirror;
  const { history, historyKeymap, indentUnit, keymap, lineNumbers, search, searchKeymap } = CodeMirror;
  const { syntaxHighlighting } = CodeMirror;

  const tellers = [...document.querySelectorAll(`[data-editor-of="${textarea.id}"]`)];
  const label = textarea.labels[0];
  label.id ||= `${textarea.id}-label`;
  const described = [textarea.getAttribute("aria-describedby"), ...tellers.map((teller) => teller.id)];
  const attributes = {
    "aria-labelledby": label.id,
    "aria-describedby": described.filter(Boolean).join(" "),
    lang: textarea.lang,
    tabindex: "0", // It can be focused anyway; this says so to those who read the attribute.
  };
  const isOurs = (binding) => !CODE_EDITOR_FREE_KEYS.includes(binding.key);

  const mirror = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    const text = update.state.sliceDoc();
    if (text === textarea.value) return;
    textarea.value = text;
    textarea.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: update.view.composing }));
  });

  const box = document.createElement("div");
  box.className = "code-editor";
  const view = new EditorView({
    doc: textarea.value,
    parent: box,
    extensions: [
      EditorView.cspNonce.of(textarea.dataset.nonce ?? ""),
      extensions,
      lineNumbers(),
      history(),
      search({ top: true }),
      highlightSelectionMatches(),
      syntaxHighlighting(classHighlighter),
      indentUnit.of(" ".repeat(indent)),
      keymap.of(codeEditorTabKeys()),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap].filter(isOurs)),
      EditorState.phrases.of(CODE_EDITOR_PHRASES),
      EditorView.contentAttributes.of(attributes),
      mirror,
    ],
  });

  textarea.after(box);
  textarea.classList.add("code-editor__field");
  textarea.tabIndex = -1;
  textarea.setAttribute("aria-hidden", "true");
  for (const teller of tellers) teller.hidden = false;
  // Its label, and links to it, lead to the editor.
  textarea.addEventListener("focus", () => view.focus());
  // Who writes into the text area writes into the editor.
  textarea.addEventListener("input", () => {
    const text = textarea.value;
    if (text !== view.state.sliceDoc()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  });
  // Who wants to show a part of the text (see editor.js) shows it here.
  textarea.addEventListener("select-text", (event) => {
    const { from, to } = event.detail;
    event.preventDefault();
    view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    view.focus();
  });
  return view;
}

// Tab goes to the next stop, or indents what is selected; Shift+Tab takes an indentation back.
function codeEditorTabKeys() {
  const { EditorSelection, indentLess, indentMore, indentUnit } = CodeMirror;
  const toNextStop = (view) => {
    const { state } = view;
    if (state.readOnly) return false;
    if (!state.selection.main.empty) return indentMore(view);
    const { head } = state.selection.main;
    const stop = state.facet(indentUnit).length;
    const insert = " ".repeat(stop - ((head - state.doc.lineAt(head).from) % stop));
    const selection = EditorSelection.cursor(head + insert.length);
    view.dispatch({ changes: { from: head, insert }, selection, scrollIntoView: true, userEvent: "input" });
    return true;
  };
  return [{ key: "Tab", run: toNextStop, shift: indentLess }];
}
