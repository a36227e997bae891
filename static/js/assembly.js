// The assembly language in the editor. What its words are, and what they mean, the server says
// (courseware/machine/reference.py); here is only how a text is cut into them.
"use strict";

// Return a language for the editor that tells the kinds of words apart.
function assemblyLanguage(words) {
  function firstWord(word) {
    if (Object.hasOwn(words.mnemonics, word)) return "keyword";
    return Object.hasOwn(words.directives, word.toLowerCase()) ? "meta" : "macroName";
  }

  function operand(word) {
    if (Object.hasOwn(words.registers, word)) return "variableName";
    return Object.hasOwn(words.csrs, word) ? "propertyName" : null;
  }

  return CodeMirror.StreamLanguage.define({
    name: "assembly",
    languageData: { commentTokens: { line: "#" } },
    startState: () => ({ inComment: false, atStart: true }),
    token(stream, state) {
      if (stream.sol()) state.atStart = true;
      if (state.inComment || stream.match("/*")) {
        state.inComment = !stream.match(/^.*?\*\//);
        if (state.inComment) stream.skipToEnd();
        return "comment";
      }
      if (stream.eatSpace()) return null;
      if (stream.match(/^(?:#|\/\/).*/)) return "comment";
      if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:\\x[0-9A-Fa-f]+|\\[0-7]{1,3}|\\.|[^\\])'?/)) return "string";
      if (stream.match(/^[:;]/)) {
        state.atStart = true;
        return null;
      }
      if (stream.match(/^[0-9]+[bf](?![\w.$])/) || stream.match(/^[0-9]+(?=\s*:)/)) return "labelName";
      if (stream.match(/^[0-9][\w.$]*/)) return "number";
      if (stream.match(/^%(?:hi|lo|pcrel_hi|pcrel_lo)(?=\s*\()/)) return "operator";
      if (state.atStart && stream.match(/^[A-Za-z_.$][\w.$]*(?=\s*:)/)) return "labelName";
      const word = stream.match(/^[A-Za-z_.$][\w.$]*/)?.[0];
      if (!word) {
        stream.next();
        return null;
      }
      if (!state.atStart) return operand(word);
      state.atStart = false;
      return firstWord(word);
    },
  });
}

// Return what stands at a position: the mnemonic or directive of the statement, and the word itself
// where that is a register or a CSR. Each is {kind, text, from, to}, or null.
function assemblyWordsAt(state, position) {
  const line = state.doc.lineAt(position);
  let statement = null;
  let word = null;
  CodeMirror.syntaxTree(state).iterate({
    from: line.from,
    to: line.to,
    enter({ name, from, to }) {
      const found = { kind: name, text: state.sliceDoc(from, to), from, to };
      if (name === "keyword" || name === "meta") {
        if (!statement || from <= position) statement = found;
      } else if ((name === "variableName" || name === "propertyName") && from <= position && position <= to) {
        word = found;
      }
    },
  });
  return { statement, word };
}

// Return the ways to write a mnemonic that have as many operands as the statement (all, where none has).
function assemblyUsages(words, state, statement) {
  const usages = words.mnemonics[statement.text];
  const rest = state.sliceDoc(statement.to, state.doc.lineAt(statement.to).to).split(/[#;]|\/\//)[0];
  const fitting = usages.filter(({ form }) => operandCount(form.slice(statement.text.length)) === operandCount(rest));
  return fitting.length ? fitting : usages;
}

function operandCount(text) {
  return text.trim() ? text.split(",").length : 0;
}
