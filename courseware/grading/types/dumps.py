"""What the kinds about a machine's /proc/cpuinfo share: which text, and how it is shown."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from courseware.grading.model import Text
from courseware.grading.reading import NoSuchReading, Reading, examine
from courseware.grading.source import Source

OWN_KEYS = frozenset({"sample", "ask"})


def read_dump(source: Source) -> Reading | None:
    """Return the reading that an author asks for; note one that there is not, and options."""
    if source.options:
        source.problem(source.options[0].line, "本文を読む問題に選択肢は書けません。")
    sample = source.take("sample", _is_name, "見本の識別子 (例: nested-guest)")
    ask = source.take("ask", _is_name, "問うことの名前 (例: hardware_virtualization)")
    if sample is None or ask is None:
        return None
    try:
        return examine(sample, ask)
    except NoSuchReading as error:
        source.problem(error.key, str(error))
        return None


def named_in(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of sample and question in front matter, or in a stored definition."""
    return {"sample": data.get("sample", ""), "ask": data.get("ask", "")}


def with_dump(prompt: Text, dump: str) -> Text:
    """Return a prompt with a machine's text, and its line numbers, below."""
    lines = dump.split("\n")
    width = len(str(len(lines)))
    numbered = (f"{n:>{width}}  {line.expandtabs()}" for n, line in enumerate(lines, start=1))
    fenced = "\n".join(['```text title="/proc/cpuinfo (左は行の番号)"', *numbered, "```"])
    return replace(prompt, markdown=f"{prompt.markdown}\n\n{fenced}")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
