"""What the kinds with a list of things to arrange share: reading the list, a seed's order."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from courseware.grading.model import Text
from courseware.grading.source import FENCE, Source, next_fence


@dataclass
class ListItem:
    """One item of an author's list: its text after the mark, and the feedback below it."""

    line: int
    mark: str
    text: list[str]
    feedback: list[str] = field(default_factory=list)
    feedback_line: int = 0

    @property
    def told(self) -> Text:
        """The feedback."""
        return Text("\n".join(self.feedback).strip(), self.feedback_line)


def split_list(source: Source, start: re.Pattern[str], shape: str) -> tuple[Text, list[ListItem]]:
    """Return the prompt, and the items of the list that ends it.

    An item is a line that ``start`` matches (its mark, its text), with lines that go on and
    "> feedback", indented, below it. Notes what else stands there; ``shape`` tells an author
    how an item is written.
    """
    prompt: list[str] = []
    items: list[ListItem] = []
    fence = ""
    for number, line in enumerate(source.prompt.markdown.splitlines(), source.prompt.line):
        marker = FENCE.match(line)
        in_code = bool(fence or marker)
        fence = next_fence(fence, marker) if marker else fence
        begins = None if in_code else start.fullmatch(line.rstrip())
        if begins:
            items.append(ListItem(number, begins[1], [begins[2]]))
        elif not items:
            prompt.append(line)
        elif line.strip():
            _go_on(source, items[-1], number, line, shape)
    return Text("\n".join(prompt).rstrip(), source.prompt.line), items


def _go_on(source: Source, item: ListItem, number: int, line: str, shape: str) -> None:
    text = line.strip()
    if text.startswith(">"):
        item.feedback.append(text[1:].removeprefix(" "))
        item.feedback_line = item.feedback_line or number
    elif line.startswith("  ") and not item.feedback:
        item.text.append(text)
    else:
        source.problem(
            number,
            f"一覧の後に書けるのは、次の項目 ({shape})、字下げした「  > 解説」、「## 解説」"
            "だけです。問題文は一覧より前に書いてください。",
        )


def note_missing_prompt(source: Source, prompt: Text) -> None:
    """Note a body that begins with its list."""
    if source.prompt.markdown and not prompt.markdown:
        source.problem(source.body_line, "問題文がありません。一覧より前に書いてください。")


def order_by_text(identifier: str, seed: int, texts: Sequence[str]) -> list[int]:
    """Return the indices of texts in the order in which a learner sees them.

    Sorted by hashes of seed, question and text: where a text stands in the author's list, which
    may be the key, has no part in it.
    """

    def place(index: int) -> bytes:
        return hashlib.sha256(f"{seed}/{identifier}/{texts[index]}".encode()).digest()

    return sorted(range(len(texts)), key=place)
