"""A question's source: its front matter's values and the parts of its body, with lines.

Nothing here raises. What is wrong goes to ``Source.problems``, so that an author sees
everything at once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from courseware.grading.errors import QuestionProblem
from courseware.grading.model import Text

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
OPTION = re.compile(r"- \[([ xX])\] +(\S.*)")
# Something that was surely meant to be an option.
NEAR_OPTION = re.compile(r"\s*[-*+・]?\s*[\[［][ 　xXｘＸ]*[\]］](?!\()")
HEADING = re.compile(r"(#{1,6})\s*(.*?)\s*#*\s*$")
EXPLANATION = "解説"
MISSING: Any = object()


@dataclass
class OptionSource:
    """One option's lines."""

    line: int
    correct: bool
    text: list[str]
    feedback: list[str] = field(default_factory=list)
    feedback_line: int = 0


class Source:
    """Front matter and split body of one question; collects problems."""

    def __init__(
        self,
        meta: Mapping[str, Any],
        key_lines: Mapping[str, int],
        body: str,
        body_line: int,
        figures: Mapping[str, str] | None = None,
    ) -> None:
        self.problems: list[QuestionProblem] = []
        self.figures = figures or {}
        self.meta = meta
        self._key_lines = key_lines
        self.body_line = body_line
        self.options: list[OptionSource] = []
        self._split(body.splitlines())

    def problem(self, where: str | int, message: str, column: int = 1) -> None:
        """Note a problem at a front matter key, or at a line of the file."""
        line = where if isinstance(where, int) else self.line_of(where)
        self.problems.append(QuestionProblem(line, column, message))

    def line_of(self, key: str) -> int:
        """Return the file's line of a front matter key; the first line for an absent one."""
        return self._key_lines.get(key, 1)

    def take(
        self, key: str, accepts: Callable[[Any], bool], expected: str, default: Any = MISSING
    ) -> Any:
        """Return a front matter value; note a missing or unacceptable one and return None."""
        if key not in self.meta:
            if default is not MISSING:
                return default
            self.problem(key, f"「{key}」がありません。前書きに{expected}を書いてください。")
            return None
        value = self.meta[key]
        if not accepts(value):
            self.problem(key, f"「{key}」には{expected}を書いてください。")
            return None
        return value

    def _split(self, lines: list[str]) -> None:
        """Sort the body's lines into prompt, options and explanation."""
        prompt: list[str] = []
        explanation: list[str] | None = None
        explanation_line = 0
        fence, fence_line = "", 0
        for number, line in enumerate(lines, self.body_line):
            marker = FENCE.match(line)
            if marker:
                fence_line = fence_line if fence else number
                fence = next_fence(fence, marker)
            in_code = bool(fence or marker)
            heading = None if in_code else HEADING.match(line)
            if heading and heading[1] == "##" and heading[2] == EXPLANATION:
                if explanation is not None:
                    self.problem(number, "「## 解説」が二度あります。一つにまとめてください。")
                explanation, explanation_line = explanation or [], explanation_line or number + 1
            elif heading:
                self.problem(
                    number,
                    "見出しに使えるのは「## 解説」だけです。強調には **太字** を使ってください。",
                )
            elif explanation is not None:
                explanation.append(line)
            elif in_code:
                self._prompt_or_within_option(number, line, prompt)
            else:
                self._option_or_other(number, line, prompt)
        if fence:
            self.problem(fence_line, f"コードの囲み「{fence}」が閉じられていません。")
        self.prompt = _text(prompt, self.body_line)
        self.explanation = _text(explanation or [], explanation_line)
        self._check_parts(explanation is None, self.body_line + max(len(lines) - 1, 0))

    def _option_or_other(self, number: int, line: str, prompt: list[str]) -> None:
        option = OPTION.fullmatch(line.rstrip())
        if option:
            self.options.append(OptionSource(number, option[1] != " ", [option[2]]))
        elif near := NEAR_OPTION.match(line):
            self.problem(
                number,
                "選択肢は行頭から「- [x] 正しい選択肢」または「- [ ] 誤った選択肢」の形で、"
                "半角の記号と空白で書いてください。",
                len(near[0]) - len(near[0].lstrip()) + 1,
            )
        else:
            self._prompt_or_within_option(number, line, prompt)

    def _prompt_or_within_option(self, number: int, line: str, prompt: list[str]) -> None:
        if not self.options:
            prompt.append(line)
        elif line.strip():
            self._within_option(number, line, self.options[-1])

    def _within_option(self, number: int, line: str, option: OptionSource) -> None:
        text = line.strip()
        if text.startswith(">"):
            option.feedback.append(text[1:].removeprefix(" "))
            option.feedback_line = option.feedback_line or number
        elif line.startswith("  ") and not option.feedback:
            option.text.append(text)
        else:
            self.problem(
                number,
                "選択肢の後に書けるのは、字下げした「  > 解説」、次の選択肢、「## 解説」だけです。"
                "問題文は最初の選択肢より前に書いてください。",
            )

    def _check_parts(self, no_explanation: bool, last_line: int) -> None:
        if not self.prompt.markdown:
            self.problem(self.body_line, "問題文がありません。前書きの下に書いてください。")
        if no_explanation:
            self.problem(
                last_line,
                "「## 解説」がありません。採点後に見せる解説を、この見出しの下に書いてください。",
            )
        elif not self.explanation.markdown:
            self.problem(self.explanation.line - 1, "「## 解説」の下に解説の文を書いてください。")


def next_fence(open_fence: str, marker: re.Match[str]) -> str:
    """Return the fence that is open after a fence line, or an empty text."""
    if not open_fence:
        return marker[1]
    closes = marker[1].startswith(open_fence) and not marker[2].strip()
    return "" if closes else open_fence


def _text(lines: list[str], first_line: int) -> Text:
    """Return lines without the blank ones around, at the line of the first that counts."""
    blank = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if blank == len(lines):
        return Text("", first_line)
    return Text("\n".join(lines[blank:]).rstrip(), first_line + blank)
