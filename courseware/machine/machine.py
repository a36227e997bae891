"""The machine: one hart with RAM and devices, as whoever runs programs sees it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from courseware.machine import snapshot
from courseware.machine.board import Board, TimeUp
from courseware.machine.devices.disk import SECTOR_BYTES
from courseware.machine.fields import Fields
from courseware.machine.hart import csrs
from courseware.machine.hart import state as hart_state
from courseware.machine.hart.counters import Counters
from courseware.machine.hart.hart import Hart, Unhandled, Waiting
from courseware.machine.hart.interpreter import BreakpointReached, Interpreter
from courseware.machine.hart.traps import TrapRecord, take_interrupt
from courseware.machine.isa.decoder import disassemble
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.narration.moment import Moment
from courseware.machine.narration.trap import trap_sentence, wait_sentence
from courseware.machine.program import Program
from courseware.machine.ram import PAGE_SHIFT
from courseware.machine.registers import SP
from courseware.machine.state import (
    DEFAULT_LIMITS,
    DEFAULT_OPTIONS,
    MachineLimits,
    MachineOptions,
    State,
)
from courseware.machine.stop import (
    Exited,
    OutputFull,
    Stop,
    breakpoint_reached,
    exited,
    instruction_limit,
    output_full,
    time_limit,
    trap_loop,
    unhandled,
    waiting,
    watchpoint_reached,
)
from courseware.machine.translator.translator import Translator
from courseware.machine.trap import INTERRUPT_BIT, Cause, Trap
from courseware.machine.watch import Watchpoint, WatchpointReached

# Cycles between two looks at the deadline: some ten milliseconds at most.
POLL_CYCLES = 65_536


class Console(StrEnum):
    """The devices that take input from outside."""

    UART = "uart"
    VIRTIO = "virtio"


class Engine(StrEnum):
    """The two ways to execute instructions, with one meaning."""

    INTERPRETER = "interpreter"
    TRANSLATOR = "translator"


_ENGINES: dict[Engine, type[Interpreter] | type[Translator]] = {
    Engine.INTERPRETER: Interpreter,
    Engine.TRANSLATOR: Translator,
}


# The longest time that one step of a debugger waits; a longer wait takes several.
MAX_WAIT_CYCLES = 1 << 40


@dataclass(frozen=True)
class Step:
    """What one step did: an instruction, an interrupt that was taken, or the wait of a WFI.

    ``word`` and ``text`` are the instruction at ``address``; the text is empty where there was
    none. ``changed_registers`` are the numbers of those that have another value than before;
    ``written`` is (address, size in bytes) of what was stored; ``explanation`` is one Japanese
    sentence with the values. ``trap`` is the trap that was taken in place of the instruction.
    When the machine stopped in front of it, nothing has changed, and ``stop`` says why.
    """

    address: int
    word: int
    text: str
    changed_registers: tuple[int, ...]
    written: tuple[tuple[int, int], ...]
    explanation: str
    stop: Stop | None
    trap: TrapRecord | None = None


class Machine:
    """A hart with its RAM and devices.

    ``stop`` is set once the machine has stopped for good: after an exit, a trap that nobody
    handles, or too much output. An ebreak that nobody handles is a place where the machine
    always stops, but no end: ``stop`` stays None.
    """

    def __init__(
        self,
        program: Program,
        limits: MachineLimits = DEFAULT_LIMITS,
        *,
        options: MachineOptions = DEFAULT_OPTIONS,
        disk: bytes = b"",
        engine: Engine = Engine.TRANSLATOR,
    ) -> None:
        """Load a program; sp is the end of RAM. Raises ValueError when it does not fit."""
        self._build(
            Board(limits, options, program.tohost, program.symbols.get("fromhost"), disk), engine
        )
        for segment in program.segments:
            offset = segment.address - RAM_BASE
            if not 0 <= offset <= limits.memory_bytes - len(segment.data):
                raise ValueError(f"segment at {segment.address:#x} does not fit into RAM")
            self._board.ram.bytes[offset : offset + len(segment.data)] = segment.data
        self._hart.pc = program.entry
        self._hart.registers[SP] = RAM_BASE + limits.memory_bytes
        self._hart.start()

    @classmethod
    def from_state(cls, state: State, engine: Engine = Engine.TRANSLATOR) -> "Machine":
        """Return a machine in the given state. Raises ValueError for an impossible one."""
        machine = cls.__new__(cls)
        board = Board(state.limits, state.options, state.tohost, state.fromhost, state.disk)
        machine._build(board, engine)
        for offset, page in state.pages.items():
            board.ram.bytes[offset : offset + len(page)] = page
        for number in state.dirty:
            board.ram.mark_dirty(number)
        board.ram.dirty_count = state.dirty_count
        board.output.data[:] = state.output
        board.disk.restore(state.disk_pages)
        hart_state.restore(board.hart, Fields(dict(state.hart)))
        board.restore_devices(Fields(dict(state.devices)))
        machine.stop = state.stop
        return machine

    def _build(self, board: Board, engine: Engine) -> None:
        self._board = board
        self._hart = board.hart
        self.engine = engine
        self._engine: Interpreter | Translator = _ENGINES[engine](board.hart)
        board.hart.engine = self._engine
        self.stop: Stop | None = None
        self._copies: dict[int, bytes] = {}

    # --- what can be seen ---

    @property
    def limits(self) -> MachineLimits:
        """Return the sizes of the machine."""
        return self._board.limits

    @property
    def options(self) -> MachineOptions:
        """Return how the machine differs from the specification."""
        return self._board.options

    @property
    def pc(self) -> int:
        """Return the address of the next instruction."""
        return self._hart.pc

    @pc.setter
    def pc(self, address: int) -> None:
        self._hart.pc = address

    @property
    def registers(self) -> list[int]:
        """Return the 32 registers, unsigned; they may be set between two runs."""
        return self._hart.registers

    @property
    def mode(self) -> int:
        """Return the privilege mode: 0 for U, 1 for S, 3 for M."""
        return self._hart.mode

    @property
    def virtual(self) -> bool:
        """Return the virtualization mode V."""
        return self._hart.virtual

    @property
    def instret(self) -> int:
        """Return how many instructions have retired since reset."""
        return self._hart.instret

    @property
    def cycle(self) -> int:
        """Return the cycles since reset: steps, and the time that WFI waited."""
        return self._hart.cycle

    @property
    def waiting(self) -> bool:
        """Say whether WFI waits for an interrupt."""
        return self._hart.waiting

    @property
    def output(self) -> bytes:
        """Return what the program has sent to its consoles."""
        return bytes(self._board.output.data)

    @property
    def counters(self) -> Counters:
        """Return what has been counted since reset."""
        hart, board = self._hart, self._board
        return Counters(
            instructions=hart.instret,
            cycles=hart.cycle,
            traps=dict(hart.trap_counts),
            tlb_hits=hart.tlb_hits,
            tlb_misses=hart.mmu.tlb_misses,
            walk_loads=hart.mmu.walker.loads,
            guest_walk_loads=hart.mmu.walker.guest_loads,
            device_accesses=board.bus.device_accesses,
            dirty_pages=board.ram.dirty_count,
        )

    def csr(self, name: str) -> int:
        """Return a CSR as M mode reads it. Raises KeyError for a name that is none here."""
        return csrs.read(self._hart, name)

    def send(self, data: bytes, console: Console = Console.UART) -> int:
        """Give a console input; return how many bytes it took."""
        taken = self._board.consoles[console].receive(data)
        self._hart.settle()
        self._hart.look_up()
        return taken

    def on_trap(self, listener: Callable[[TrapRecord], None] | None) -> None:
        """Let somebody hear of each trap before it is taken."""
        self._hart.on_trap = listener

    def watch(self, watchpoints: Iterable[Watchpoint]) -> None:
        """End runs after writes to these bytes, and no others, from now on.

        Raises ValueError for bytes that are not in RAM.
        """
        self._board.watch.set(watchpoints)

    @property
    def hart(self) -> Hart:
        """Return the hart, for those who look inside and change nothing."""
        return self._hart

    @property
    def traps_taken(self) -> int:
        """Return how many traps have been taken since reset."""
        return sum(self._hart.trap_counts.values())

    def next_instruction(self) -> str:
        """Return the text of the instruction at pc; empty when it cannot be read there."""
        try:
            return disassemble(self._hart.mmu.peek_instruction(self.pc), self.pc)
        except Trap:
            return ""

    # --- running ---

    def run(
        self,
        max_instructions: int,
        until: Collection[int] = (),
        deadline: Callable[[], bool] | None = None,
    ) -> Stop:
        """Run until something stops the machine, and return what did.

        It runs for at most ``max_instructions`` cycles; the limit is looked at before each
        instruction. The machine stops before it executes an address in ``until``, except for the
        very first instruction, so that running on from a breakpoint gets somewhere. ``deadline``
        is asked now and then (every POLL_CYCLES cycles, and more often while devices are used),
        and True ends the run.
        """
        end = self.cycle + max_instructions
        stop, stops = self.stop, frozenset(until)
        if stop is None and self.pc in stops and max_instructions > 0:
            stop = self.pass_breakpoint()
        while stop is None and self.cycle < end:
            stop = self.advance(min(POLL_CYCLES, end - self.cycle), stops, deadline)
            if stop is None and deadline is not None and deadline():
                stop = time_limit()
        return stop or self.limit_reached(max_instructions)

    def limit_reached(self, limit: int) -> Stop:
        """Return the stop for a run to its limit; it tells of a trap handler that traps at once."""
        for level in ("m", "s", "vs"):
            handler, cause = self.csr(f"{level}tvec") & ~3, self.csr(f"{level}cause")
            has_trapped = self.pc == handler == self.csr(f"{level}epc")
            if has_trapped and self.traps_taken and not cause & INTERRUPT_BIT:
                return trap_loop(limit, handler, cause)
        return instruction_limit(limit)

    def advance(
        self,
        count: int,
        until: frozenset[int] = frozenset(),
        deadline: Callable[[], bool] | None = None,
    ) -> Stop | None:
        """Run for ``count`` cycles; return a stop when something ended them early.

        Every address in ``until`` is one to stop before, the first instruction's too. The
        deadline is asked only while devices are used.
        """
        if self._engine.until != until:
            self._engine.until = until
        self._board.deadline = deadline
        return self._guarded(lambda: self._hart.run(self.cycle + count))

    def pass_breakpoint(self) -> Stop | None:
        """Execute the instruction at pc, or take the interrupt that comes before it."""
        before = self.traps_taken
        stop = self.take_interrupt()
        return stop or (self.advance(1) if self.traps_taken == before else None)

    def take_interrupt(self) -> Stop | None:
        """Take an interrupt if one is pending and enabled, and execute nothing."""

        def take() -> None:
            self._hart.settle()
            if not self._hart.waiting:
                take_interrupt(self._hart)

        return self._guarded(take)

    def wait(self, max_cycles: int = MAX_WAIT_CYCLES) -> Stop | None:
        """Let the time pass until an interrupt ends the wait of a WFI; None: it may go on."""
        end, stop = self.cycle + max_cycles, None
        while stop is None and self.waiting and self.cycle < end:
            due = self._hart.settle()
            stop = self.advance(min(due or end, end) - self.cycle)
        return stop

    def step(self, max_wait: int = MAX_WAIT_CYCLES) -> Step:
        """Execute one instruction; or take an interrupt, or wait until a WFI's wait is over.

        Raises RuntimeError when the machine has stopped for good.
        """
        if self.stop is not None:
            raise RuntimeError("the machine has stopped")
        if self.waiting:
            start = self.cycle
            stop = self.wait(max_wait)
            sentence = stop.message if stop else wait_sentence(start, self.cycle, self.waiting)
            return Step(self.pc, 0, "", (), (), sentence, stop)
        traps: list[TrapRecord] = []
        listener, self._hart.on_trap = self._hart.on_trap, traps.append
        try:
            step = self._interrupt(traps) or self._execute(traps)
        finally:
            self._hart.on_trap = listener
        for record in traps if listener else ():
            listener(record)  # type: ignore[misc]
        return step

    def _interrupt(self, traps: list[TrapRecord]) -> Step | None:
        address = self.pc
        stop = self.take_interrupt()
        if stop:
            return Step(address, 0, "", (), (), stop.message, stop)
        if traps:
            return Step(address, 0, "", (), (), trap_sentence(traps[0]), None, traps[0])
        return None

    def _execute(self, traps: list[TrapRecord]) -> Step:
        address, before, retired = self.pc, list(self.registers), self.instret
        try:
            word = self._hart.mmu.peek_instruction(address)
            text = disassemble(word, address)
        except Trap:
            word, text = 0, ""
        moment = Moment.now(self._hart, word)
        stop = self.advance(1)
        if traps:
            sentence = trap_sentence(traps[0], text)
            return Step(address, word, text, (), (), sentence, stop, traps[0])
        if moment is None or self.instret == retired:
            return Step(address, word, text, (), (), stop.message if stop else "", stop)
        changed = tuple(n for n in range(32) if self.registers[n] != before[n])
        return Step(address, word, text, changed, moment.written, moment.explain(), stop)

    def _guarded(self, action: Callable[[], None]) -> Stop | None:
        """Do something that may end a run; return what ended it."""
        hart, watch = self._hart, self._board.watch
        watch.forget()
        try:
            action()
            hart.settle()
        except BreakpointReached:
            return breakpoint_reached(hart.pc)
        except WatchpointReached as reached:
            hart.settle()
            return watchpoint_reached(reached.hits)
        except Waiting:
            return waiting()
        except TimeUp:
            hart.settle()
            return time_limit()
        except Unhandled as problem:
            stop = unhandled(problem.trap, hart.pc)
            if problem.trap.cause != Cause.BREAKPOINT:
                self.stop = stop
            return stop
        except OutputFull as full:
            self.stop = output_full(full.limit)
        except Exited as exit_:
            self.stop = exited(exit_.code)
        return self.stop

    # --- memory ---

    def read_memory(self, address: int, size: int) -> bytes:
        """Return the bytes of RAM; what lies outside RAM reads as 0, and devices see nothing."""
        start = address - RAM_BASE
        stop = start + size
        inside = self._board.ram.bytes[max(start, 0) : max(stop, 0)]
        before = min(max(-start, 0), size)
        return bytes(before) + bytes(inside) + bytes(size - before - len(inside))

    def write_memory(self, address: int, data: bytes) -> None:
        """Put bytes into RAM. Raises ValueError, and writes nothing, outside RAM."""
        offset = address - RAM_BASE
        if not 0 <= offset <= self._board.ram.size - len(data):
            raise ValueError(f"{len(data)} bytes at {address:#x} do not lie in RAM")
        if data:
            self._board.ram.write(offset, data)

    def read_disk(self, offset: int, size: int) -> bytes:
        """Return bytes of the disk as it is now; what lies behind its end reads as 0."""
        disk = self._board.disk
        first, last = offset // SECTOR_BYTES, min(-(-(offset + size) // SECTOR_BYTES), disk.sectors)
        data = disk.read(first, last - first) if last > first else b""
        start = offset - first * SECTOR_BYTES
        return data[start : start + size].ljust(size, b"\0")

    def dirty_pages(self) -> list[int]:
        """Return the addresses of the pages of RAM written since ``clean_pages`` or reset."""
        return [RAM_BASE + (page << PAGE_SHIFT) for page in self._board.ram.dirty_pages()]

    def clean_pages(self) -> None:
        """Begin to track dirty pages anew."""
        self._board.ram.clean()

    # --- state ---

    def clone(self) -> "Machine":
        """Return another machine in the same state, with the same future."""
        return Machine.from_state(self.state(), self.engine)

    def state(self) -> State:
        """Return the state as values that stay as they are."""
        board = self._board
        board.ram.copy_changed(self._copies)
        return State(
            board.limits,
            board.options,
            board.tohost,
            board.fromhost,
            hart_state.to_json(self._hart),
            board.devices_json(),
            self.output,
            self.stop,
            dict(self._copies),
            tuple(board.ram.dirty_pages()),
            board.ram.dirty_count,
            board.disk_image,
            board.disk.changed_pages,
        )

    def snapshot(self, base: State | None = None) -> bytes:
        """Return the machine as bytes; ``snapshot.py`` documents the format.

        With an earlier state as the base, only pages that have changed since are stored.
        """
        return snapshot.to_bytes(self.state(), base)

    @classmethod
    def restore(
        cls, data: bytes, engine: Engine = Engine.TRANSLATOR, base: State | None = None
    ) -> "Machine":
        """Return the machine of a snapshot, which needs the base that it was made with.

        Raises ValueError for damaged data and for another base.
        """
        return cls.from_state(snapshot.from_bytes(data, base), engine)
