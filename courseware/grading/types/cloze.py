"""Gaps in a text or a command, each typed or chosen from a list."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from courseware.grading.errors import InvalidResponse, NotAnswered
from courseware.grading.folding import fold
from courseware.grading.model import (
    ANSWER,
    NO_DATA,
    Data,
    Grade,
    PartOutcome,
    Presentation,
    Question,
    Response,
    Text,
)
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.choice import MAX_OPTIONS, MIN_OPTIONS, presented_order
from courseware.grading.types.multiple import ALL_OR_NOTHING
from courseware.grading.types.typed import (
    KNOWN_ANSWERS,
    MAX_CHARACTERS,
    KnownAnswer,
    are_answers,
    are_known_answers,
    is_text,
    known_feedback,
    known_from,
    known_texts,
    known_to_json,
    note_repeated,
    read_text,
    value_of,
)
from courseware.grading.variants import Value, as_text, fill

MAX_GAPS = 10
PER_GAP = "per-gap"
SCORINGS = {
    PER_GAP: "合った空欄の数に応じて得点になります。",
    ALL_OR_NOTHING: "すべての空欄が合うと得点になります。",
}
# The mark of a gap in the prompt, and what was surely meant to be one.
MARK = re.compile(r"【([1-9][0-9]?)】")
NEAR_MARK = re.compile(r"[【［][ 　]*[0-9０-９]+[ 　]*[】］]")


@dataclass(frozen=True)
class Gap:
    """A gap: accepted answers, and ``choices`` where it is not typed.

    ``match_case`` is for typed ones. ``why`` is told after grading, to whoever did not give a
    foreseen wrong answer.
    """

    accept: tuple[str, ...]
    choices: tuple[str, ...]
    match_case: bool
    known: tuple[KnownAnswer, ...]
    why: Text

    def meaning(self, text: str) -> str:
        """Return the form of an answer that is compared: a choice is only itself."""
        return text if self.choices else fold(text, keep_case=self.match_case)

    def accepts(self, text: str) -> bool:
        """Return whether an answer is right; a blank one is not."""
        return self.meaning(text) in map(self.meaning, self.accept)

    def feedback(self, text: str, prefix: str) -> str:
        """Return the key of what is told of an answer, or empty."""
        means = self.meaning(text)
        told = known_feedback(self.known, lambda known: self.meaning(known) == means, prefix)
        return told or (f"{prefix}why" if self.why.markdown else "")

    def with_values(self, values: Mapping[str, str]) -> "Gap":
        """Return the gap of a variant. Raises ValueError when two choices become one."""
        choices = tuple(fill(choice, values) for choice in self.choices)
        if len(set(choices)) < len(choices):
            raise ValueError(f"空欄の選択肢が同じになります: {'、'.join(choices)}")
        known = (
            replace(item, answers=tuple(fill(answer, values) for answer in item.answers))
            for item in self.known
        )
        accept = tuple(fill(form, values) for form in self.accept)
        return replace(self, accept=accept, choices=choices, known=tuple(known))


@dataclass(frozen=True)
class PresentedChoice:
    """A choice as it is offered; ``value`` is the place in the presented order."""

    value: str
    text: str
    selected: bool


@dataclass(frozen=True)
class PresentedGap:
    """A field: its name and label, and either what is typed or the choices."""

    name: str
    label: str
    value: str
    choices: tuple[PresentedChoice, ...]
    match_case: bool


@dataclass(frozen=True)
class Gaps(Presentation):
    """The fields, in the order of the gaps' numbers."""

    gaps: tuple[PresentedGap, ...]
    max_length: int


def _name(number: int) -> str:
    return f"{ANSWER}-{number}"


@register("cloze", "空欄を埋める")
@dataclass(frozen=True)
class ClozeQuestion(Question):
    """Gaps, marked 【1】, 【2】, ... in the prompt.

    A blank gap is not answered: it earns nothing, and is not told to be wrong. Scored by a
    declared rule: ``per-gap`` gives ``points`` x (right gaps) / (gaps), an exact fraction;
    ``all-or-nothing`` gives ``points`` when all are right.
    """

    gaps: tuple[Gap, ...]
    scoring: str

    own_keys = frozenset({"gaps", "scoring"})
    shape = "cloze"

    def own_variant(self, drawn: Mapping[str, Value]) -> dict[str, Any]:
        """Return the gaps with the drawn values in their answers and choices."""
        values = {name: as_text(value) for name, value in drawn.items()}
        return {"gaps": tuple(gap.with_values(values) for gap in self.gaps)}

    @property
    def answered_in(self) -> object:
        """The gaps, with what can be chosen in each."""
        return tuple(frozenset(gap.choices) for gap in self.gaps)

    def present(self, seed: int, data: Data = NO_DATA) -> Gaps:
        """Return the fields; choices stand in the seed's order."""
        return Gaps(
            instruction=(
                f"問題文の【1】などの空欄に入るものを答えてください。{SCORINGS[self.scoring]}"
                "空けたままの空欄は未解答になります。入力する空欄では、"
                "全角と半角、ひらがなとカタカナ、特に断らなければ大文字と小文字も区別しません。"
            ),
            gaps=tuple(
                self._presented(index, gap, seed, data) for index, gap in enumerate(self.gaps)
            ),
            max_length=MAX_CHARACTERS,
        )

    def _presented(self, index: int, gap: Gap, seed: int, data: Data) -> PresentedGap:
        value = value_of(data, _name(index + 1))
        return PresentedGap(
            name=_name(index + 1),
            label=f"空欄【{index + 1}】",
            value="" if gap.choices else value,
            choices=tuple(
                PresentedChoice(str(place), gap.choices[choice], str(place) == value)
                for place, choice in enumerate(self._order(index, seed))
            ),
            match_case=gap.match_case,
        )

    def _order(self, index: int, seed: int) -> list[int]:
        return presented_order(f"{self.id}/{index}", seed, len(self.gaps[index].choices))

    def read(self, seed: int, data: Data) -> Response:
        """Return the answer to each gap, empty for a blank one; all of them blank is none."""
        texts = tuple(self._read(index, gap, seed, data) for index, gap in enumerate(self.gaps))
        if not any(texts):
            raise NotAnswered("空欄を一つ以上埋めてから採点してください。")
        return Response(texts=texts)

    def _read(self, index: int, gap: Gap, seed: int, data: Data) -> str:
        try:
            text = read_text(data, _name(index + 1))
        except NotAnswered:
            return ""
        except InvalidResponse as error:
            raise InvalidResponse(f"空欄【{index + 1}】: {error}") from None
        if not gap.choices:
            return text
        offered = {str(place): choice for place, choice in enumerate(self._order(index, seed))}
        if text not in offered:
            raise InvalidResponse(
                f"空欄【{index + 1}】: 送られた選択肢はありません。ページを読み込み直して、"
                "もう一度選んでください。"
            )
        return gap.choices[offered[text]]

    def grade(self, response: Response) -> Grade:
        """Return the score by the declared rule, with each gap's outcome."""
        parts = tuple(
            PartOutcome(
                correct=gap.accepts(text),
                label=f"空欄【{i + 1}】",
                given=text,
                expected=gap.accept[0],
                feedback=gap.feedback(text, f"gap-{i}-"),
            )
            for i, (gap, text) in enumerate(zip(self.gaps, response.texts, strict=True))
        )
        share = Fraction(sum(part.correct for part in parts), len(parts))
        if self.scoring == ALL_OR_NOTHING:
            share = Fraction(share == 1)
        return Grade(score=self.points * share, max_score=self.points, parts=parts)

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield what is told of each gap."""
        for i, gap in enumerate(self.gaps):
            yield from known_texts(gap.known, f"gap-{i}-")
            if gap.why.markdown:
                yield f"gap-{i}-why", gap.why

    def own_to_json(self) -> dict[str, Any]:
        """Return the gaps with their keys, and the scoring rule."""
        return {
            "gaps": [
                {
                    "accept": list(gap.accept),
                    "choices": list(gap.choices),
                    "match_case": gap.match_case,
                    "feedback": known_to_json(gap.known),
                    "why": gap.why.markdown,
                }
                for gap in self.gaps
            ],
            "scoring": self.scoring,
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the gaps and the scoring rule."""
        gaps = (
            Gap(
                tuple(gap["accept"]),
                tuple(gap["choices"]),
                gap["match_case"],
                known_from(gap["feedback"]),
                Text(gap["why"]),
            )
            for gap in data["gaps"]
        )
        return {"gaps": tuple(gaps), "scoring": data["scoring"]}

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note gaps that are not in the prompt, and unusable answers."""
        if source.options:
            source.problem(
                source.options[0].line,
                "空欄を埋める問題に「- [x]」の選択肢は書けません。"
                "空欄の選択肢は、前書きの「gaps」の「choose」に書いてください。",
            )
        scoring = source.take(
            "scoring",
            lambda value: isinstance(value, str) and value in SCORINGS,
            f"採点のしかた {PER_GAP} (空欄ごとの部分点) か {ALL_OR_NOTHING} (すべて合うと得点)",
        )
        written = source.take(
            "gaps",
            lambda value: (
                isinstance(value, list)
                and 1 <= len(value) <= MAX_GAPS
                and all(isinstance(gap, dict) for gap in value)
            ),
            f"空欄の一覧 ({MAX_GAPS} 個まで。形は「- accept: [答え]」か"
            "「- choose: [選択肢]」と「answer: 正解」)",
        )
        gaps = [_gap(source, number, gap) for number, gap in enumerate(written or [], 1)]
        if written:
            _note_marks(source, len(gaps))
        return {"gaps": tuple(gap for gap in gaps if gap), "scoring": scoring}


def _gap(source: Source, number: int, written: Mapping[str, Any]) -> Gap | None:
    """Return a gap, or None after a note on what is wrong with it."""
    wrong = _wrong(written)
    if wrong:
        source.problem("gaps", f"{number} 番目の空欄: {wrong}")
        return None
    line = source.line_of("gaps")
    chosen = "choose" in written
    gap = Gap(
        accept=(written["answer"],) if chosen else tuple(written["accept"]),
        choices=tuple(written.get("choose", ())),
        match_case=written.get("match_case", False),
        known=known_from(written.get("feedback", ()), line),
        why=Text(written.get("why", ""), line),
    )
    note_repeated(source, "gaps", gap.accept, gap.known, gap.meaning)
    return gap


def _wrong(gap: Mapping[str, Any]) -> str:
    """Return what is wrong with an author's gap, or an empty text."""
    chosen = "choose" in gap
    usable = {"feedback", "why"} | ({"choose", "answer"} if chosen else {"accept", "match_case"})
    if not set(gap) <= usable:
        names = "、".join(sorted(map(str, set(gap) - usable)))
        return f"「{names}」は使えません。使える項目: {'、'.join(sorted(usable))}"
    if not are_known_answers(gap.get("feedback", [])):
        return f"「feedback」には{KNOWN_ANSWERS}を書いてください。"
    if not is_text(gap.get("why", "-")):
        return "「why」には採点後に見せる文を書いてください。"
    if not isinstance(gap.get("match_case", False), bool):
        return "「match_case」には true (大文字と小文字を区別する) か false を書いてください。"
    return _wrong_choices(gap) if chosen else _wrong_answers(gap)


def _wrong_answers(gap: Mapping[str, Any]) -> str:
    if are_answers(gap.get("accept")):
        return ""
    return (
        f"「accept」には認める答えの一覧 (例: [vmx]。それぞれ {MAX_CHARACTERS} 文字以内の"
        "文字列で、数は引用符で囲む) を書いてください。選ばせるなら「choose」です。"
    )


def _wrong_choices(gap: Mapping[str, Any]) -> str:
    choices, answer = gap["choose"], gap.get("answer")
    if (
        not are_answers(choices)
        or not MIN_OPTIONS <= len(choices) <= MAX_OPTIONS
        or len(set(choices)) < len(choices)
    ):
        return (
            f"「choose」には {MIN_OPTIONS} 個から {MAX_OPTIONS} 個までの違う選択肢を"
            "書いてください (数は引用符で囲む)。"
        )
    if answer not in choices:
        return "「answer」には「choose」にある選択肢の一つを書いてください。"
    unknown = [
        answer
        for item in gap.get("feedback", [])
        for answer in item["answers"]
        if answer not in choices
    ]
    if unknown:
        return f"「feedback」の「{unknown[0]}」は「choose」にありません。"
    return ""


def _note_marks(source: Source, count: int) -> None:
    """Note marks in the prompt that have no gap, gaps that have no mark, and near marks."""
    marked = set()
    for line, text in enumerate(source.prompt.markdown.split("\n"), source.prompt.line):
        for near in NEAR_MARK.finditer(text):
            mark = MARK.fullmatch(near[0])
            if mark and int(mark[1]) <= count:
                marked.add(int(mark[1]))
            elif mark:
                message = f"{near[0]} に当たる空欄が「gaps」にありません (今は {count} 個)。"
                source.problem(line, message, near.start() + 1)
            else:
                message = f"空欄の印は【1】のように半角の数字で書いてください (今は {near[0]})。"
                source.problem(line, message, near.start() + 1)
    for number in sorted(set(range(1, count + 1)) - marked):
        source.problem("gaps", f"問題文に、{number} 番目の空欄の印【{number}】がありません。")
