"""Typical wrong programs of a lab (wrong.yaml): each must fail, and be told why.

They are kept as changes of the solution, so that they stay wrong in one way alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from courseware.grading.programs import CaseResult, ProgramTests

_KEYS = {"name", "message", "hard-coded", "replace", "with", "changes", "source"}


@dataclass(frozen=True)
class WrongProgram:
    """A program that must fail with a message that contains ``message``.

    A ``hard_coded`` one does what the shown tests ask, and nothing else.
    """

    name: str
    source: str
    message: str
    hard_coded: bool


def read_wrong_programs(data: Any, solution: str, read: Callable[[str], str]) -> list[WrongProgram]:
    """Return the programs that an author's data describes; ``read`` returns a file's text.

    Raises ValueError, in Japanese.
    """
    if not isinstance(data, list):
        raise ValueError("誤った解答の一覧 (「- name: …」の並び) を書いてください。")
    return [_read_one(item, solution, read) for item in data]


def _read_one(data: Any, solution: str, read: Callable[[str], str]) -> WrongProgram:
    if not isinstance(data, dict) or not set(data) <= _KEYS or not data.get("name"):
        raise ValueError(f"「name」が必要です。書ける項目: {'、'.join(sorted(_KEYS))}")
    name, message = str(data["name"]), data.get("message")
    if not isinstance(message, str) or not message:
        raise ValueError(f"「{name}」の「message」に、見せたい説明の一部を書いてください。")
    if "source" in data:
        source = read(str(data["source"]))
    else:
        changes = data.get("changes", [data])
        if not isinstance(changes, list):
            raise ValueError(f"「{name}」の「changes」は replace と with の一覧です。")
        source = solution
        for change in changes:
            source = _changed(name, source, change)
    return WrongProgram(name, source, message, data.get("hard-coded") is True)


def _changed(name: str, source: str, change: Any) -> str:
    old, new = change.get("replace"), change.get("with")
    if not isinstance(old, str) or not isinstance(new, str):
        raise ValueError(f"「{name}」には、「replace」と「with」(または「source」) が必要です。")
    if source.count(old) != 1:
        raise ValueError(
            f"「{name}」の「replace」は、解答にちょうど一度現れる必要があります "
            f"(今は {source.count(old)} 度): {old.strip()}"
        )
    return source.replace(old, new)


def objections(
    program: WrongProgram, tests: ProgramTests, results: list[CaseResult]
) -> Iterator[str]:
    """Yield, in Japanese, what is wrong with the way in which a wrong program failed."""
    failed = [result for result in results if not result.passed]
    if not failed:
        yield "すべてのテストに合格してしまいます。"
        return
    if not any(program.message in result.message for result in failed):
        told = " / ".join(dict.fromkeys(result.message for result in failed))
        yield f"見せたい説明「{program.message}」がありません。今の説明: {told}"
    if program.hard_coded:
        shown = {case.name for case in tests.cases if case.shown}
        yield from (
            f"公開したテスト「{result.name}」にも不合格です。"
            for result in failed
            if result.name in shown
        )
