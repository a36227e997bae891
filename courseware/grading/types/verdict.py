"""Reading a machine's /proc/cpuinfo in two steps: what does it show, and what tells so?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
from courseware.grading.reading import ABSENT, SHOWN, UNKNOWN
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.dumps import OWN_KEYS, named_in, read_dump, with_dump
from courseware.grading.types.typed import MAX_CHARACTERS, read_text, value_of

VERDICTS = {SHOWN: "表示あり", ABSENT: "表示なし", UNKNOWN: "判断できない"}
VERDICT, EVIDENCE = f"{ANSWER}-1", f"{ANSWER}-2"

ALL_OR_NOTHING = "all-or-nothing"
HALF_EACH = "half-each"
RULES = {
    ALL_OR_NOTHING: "判断と根拠の両方が合うと得点になります。",
    HALF_EACH: "判断が合うと半分、根拠も合うと残りの半分の得点になります。",
}
INSTRUCTION = (
    "本文が「ある」と示していれば「表示あり」、「ない」と示していれば「表示なし」、本文からは"
    "決められなければ「判断できない」を選びます。「表示あり」のときだけ、根拠になる行の番号か、"
    "その行のフラグ名を一つ入力してください。"
)


@dataclass(frozen=True)
class VerdictChoice:
    """A verdict as it is offered."""

    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class Verdict(Presentation):
    """The verdicts to choose from, and the field for what tells so."""

    choices: tuple[VerdictChoice, ...]
    evidence: str
    max_length: int


@register("cpuinfo-verdict", "/proc/cpuinfo から判断する")
@dataclass(frozen=True)
class VerdictQuestion(Question):
    """A verdict on what ``dump`` shows, and the line or flag that tells; by a declared rule.

    Evidence counts where the right verdict is "shown"; elsewhere there is none to give.

    * ``all-or-nothing``: ``points`` for the verdict with its evidence, else 0.
    * ``half-each``: half of ``points`` for the verdict and half for its evidence; all for a right
      verdict that has no evidence.
    """

    dump: str
    verdict: str
    evidence: tuple[str, ...]
    reason: Text
    scoring: str
    # What the author's file names; empty in a definition that was stored before they were kept.
    sample: str = field(default="", kw_only=True)
    ask: str = field(default="", kw_only=True)

    own_keys = OWN_KEYS | {"scoring"}
    shape = "verdict"

    @property
    def answered_in(self) -> object:
        """The text whose lines and flags are named."""
        return self.dump

    def present(self, seed: int, data: Data = NO_DATA) -> Verdict:
        """Return the verdicts and the field; the seed changes nothing."""
        chosen = value_of(data, VERDICT)
        return Verdict(
            INSTRUCTION + RULES[self.scoring],
            tuple(
                VerdictChoice(value, label, value == chosen) for value, label in VERDICTS.items()
            ),
            value_of(data, EVIDENCE),
            MAX_CHARACTERS,
        )

    def read(self, seed: int, data: Data) -> Response:
        """Return the verdict and, for "shown", its evidence as typed."""
        verdict = value_of(data, VERDICT)
        if not verdict:
            raise NotAnswered("判断を選んでから採点してください。")
        if verdict not in VERDICTS:
            raise InvalidResponse(
                "送られた判断は、この問題にありません。ページを読み込み直して、もう一度選んでください。"
            )
        if verdict != SHOWN:
            return Response(texts=(verdict, ""))
        try:
            return Response(texts=(verdict, read_text(data, EVIDENCE)))
        except NotAnswered:
            raise NotAnswered(
                "「表示あり」の根拠になる行の番号か、フラグ名を入力してから採点してください。"
            ) from None

    def grade(self, response: Response) -> Grade:
        """Return the score by the declared rule, with the outcome of each step."""
        verdict, evidence = response.texts
        rightly = verdict == self.verdict
        steps = [
            PartOutcome(
                rightly,
                label="判断",
                given=VERDICTS[verdict],
                expected=VERDICTS[self.verdict],
                feedback="feedback",
            )
        ]
        if self.verdict == SHOWN:
            told = rightly and fold(evidence) in map(fold, self.evidence)
            steps.append(PartOutcome(told, label="根拠", given=evidence, expected=self.evidence[0]))
        share = Fraction(sum(step.correct for step in steps), len(steps))
        earned = share if self.scoring == HALF_EACH else Fraction(share == 1)
        return Grade(score=self.points * earned, max_score=self.points, parts=tuple(steps))

    def texts(self) -> dict[str, Text]:
        """Return every text; the dump is a part of the prompt."""
        return {**super().texts(), "prompt": with_dump(self.prompt, self.dump)}

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield why the verdict is right."""
        yield "feedback", self.reason

    def own_to_json(self) -> dict[str, Any]:
        """Return the dump, the verdict with its evidence and reason, and the rule."""
        return {
            "dump": self.dump,
            "verdict": self.verdict,
            "evidence": list(self.evidence),
            "reason": self.reason.markdown,
            "scoring": self.scoring,
            "sample": self.sample,
            "ask": self.ask,
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the dump, the verdict with its evidence and reason, and the rule."""
        return {
            "dump": data["dump"],
            "verdict": data["verdict"],
            "evidence": tuple(data["evidence"]),
            "reason": Text(data["reason"]),
            "scoring": data["scoring"],
            **named_in(data),
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note an unknown rule, and a sample or a question there is not."""
        scoring = source.take(
            "scoring",
            lambda value: isinstance(value, str) and value in RULES,
            f"採点のしかた {ALL_OR_NOTHING} (判断と根拠の両方が合うと得点) または "
            f"{HALF_EACH} (判断と根拠に半分ずつ)",
        )
        reading = read_dump(source)
        if reading is None:
            return {}
        return {
            "dump": reading.dump,
            "verdict": reading.verdict,
            "evidence": reading.evidence,
            "reason": Text(reading.reason, source.line_of("ask")),
            "scoring": scoring,
            **named_in(source.meta),
        }
