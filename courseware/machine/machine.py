"""The machine: one RV32IM hart, RAM and devices, and the interpreter that drives them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from courseware.machine import snapshot
from courseware.machine.bus import Bus, Region
from courseware.machine.devices import Finisher, Output, Uart
from courseware.machine.isa.decoder import decode, disassemble
from courseware.machine.isa.explanation import Moment
from courseware.machine.isa.lowering import Execute
from courseware.machine.memory_map import (
    FINISHER_BASE,
    FINISHER_SIZE,
    RAM_BASE,
    UART_BASE,
    UART_SIZE,
)
from courseware.machine.program import Program
from courseware.machine.state import DEFAULT_LIMITS, MachineLimits, State, initial_state, pages_of
from courseware.machine.stop import (
    Cause,
    Exited,
    OutputFull,
    Stop,
    Trap,
    breakpoint_reached,
    exited,
    instruction_limit,
    output_full,
    time_limit,
    trapped,
)

# Instructions between two looks at the deadline: a few milliseconds.
POLL_INSTRUCTIONS = 8_192


@dataclass(frozen=True)
class Step:
    """What one instruction did.

    ``changed_registers`` are the numbers of those that have another value than before;
    ``written`` is (address, size in bytes) of what was stored; ``explanation`` is one Japanese
    sentence with the values. After a trap nothing has changed, and ``stop`` says why.
    """

    address: int
    word: int
    text: str
    changed_registers: tuple[int, ...]
    written: tuple[tuple[int, int], ...]
    explanation: str
    stop: Stop | None


class _BreakpointReached(Exception):
    """The next instruction is one that the caller wants to stop before."""


class _DecodedCode(dict[int, Execute]):
    """The bound function of each instruction that has been reached, by address."""

    def __init__(self, bind: Callable[[int], Execute]) -> None:
        super().__init__()
        self._bind = bind

    def __missing__(self, pc: int) -> Execute:
        execute = self._bind(pc)
        self[pc] = execute
        return execute


class Machine:
    """A hart with its RAM and devices.

    ``pc``, ``registers`` (32 unsigned values) and ``instret`` (instructions retired since reset)
    may be read at any time between two runs. ``stop`` is set once the machine has stopped for
    good: after an exit, a trap or too much output. An ebreak is a place where the machine always
    stops, but no end: ``stop`` stays None.
    """

    def __init__(self, program: Program, limits: MachineLimits = DEFAULT_LIMITS) -> None:
        """Load a program. Raises ValueError when it does not fit into memory."""
        self._power_on(initial_state(program, limits))

    @classmethod
    def from_state(cls, state: State) -> "Machine":
        """Return a machine in the given state."""
        machine = cls.__new__(cls)
        machine._power_on(state)
        return machine

    def _power_on(self, state: State) -> None:
        self.limits = state.limits
        self.pc = state.pc
        self.registers = list(state.registers)
        self.instret = state.instret
        self.stop = state.stop
        self._ram = bytearray(state.limits.memory_bytes)
        for offset, page in state.pages.items():
            self._ram[offset : offset + len(page)] = page
        self._output = Output(state.limits.max_output_bytes)
        self._output.data[:] = state.output
        self._until: Collection[int] = ()
        self._decoded = _DecodedCode(self._bind)
        devices = (
            Region(FINISHER_BASE, FINISHER_SIZE, Finisher()),
            Region(UART_BASE, UART_SIZE, Uart(self._output, lambda level: None)),
        )
        self._bus = Bus(self._ram, devices, self._decoded)

    @property
    def output(self) -> bytes:
        """Return what the program has sent to the UART."""
        return bytes(self._output.data)

    # --- running ---

    def run(
        self,
        max_instructions: int,
        until: Collection[int] = (),
        deadline: Callable[[], bool] | None = None,
    ) -> Stop:
        """Run until something stops the machine, and return what did.

        At most ``max_instructions`` are retired; the limit is looked at before each instruction.
        The machine stops before it executes an address in ``until``, except for the very first
        instruction, so that running on from a breakpoint gets somewhere. ``deadline`` is asked
        now and then (every POLL_INSTRUCTIONS instructions), and True ends the run.
        """
        end = self.instret + max_instructions
        stop = self.stop
        if stop is None and self.pc in until:
            stop = self.advance(min(1, max_instructions))
        self._watch(until)
        try:
            while stop is None and self.instret < end:
                stop = self.advance(min(POLL_INSTRUCTIONS, end - self.instret))
                if stop is None and deadline is not None and deadline():
                    stop = time_limit()
        finally:
            self._watch(())
        return stop or instruction_limit(max_instructions)

    def step(self) -> Step:
        """Execute one instruction. Raises RuntimeError when the machine has stopped for good."""
        if self.stop is not None:
            raise RuntimeError("the machine has stopped")
        address, before, instret = self.pc, list(self.registers), self.instret
        word = int.from_bytes(self.read_memory(address, 4), "little")
        decoded = decode(word)
        moment = Moment(decoded, address, before) if decoded else None
        stop = self.advance(1)
        text = disassemble(word, address)
        if moment is None or self.instret == instret:
            return Step(address, word, text, (), (), stop.message if stop else "", stop)
        changed = tuple(n for n in range(32) if self.registers[n] != before[n])
        explanation = moment.explain(self.registers)
        return Step(address, word, text, changed, moment.written, explanation, stop)

    def advance(self, count: int) -> Stop | None:
        """Retire ``count`` instructions; return a stop when one of them could not be retired."""
        decoded, pc, retired = self._decoded, self.pc, 0
        stop: Stop | None = None
        try:
            for retired in range(count):  # noqa: B007 - also used after the loop
                pc = decoded[pc]()
            retired = count
        except Trap as trap:
            stop = trapped(trap, pc)
            if trap.cause != Cause.BREAKPOINT:
                self.stop = stop
        except _BreakpointReached:
            stop = breakpoint_reached(pc)
        except OutputFull as full:
            stop = self.stop = output_full(full.limit)
        except Exited as exit_:
            stop = self.stop = exited(exit_.code)
            retired, pc = retired + 1, pc + 4
        self.pc = pc
        self.instret += retired
        return stop

    def _bind(self, pc: int) -> Execute:
        """Return the function that executes the instruction at pc. Raises Trap for none."""
        if pc in self._until:
            return _reach_breakpoint
        word = self._bus.fetch(pc)
        decoded = decode(word)
        if decoded is None:
            raise Trap(Cause.ILLEGAL_INSTRUCTION, word)
        lowered = decoded.instruction.lowered
        return lowered.bind(self.registers, self._bus, pc, decoded.fields)

    def _watch(self, until: Collection[int]) -> None:
        """Bind anew, when they are reached, the addresses where to stop or no longer to stop."""
        for address in (*self._until, *until):
            self._decoded.pop(address, None)
        self._until = until

    # --- memory ---

    def read_memory(self, address: int, size: int) -> bytes:
        """Return the bytes of RAM; what lies outside RAM reads as 0, and devices see nothing."""
        start = address - RAM_BASE
        stop = start + size
        inside = self._ram[max(start, 0) : max(stop, 0)]
        before = min(max(-start, 0), size)
        return bytes(before) + bytes(inside) + bytes(size - before - len(inside))

    def write_memory(self, address: int, data: bytes) -> None:
        """Put bytes into RAM. Raises ValueError, and writes nothing, outside RAM."""
        offset = address - RAM_BASE
        if not 0 <= offset <= len(self._ram) - len(data):
            raise ValueError(f"{len(data)} bytes at {address:#x} do not lie in RAM")
        self._ram[offset : offset + len(data)] = data
        self._decoded.clear()

    # --- state ---

    def state(self) -> State:
        """Return the state as values that stay as they are."""
        return State(
            self.limits,
            self.pc,
            tuple(self.registers),
            self.instret,
            self.output,
            self.stop,
            pages_of(self._ram),
        )

    def snapshot(self) -> bytes:
        """Return the whole machine as bytes; ``snapshot.py`` documents the format."""
        return snapshot.to_bytes(self.state())

    @classmethod
    def restore(cls, data: bytes) -> "Machine":
        """Return the machine of a snapshot. Raises ValueError for damaged data."""
        return cls.from_state(snapshot.from_bytes(data))


def _reach_breakpoint() -> int:
    raise _BreakpointReached
