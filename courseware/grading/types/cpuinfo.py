"""Reading a machine's /proc/cpuinfo: what does it show, and where?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from courseware.grading.model import NO_DATA, Data, Text
from courseware.grading.reading import NoSuchReading, examine
from courseware.grading.registry import register
from courseware.grading.source import Source
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

    own_keys = frozenset({"sample", "ask"})

    def present(self, seed: int, data: Data = NO_DATA) -> Typed:
        """Return the field; the seed changes nothing."""
        return typed(INSTRUCTION, data)

    def texts(self) -> dict[str, Text]:
        """Return every text; the dump is a part of the prompt."""
        shown = f"{self.prompt.markdown}\n\n{_fenced(self.dump)}"
        return {**super().texts(), "prompt": replace(self.prompt, markdown=shown)}

    def own_to_json(self) -> dict[str, Any]:
        """Return accepted forms, foreseen wrong answers and the dump."""
        return {**super().own_to_json(), "dump": self.dump}

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return accepted forms, foreseen wrong answers and the dump."""
        return {**super().own_from_json(data), "dump": data["dump"]}

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note options, and a sample or a question that there is not."""
        if source.options:
            source.problem(source.options[0].line, "本文を読む問題に選択肢は書けません。")
        sample = source.take("sample", _is_name, "見本の識別子 (例: nested-guest)")
        ask = source.take("ask", _is_name, "問うことの名前 (例: hardware_virtualization)")
        none: dict[str, Any] = {"accept": (), "known": (), "dump": ""}
        if sample is None or ask is None:
            return none
        try:
            reading = examine(sample, ask)
        except NoSuchReading as error:
            source.problem(error.key, str(error))
            return none
        line = source.line_of("ask")
        known = (KnownAnswer(answers, Text(text, line)) for answers, text in reading.wrong)
        return {"accept": reading.accept, "known": tuple(known), "dump": reading.dump}


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _fenced(dump: str) -> str:
    lines = dump.split("\n")
    width = len(str(len(lines)))
    numbered = (f"{n:>{width}}  {line.expandtabs()}" for n, line in enumerate(lines, start=1))
    return "\n".join(['```text title="/proc/cpuinfo (左は行の番号)"', *numbered, "```"])
