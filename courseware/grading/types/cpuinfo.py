"""Reading a machine's /proc/cpuinfo: what does it show, and where?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courseware.grading.model import NO_DATA, Data, Text
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.dumps import OWN_KEYS, named_in, read_dump, with_dump
from courseware.grading.types.short_text import ShortTextQuestion
from courseware.grading.types.typed import KnownAnswer, Typed, typed

INSTRUCTION = (
    "示している行の番号か、その行のフラグ名を入力してください。本文が「ない」と示していれば"
    "「なし」、本文からは決められなければ「判断できない」と入力します。"
)


@register("cpuinfo", "/proc/cpuinfo を読む")
@dataclass(frozen=True)
class CpuinfoQuestion(ShortTextQuestion):
    """A typed answer about ``dump``, which is shown below the prompt with line numbers.

    The right answers are worked out when the file is read (``courseware.grading.reading``).
    """

    dump: str
    # What the author's file names; empty in a definition that was stored before they were kept.
    sample: str = field(default="", kw_only=True)
    ask: str = field(default="", kw_only=True)

    own_keys = OWN_KEYS

    @property
    def answered_in(self) -> object:
        """The text whose lines and flags are named."""
        return self.dump

    def present(self, seed: int, data: Data = NO_DATA) -> Typed:
        """Return the field; the seed changes nothing."""
        return typed(INSTRUCTION, data)

    def texts(self) -> dict[str, Text]:
        """Return every text; the dump is a part of the prompt."""
        return {**super().texts(), "prompt": with_dump(self.prompt, self.dump)}

    def own_to_json(self) -> dict[str, Any]:
        """Return accepted forms, foreseen wrong answers, the dump, and what the file names."""
        named = {"sample": self.sample, "ask": self.ask}
        return {**super().own_to_json(), "dump": self.dump, **named}

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return accepted forms, foreseen wrong answers, the dump, and what the file names."""
        return {**super().own_from_json(data), "dump": data["dump"], **named_in(data)}

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note options, and a sample or a question that there is not."""
        reading = read_dump(source)
        if reading is None:
            return {"accept": (), "known": (), "dump": ""}
        line = source.line_of("ask")
        known = (KnownAnswer(answers, Text(text, line)) for answers, text in reading.wrong)
        return {
            "accept": reading.accept,
            "known": tuple(known),
            "dump": reading.dump,
            **named_in(source.meta),
        }
