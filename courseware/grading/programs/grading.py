"""Run the tests of a program on a machine and compare."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from courseware.grading.programs.model import Block, Case, ProgramTests

# Where a called function returns to: nothing is mapped there.
RETURN_ADDRESS = 0xFFFF_FFF0
RA, SP, A0 = 1, 2, 10  # register numbers
SAVED_REGISTERS = {8: "s0", 9: "s1", **{16 + n: f"s{n}" for n in range(2, 12)}}
# Unmapped as well: whoever uses a saved register as an address by mistake gets a trap.
SAVED_VALUE = 0x5AFE_0000
GUARD = b"\xa5" * 16  # bytes around each block; a write there is one past the block


# What is told of a run that ended early when its numbers may tell a hidden test's values:
# an address or an exit code can be made of them.
STOPS_WITHOUT_NUMBERS = {
    "exit": "プログラムが、関数から戻らずに終了しました。",
    "trap": "例外が起きて止まりました。",
    "breakpoint": "ebreak で止まりました。関数からは ret で戻ります。",
    "instruction-limit": "命令数の上限に達しました。繰り返しが終わる条件を確かめてください。",
    "time-limit": "実行時間の上限に達しました。",
    "output-limit": "出力の上限に達しました。",
    "waiting": "wfi で割り込みを待ったまま、進まなくなりました。",
}


class Stopped(Protocol):
    """Why a run ended: a key of STOPS_WITHOUT_NUMBERS, and a message with all details."""

    @property
    def reason(self) -> str: ...
    @property
    def message(self) -> str: ...


class Machine(Protocol):
    """What grading needs of a machine that has the program loaded and is at its start."""

    pc: int

    @property
    def registers(self) -> list[int]: ...
    def run(
        self,
        max_instructions: int,
        until: Collection[int] = (),
        deadline: Callable[[], bool] | None = None,
    ) -> Stopped: ...
    def read_memory(self, address: int, size: int) -> bytes: ...
    def write_memory(self, address: int, data: bytes) -> None: ...


@dataclass(frozen=True)
class CaseResult:
    """What became of one test; ``message`` is Japanese, and empty when it passed.

    ``call``, ``expected`` and ``actual`` are told for shown tests only; ``actual`` is empty when
    the function did not return.
    """

    name: str
    passed: bool
    message: str = ""
    call: str = ""
    expected: str = ""
    actual: str = ""


def grade_program(
    tests: ProgramTests,
    load: Callable[[], tuple[Machine, int | None]],
    blocks_at: int,
    deadline: Callable[[], bool] | None = None,
) -> Iterator[CaseResult]:
    """Yield the result of each test, in order.

    ``load`` returns a fresh machine and the address of the function (None when the program
    does not define it). Blocks are laid out from ``blocks_at`` on. ``deadline`` is handed to
    every run.
    """
    for case in tests.cases:
        machine, function = load()
        if function is None:
            message = (
                f"ラベル「{tests.calls}:」がありません。関数の先頭にこのラベルを書いてください。"
            )
            yield _result(tests.calls, case, message)
        else:
            yield _grade_case(tests.calls, case, machine, function, blocks_at, deadline)


def _grade_case(
    calls: str,
    case: Case,
    machine: Machine,
    function: int,
    blocks_at: int,
    deadline: Callable[[], bool] | None,
) -> CaseResult:
    addresses = dict(_place(case.blocks, blocks_at))
    for name, address in addresses.items():
        machine.write_memory(address - len(GUARD), GUARD + case.blocks[name].data + GUARD)
    _prepare_call(machine, case, addresses, function)
    sp = machine.registers[SP]
    stop = machine.run(case.max_instructions, (RETURN_ADDRESS,), deadline)
    if machine.pc != RETURN_ADDRESS:
        numbers = case.shown and stop.reason != "breakpoint"
        why = stop.message if numbers else STOPS_WITHOUT_NUMBERS[stop.reason]
        return _result(calls, case, f"関数から戻りませんでした。{why}")
    message = _first_problem(machine, case, addresses, sp)
    return _result(calls, case, message, _actual_text(machine, case, addresses))


def _result(calls: str, case: Case, message: str, actual: str = "") -> CaseResult:
    """Return a test's result: passed without a message; with values where they are shown."""
    if not case.shown:
        return CaseResult(case.name, not message, message)
    return CaseResult(
        name=case.name,
        passed=not message,
        message=message,
        call=_call_text(calls, case),
        expected=_values_text(case.returns, {**case.blocks, **case.after}),
        actual=actual,
    )


def _place(blocks: Mapping[str, Block], address: int) -> Iterator[tuple[str, int]]:
    for name, block in blocks.items():
        address += len(GUARD)
        yield name, address
        address += -(-len(block.data) // 16) * 16 + len(GUARD)


def _prepare_call(
    machine: Machine, case: Case, addresses: Mapping[str, int], function: int
) -> None:
    for number in SAVED_REGISTERS:
        machine.registers[number] = SAVED_VALUE + number
    for number, argument in enumerate(case.arguments, A0):
        value = addresses[argument] if isinstance(argument, str) else argument
        machine.registers[number] = value & 0xFFFF_FFFF
    machine.registers[RA] = RETURN_ADDRESS
    machine.pc = function


def _first_problem(machine: Machine, case: Case, addresses: Mapping[str, int], sp: int) -> str:
    """Return what is wrong after the function returned, or an empty text."""
    if case.returns is not None and machine.registers[A0] != case.returns & 0xFFFF_FFFF:
        return "戻り値 (a0) が期待した値と違います。"
    for name, address in addresses.items():
        expected = case.after.get(name, case.blocks[name]).data
        if machine.read_memory(address, len(expected)) != expected:
            if name in case.after:
                return f"{name} の中身が期待した値と違います。"
            return f"{name} の中身が書き換わっています。読むだけにしてください。"
        around = machine.read_memory(address - len(GUARD), len(GUARD)) + machine.read_memory(
            address + len(expected), len(GUARD)
        )
        if around != GUARD * 2:
            return f"{name} の範囲の外に書き込んでいます。添字の始まりと終わりを確かめてください。"
    if machine.registers[SP] != sp:
        return "戻ったときの sp が、呼ばれたときと違います。確保した分だけ戻してください。"
    for number, register in SAVED_REGISTERS.items():
        if machine.registers[number] != SAVED_VALUE + number:
            return (
                f"{register} の値が、呼ばれたときと違います。s0 から s11 を使う関数は、"
                "元の値を保存し、戻る前に書き戻します (呼び出し規約)。"
            )
    return ""


def _call_text(calls: str, case: Case) -> str:
    blocks = "、".join(f"{name} = {_numbers(block.values)}" for name, block in case.blocks.items())
    call = f"{calls}({', '.join(map(str, case.arguments))})"
    return f"{call}、{blocks}" if blocks else call


def _values_text(returns: int | None, blocks: Mapping[str, Block]) -> str:
    parts = [] if returns is None else [f"a0 = {returns}"]
    parts += [f"{name} = {_numbers(block.values)}" for name, block in blocks.items()]
    return "、".join(parts)


def _actual_text(machine: Machine, case: Case, addresses: Mapping[str, int]) -> str:
    a0 = machine.registers[A0]
    if case.returns is not None and case.returns < 0:
        a0 -= (a0 >> 31) << 32
    blocks = {
        name: Block(block.unit, block.of(machine.read_memory(addresses[name], len(block.data))))
        for name, block in {**case.blocks, **case.after}.items()
    }
    return _values_text(None if case.returns is None else a0, blocks)


def _numbers(values: Sequence[int]) -> str:
    return f"[{', '.join(map(str, values))}]"
