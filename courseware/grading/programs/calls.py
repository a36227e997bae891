"""A test that calls a function, as RISC-V's standard calling convention says."""

from collections.abc import Callable, Iterator, Mapping

from courseware.grading.programs.machine import A0, RA, SP, Finding, Loaded, Stopped
from courseware.grading.programs.model import Block, Call, number_text

# Where a called function returns to: nothing is mapped there.
RETURN_ADDRESS = 0xFFFF_FFF0
SAVED_REGISTERS = {8: "s0", 9: "s1", **{16 + n: f"s{n}" for n in range(2, 12)}}
# Unmapped as well: whoever uses a saved register as an address by mistake gets a trap.
SAVED_VALUE = 0x5AFE_0000
GUARD = b"\xa5" * 16  # bytes around each block; a write there is one past the block


class FunctionCall:
    """A call on a loaded machine, with its blocks in memory from ``blocks_at`` on."""

    def __init__(self, call: Call, loaded: Loaded, blocks_at: int) -> None:
        self.call = call
        self._machine = loaded
        self._addresses = dict(_place(call.blocks, blocks_at))

    def run(self, budget: int, deadline: Callable[[], bool] | None) -> Stopped:
        """Call the function; the machine is at RETURN_ADDRESS when it has returned."""
        machine = self._machine
        for name, address in self._addresses.items():
            data = GUARD + self.call.blocks[name].data + GUARD
            machine.write_memory(address - len(GUARD), data)
        for number in SAVED_REGISTERS:
            machine.registers[number] = SAVED_VALUE + number
        for number, argument in enumerate(self.call.arguments, A0):
            value = self._addresses[argument] if isinstance(argument, str) else argument
            machine.registers[number] = value & 0xFFFF_FFFF
        machine.registers[RA] = RETURN_ADDRESS
        machine.pc = machine.symbols[self.call.function]
        self._sp = machine.registers[SP]
        return machine.run(budget, (RETURN_ADDRESS,), deadline)

    @property
    def returned(self) -> bool:
        """Say whether the function has returned."""
        return self._machine.pc == RETURN_ADDRESS

    def finding(self) -> Finding | None:
        """Return what is wrong after the function returned; None when nothing is."""
        message = self._first_problem()
        expected = values_text(self.call.returns, {**self.call.blocks, **self.call.after})
        return Finding(message, expected, self._actual()) if message else None

    def _first_problem(self) -> str:
        machine, call = self._machine, self.call
        if call.returns is not None and machine.registers[A0] != call.returns & 0xFFFF_FFFF:
            return "戻り値 (a0) が期待した値と違います。"
        for name, address in self._addresses.items():
            expected = call.after.get(name, call.blocks[name]).data
            if machine.read_memory(address, len(expected)) != expected:
                if name in call.after:
                    return f"{name} の中身が期待した値と違います。"
                return f"{name} の中身が書き換わっています。読むだけにしてください。"
            around = machine.read_memory(address - len(GUARD), len(GUARD)) + machine.read_memory(
                address + len(expected), len(GUARD)
            )
            if around != GUARD * 2:
                return (
                    f"{name} の範囲の外に書き込んでいます。添字の始まりと終わりを確かめてください。"
                )
        if machine.registers[SP] != self._sp:
            return "戻ったときの sp が、呼ばれたときと違います。確保した分だけ戻してください。"
        for number, register in SAVED_REGISTERS.items():
            if machine.registers[number] != SAVED_VALUE + number:
                return (
                    f"{register} の値が、呼ばれたときと違います。s0 から s11 を使う関数は、"
                    "元の値を保存し、戻る前に書き戻します (呼び出し規約)。"
                )
        return ""

    def _actual(self) -> str:
        a0 = self._machine.registers[A0]
        if self.call.returns is not None and self.call.returns < 0:
            a0 -= (a0 >> 31) << 32
        blocks = {
            name: block.of(self._machine.read_memory(self._addresses[name], len(block.data)))
            for name, block in {**self.call.blocks, **self.call.after}.items()
        }
        return values_text(None if self.call.returns is None else a0, blocks)


def _place(blocks: Mapping[str, Block], address: int) -> Iterator[tuple[str, int]]:
    for name, block in blocks.items():
        address += len(GUARD)
        yield name, address
        address += -(-len(block.data) // 16) * 16 + len(GUARD)


def call_text(call: Call) -> str:
    """Return a call as a learner reads it."""
    blocks = "、".join(f"{name} = {block}" for name, block in call.blocks.items())
    text = f"{call.function}({', '.join(map(str, call.arguments))})"
    return f"{text}、{blocks}" if blocks else text


def values_text(returns: int | None, blocks: Mapping[str, Block]) -> str:
    """Return what a call results in as a learner reads it."""
    parts = [] if returns is None else [f"a0 = {number_text(returns)}"]
    parts += [f"{name} = {block}" for name, block in blocks.items()]
    return "、".join(parts)
