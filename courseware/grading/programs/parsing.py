"""From an author's data to the tests of a program."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from courseware.grading.errors import QuestionError, QuestionProblem
from courseware.grading.programs.check_parsing import is_integer, is_word, read_block, read_check
from courseware.grading.programs.model import (
    DEFAULT_BUDGET,
    Block,
    Call,
    Case,
    Check,
    Part,
    ProgramTests,
    Setup,
    part_name,
)

MAX_CASES = 40
MAX_ARGUMENTS = 8  # a0 to a7
MAX_BLOCK_BYTES = 32 * 1024  # of all blocks of a case together
MAX_BUDGET = 1_000_000  # cycles of a test
MAX_MEMORY_BYTES = 4 * 1024 * 1024
MIN_MEMORY_BYTES = 4_096
MAX_PARTS = 8
MAX_CHECKS = 40
MAX_CONSOLE_CHARACTERS = 1_000

ENDS = {
    "exit": "exit",
    "breakpoint": "breakpoint",
    "waiting": "waiting",
    "limit": "instruction-limit",
}
TOP_KEYS = {"calls", "needs", "machine", "budget", "checks", "cases"}
MACHINE_KEYS = {"memory", "parts", "disk", "console", "untrapped", "start"}
CALL_KEYS = {"arguments", "returns", "blocks", "after"}
CASE_KEYS = {"name", "shown", "machine", "define", "data", "budget", "ends", "checks"}


class Files:
    """The files beside the tests that they may name; remembers those that were used."""

    def __init__(self, read: Callable[[str], str] | None = None) -> None:
        """``read`` returns a file's text and raises ValueError, in Japanese, without one."""
        self._read = read
        self.used: dict[str, str] = {}

    def use(self, name: Any) -> str:
        """Return the name of a file that is there. Raises ValueError."""
        if not isinstance(name, str) or self._read is None:
            raise ValueError("ファイルの名前 (parts/guest.s など) を書いてください。")
        if name not in self.used:
            self.used[name] = self._read(name)
        return name


@dataclass(frozen=True)
class Names:
    """What the machine knows by name: registers, CSRs and counters."""

    registers: Collection[str] = ()
    csrs: Collection[str] = ()
    counters: Collection[str] = ()


@dataclass(frozen=True)
class _Lab:
    """What all cases of a lab share."""

    calls: str | None
    needs: tuple[str, ...]
    machine: Mapping[str, Any] = field(default_factory=dict)
    budget: int = DEFAULT_BUDGET
    checks: tuple[Check, ...] = ()


def parse_tests(
    data: Any,
    case_lines: Sequence[int],
    files: Files | None = None,
    names: Names | None = None,
) -> ProgramTests:
    """Return the tests that an author's data describes; ``case_lines`` are its cases' lines.

    Raises QuestionError with every problem.
    """
    files, names = files or Files(), names or Names()
    lab, cases = _read_top(data, names)
    problems: list[QuestionProblem] = []
    read: list[Case] = []
    for line, case in zip(case_lines, cases, strict=True):
        try:
            read.append(_read_case(case, lab, files, names))
        except ValueError as error:
            problems.append(QuestionProblem(line, 1, str(error)))
        else:
            if read[-1].name in {other.name for other in read[:-1]}:
                message = f"「{read[-1].name}」という名前のテストが、前にもあります。"
                problems.append(QuestionProblem(line, 1, message))
    if not any(isinstance(case, dict) and case.get("shown") for case in cases):
        problems.append(QuestionProblem(1, 1, "「shown: true」のテストが一つは必要です。"))
    if problems:
        raise QuestionError(problems)
    return ProgramTests(tuple(read), files.used)


def _read_top(data: Any, names: Names) -> tuple[_Lab, list[Any]]:
    """Return what all cases share, and the cases. Raises QuestionError."""
    try:
        if not isinstance(data, dict) or "cases" not in data or not set(data) <= TOP_KEYS:
            raise ValueError(
                "「cases」(テストの一覧) が必要です。ほかに書ける項目: "
                + "、".join(sorted(TOP_KEYS - {"cases"}))
            )
        cases = data["cases"]
        if not isinstance(cases, list) or not 1 <= len(cases) <= MAX_CASES:
            raise ValueError(f"「cases」には 1 個から {MAX_CASES} 個のテストが必要です。")
        calls = data.get("calls")
        if "calls" in data and (not isinstance(calls, str) or not calls):
            raise ValueError("「calls」には関数のラベルを書いてください。")
        needs = data.get("needs", [])
        if not _is_list_of_text(needs):
            raise ValueError("「needs」には、プログラムに必要なラベルの一覧を書いてください。")
        machine = data.get("machine", {})
        _check_keys(machine, MACHINE_KEYS, "machine")
        checks = _read_checks(data.get("checks", []), names)
        budget = _read_budget(data, DEFAULT_BUDGET)
        return _Lab(calls, tuple(needs), machine, budget, checks), cases
    except ValueError as error:
        raise QuestionError([QuestionProblem(1, 1, str(error))]) from None


def _read_case(data: Any, lab: _Lab, files: Files, names: Names) -> Case:
    """Return a case. Raises ValueError with a Japanese message."""
    allowed = CASE_KEYS | CALL_KEYS if lab.calls else CASE_KEYS
    _check_keys(data, allowed, "テスト")
    name = data.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("テストの「name」(受講者に見せる名前) がありません。")
    checks = lab.checks + _read_checks(data.get("checks", []), names)
    call = _read_call(data, lab.calls, bool(checks)) if lab.calls else None
    if call is None and not checks:
        raise ValueError("「checks」に、確かめることを一つは書いてください。")
    if call is not None and "ends" in data:
        raise ValueError("「calls」で関数を呼ぶテストには、「ends」は要りません。")
    ends, exit_code = _read_ends(data.get("ends"))
    return Case(
        name=name,
        shown=data.get("shown") is True,
        setup=_read_setup(data, lab, files),
        call=call,
        checks=checks,
        budget=_read_budget(data, lab.budget),
        ends=ends,
        exit_code=exit_code,
    )


def _read_ends(value: Any) -> tuple[tuple[str, ...], int]:
    if value is None:
        return ("breakpoint", "exit"), 0
    word, _, number = str(value).partition(" ")
    is_exit = word == "exit" and (not number or (number.isdecimal() and int(number) < 1 << 16))
    if word not in ENDS or (number and not is_exit):
        raise ValueError(f"「ends」には {'、'.join(ENDS)} (または exit 3) を書いてください。")
    return (ENDS[word],), int(number or 0)


def _read_budget(data: Mapping[str, Any], default: int) -> int:
    budget = data.get("budget", default)
    if not is_integer(budget, 1, MAX_BUDGET):
        raise ValueError(f"「budget」は 1 から {MAX_BUDGET:,} までの整数です (サイクル数)。")
    return int(budget)


# --- the machine ---


def _read_setup(data: Mapping[str, Any], lab: _Lab, files: Files) -> Setup:
    own = data.get("machine", {})
    _check_keys(own, MACHINE_KEYS, "machine")
    machine = {**lab.machine, **own}
    memory = machine.get("memory")
    if memory is not None and not (
        is_integer(memory, MIN_MEMORY_BYTES, MAX_MEMORY_BYTES) and memory & (memory - 1) == 0
    ):
        raise ValueError(
            f"「memory」は {MIN_MEMORY_BYTES:,} から {MAX_MEMORY_BYTES:,} までの 2 の累乗です。"
        )
    console, start = machine.get("console", ""), machine.get("start", "")
    if not isinstance(console, str) or len(console) > MAX_CONSOLE_CHARACTERS:
        raise ValueError(f"「console」は {MAX_CONSOLE_CHARACTERS:,} 文字までの文字列です。")
    untrapped = machine.get("untrapped", [])
    if not _is_list_of_text(untrapped):
        raise ValueError("「untrapped」には、CSR か命令の名前の一覧を書いてください。")
    parts = _read_parts(machine.get("parts", []), files)
    if not isinstance(start, str) or (
        start and start.partition(".")[0] not in {part.name for part in parts}
    ):
        raise ValueError("「start」には、parts のどれかのラベルを「名前.ラベル」で書いてください。")
    return Setup(
        memory=memory,
        parts=parts,
        disk=files.use(machine["disk"]) if machine.get("disk") else "",
        console=console,
        untrapped=tuple(untrapped),
        start=start,
        define=_read_constants(data.get("define", {})),
        data=_read_blocks(data.get("data", {}), "data"),
        needs=lab.needs,
    )


def _read_parts(data: Any, files: Files) -> tuple[Part, ...]:
    if not isinstance(data, list) or len(data) > MAX_PARTS:
        raise ValueError(f"「parts」は {MAX_PARTS} 個までの一覧です。")
    parts = []
    for item in data:
        _check_keys(item, {"file", "at", "linked"}, "parts")
        at = item.get("at")
        linked = item.get("linked", at)
        if not all(is_integer(value, 0, 0xFFFF_FFFF) for value in (at, linked)):
            raise ValueError("「parts」の at (と linked) には、0x80010000 のような番地が必要です。")
        parts.append(Part(files.use(item.get("file")), at, linked))
    if len({part.name for part in parts}) < len(parts):
        raise ValueError(
            f"「parts」の名前 ({part_name(parts[-1].file)} など) が重なっています。"
            "別の名前のファイルにしてください。"
        )
    return tuple(parts)


def _read_constants(data: Any) -> dict[str, int]:
    if not isinstance(data, dict) or not all(
        isinstance(name, str) and is_word(value) for name, value in data.items()
    ):
        raise ValueError("「define」は「名前: 32 ビットの整数」の形で書いてください。")
    return dict(data)


# --- calls and checks ---


def _read_call(data: Mapping[str, Any], function: str, has_checks: bool) -> Call:
    blocks = _read_blocks(data.get("blocks", {}), "blocks")
    after = _read_blocks(data.get("after", {}), "after")
    arguments, returns = data.get("arguments", []), data.get("returns")
    if not isinstance(arguments, list) or len(arguments) > MAX_ARGUMENTS:
        raise ValueError(f"「arguments」は {MAX_ARGUMENTS} 個までの一覧です。")
    for argument in arguments:
        if not (is_word(argument) or (isinstance(argument, str) and argument in blocks)):
            raise ValueError(
                f"引数「{argument}」は 32 ビットの整数でも「blocks」の名前でもありません。"
            )
    if returns is not None and not is_word(returns):
        raise ValueError("「returns」には 32 ビットの整数を書いてください。")
    if returns is None and not after and not has_checks:
        raise ValueError("「returns」か「after」か「checks」で、期待する結果を書いてください。")
    for key, block in after.items():
        if key not in blocks or len(blocks[key].data) != len(block.data):
            raise ValueError(f"「after」の {key} は「blocks」に同じ大きさで書いてください。")
    return Call(function, tuple(arguments), returns, blocks, after)


def _read_blocks(data: Any, key: str) -> dict[str, Block]:
    if not isinstance(data, dict):
        raise ValueError(f"「{key}」は「名前: {{words: [数, …]}}」の形で書いてください。")
    blocks = {str(name): read_block(str(name), block) for name, block in data.items()}
    size = sum(len(block.data) for block in blocks.values())
    if size > MAX_BLOCK_BYTES:
        raise ValueError(
            f"「{key}」は合わせて {MAX_BLOCK_BYTES:,} バイトまでです (今は {size:,} バイト)。"
        )
    return blocks


def _read_checks(data: Any, names: Names) -> tuple[Check, ...]:
    if not isinstance(data, list) or len(data) > MAX_CHECKS:
        raise ValueError(f"「checks」は {MAX_CHECKS} 個までの一覧です。")
    return tuple(read_check(check, names.registers, names.csrs, names.counters) for check in data)


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _check_keys(data: Any, allowed: set[str], what: str) -> None:
    if not isinstance(data, dict) or not set(data) <= allowed:
        raise ValueError(f"{what}に書ける項目: {'、'.join(sorted(allowed))}")
