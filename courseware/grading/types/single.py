"""One right option out of several."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from courseware.grading.errors import InvalidResponse
from courseware.grading.model import Data, Grade, Response
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.choice import ChoiceQuestion


@register("single", "一つ選ぶ")
@dataclass(frozen=True)
class SingleQuestion(ChoiceQuestion):
    """Full marks for the right option, none for another."""

    instruction = "一つ選んでください。"
    several = False

    def read(self, seed: int, data: Data) -> Response:
        """Return the one chosen option; more than one is no answer."""
        response = super().read(seed, data)
        if len(response.chosen) > 1:
            raise InvalidResponse("選べる選択肢は一つです。一つだけ選んでください。")
        return response

    def grade(self, response: Response) -> Grade:
        """Return ``points`` for the right option and 0 for another."""
        right = frozenset(response.chosen) == self.key
        return Grade(
            score=Fraction(self.points if right else 0),
            max_score=self.points,
            options=self.outcomes(response),
        )

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the options; note when not exactly one of them is right."""
        marked = [option.line for option in source.options if option.correct]
        if source.options and len(marked) != 1:
            source.problem(
                marked[1] if marked else source.options[0].line,
                f"一つ選ぶ問題の正解「- [x]」は一つだけです (今は {len(marked)} 個)。"
                "正解が複数なら「type: multiple」にしてください。",
            )
        return super().parse_own(source)
