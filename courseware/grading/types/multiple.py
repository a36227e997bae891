"""Every right option out of several."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from courseware.grading.model import Grade, Response
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.choice import ChoiceQuestion

ALL_OR_NOTHING = "all-or-nothing"
NET_CORRECT = "net-correct"
PER_OPTION = "per-option"
INSTRUCTIONS = {
    ALL_OR_NOTHING: "当てはまるものをすべて選んでください。すべて合うと得点になります。",
    NET_CORRECT: "当てはまるものをすべて選んでください。"
    "正しい選択で加点し、誤った選択で同じだけ減点します (0 点より下にはなりません)。",
    PER_OPTION: "当てはまるものをすべて選んでください。選択肢ごとに部分点があります。",
}


@register("multiple", "すべて選ぶ")
@dataclass(frozen=True)
class MultipleQuestion(ChoiceQuestion):
    """Scored by a declared rule, where R is the set of right options, C of chosen ones.

    * ``all-or-nothing``: ``points`` when C equals R, else 0.
    * ``net-correct``: ``points`` x (size of R and C in common - size of C outside R) / (size
      of R), but never below 0: guessing everything earns nothing when half is wrong.
    * ``per-option``: an option counts as judged rightly when it is in both sets or in
      neither. The score is ``points`` x (options judged rightly) / (number of options), an
      exact fraction. It is never negative: a wrong choice earns nothing for its option and
      takes nothing from the others.
    """

    scoring: str

    own_keys = frozenset({"scoring"})
    several = True

    @property
    def instruction(self) -> str:
        """What to do and the scoring rule."""
        return INSTRUCTIONS[self.scoring]

    def grade(self, response: Response) -> Grade:
        """Return the score by the declared rule, with each option's outcome."""
        outcomes = self.outcomes(response)
        return Grade(
            score=self.points * self._share(frozenset(response.chosen)),
            max_score=self.points,
            options=outcomes,
        )

    def _share(self, chosen: frozenset[int]) -> Fraction:
        if self.scoring == ALL_OR_NOTHING:
            return Fraction(chosen == self.key)
        if self.scoring == NET_CORRECT:
            net = len(chosen & self.key) - len(chosen - self.key)
            return Fraction(max(net, 0), len(self.key))
        judged_rightly = len(self.options) - len(chosen ^ self.key)
        return Fraction(judged_rightly, len(self.options))

    def own_to_json(self) -> dict[str, Any]:
        """Return options and scoring rule."""
        return {**super().own_to_json(), "scoring": self.scoring}

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return options and scoring rule."""
        return {**super().own_from_json(data), "scoring": data["scoring"]}

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return options and rule; note when no option is right or no rule is declared."""
        if source.options and not any(option.correct for option in source.options):
            source.problem(
                source.options[0].line,
                "正解がありません。正しい選択肢を「- [x]」で書いてください。",
            )
        scoring = source.take(
            "scoring",
            lambda value: isinstance(value, str) and value in INSTRUCTIONS,
            f"採点のしかた {ALL_OR_NOTHING} (すべて合うと得点)、{NET_CORRECT} (正しい選択で加点、"
            f"誤った選択で減点)、または {PER_OPTION} (選択肢ごとの部分点)",
        )
        return {**super().parse_own(source), "scoring": scoring}
