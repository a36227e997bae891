"""A debugging session: the actions forwards and backwards, and what the last one changed.

Going back is exact because nothing but the program and the recorded input decides what the
machine does (``history.py``); who writes into ``machine`` from outside loses it.
"""

from collections.abc import Callable, Collection

from courseware.machine.debugger import storage
from courseware.machine.debugger.history import START, History
from courseware.machine.debugger.timeline import Timeline, TrapEvent
from courseware.machine.hart.traps import TrapRecord
from courseware.machine.isa.decoder import decode
from courseware.machine.isa.instruction import Decoded
from courseware.machine.machine import Console, Engine, Machine, Step
from courseware.machine.program import Program
from courseware.machine.registers import REGISTER_NUMBERS, SP
from courseware.machine.state import (
    DEFAULT_LIMITS,
    DEFAULT_OPTIONS,
    MachineLimits,
    MachineOptions,
)
from courseware.machine.stop import (
    Stop,
    StopReason,
    breakpoint_reached,
    hexadecimal,
    instruction_limit,
    time_limit,
)
from courseware.machine.trap import Trap
from courseware.machine.watch import Watchpoint

MAX_BREAKPOINTS = 256
MAX_WATCHPOINTS = 16
MAX_WATCHPOINT_BYTES = 4_096

# The registers that a return jumps through: the calling convention's link registers.
_LINKS = (REGISTER_NUMBERS["ra"], REGISTER_NUMBERS["t0"])

# The size of an auipc, behind which the rest of a far call stands.
_PAIR_OFFSET = 4

# The way out of a function is gone step by step, which is slow; calls on it are not counted.
MAX_STEPS_OUT = 1_000_000
# Steps of the way out of a function between two looks at the deadline.
_STEPS_A_POLL = 256

Deadline = Callable[[], bool]


class Debugger:
    """A session: ``machine`` now, ``last`` what a step did, ``changed`` what the action changed.

    ``last`` is None after any other action than a step. ``changed`` holds the numbers of the
    registers that differ from what they were before the last action. Actions may replace
    ``machine``; ask for it anew.
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
        """Start at the program's entry. Raises ValueError when it does not fit into memory."""
        self.program = program
        self.last: Step | None = None
        self.changed: frozenset[int] = frozenset()
        self._start = lambda: Machine(program, limits, options=options, disk=disk, engine=engine)
        self._breakpoints: frozenset[int] = frozenset()
        self._watchpoints: tuple[Watchpoint, ...] = ()
        self._begin()

    def _begin(self) -> None:
        self._timeline = Timeline()
        self._history = History(self._start, self._adopt)

    def _adopt(self, machine: Machine) -> None:
        def note_trap(record: TrapRecord) -> None:
            self._timeline.add(machine.traps_taken, record)

        machine.on_trap(note_trap)
        machine.watch(self._watchpoints)

    @property
    def machine(self) -> Machine:
        """Return the machine as it is now."""
        return self._history.machine

    @property
    def traps(self) -> tuple[TrapEvent, ...]:
        """Return the last traps up to now, oldest first."""
        return self._timeline.events

    # --- breakpoints and watchpoints ---

    @property
    def breakpoints(self) -> tuple[int, ...]:
        """Return the addresses before which the machine stops."""
        return tuple(sorted(self._breakpoints))

    def add_breakpoint(self, address: int) -> None:
        """Stop before an instruction.

        Raises ValueError, in Japanese, for too many, and for odd addresses.
        """
        if address % 2:
            raise ValueError(
                f"{hexadecimal(address)} は奇数です。命令は偶数の番地にあるので、"
                "命令の番地を指定してください。"
            )
        if len(self._breakpoints | {address}) > MAX_BREAKPOINTS:
            raise ValueError(f"ブレークポイントは {MAX_BREAKPOINTS} 個までです。")
        self._breakpoints |= {address}

    def remove_breakpoint(self, address: int) -> bool:
        """Stop there no more; say whether there was a breakpoint."""
        was_there = address in self._breakpoints
        self._breakpoints -= {address}
        return was_there

    @property
    def watchpoints(self) -> tuple[Watchpoint, ...]:
        """Return the bytes after whose writes the machine stops."""
        return self._watchpoints

    def add_watchpoint(self, address: int, size: int) -> None:
        """Stop after writes to bytes of RAM, by physical address.

        Raises ValueError, in Japanese, for too many, too large ones, and bytes outside RAM.
        """
        if not 1 <= size <= MAX_WATCHPOINT_BYTES:
            raise ValueError(f"監視できるのは 1 から {MAX_WATCHPOINT_BYTES:,} バイトまでです。")
        self._watch((*self._watchpoints, Watchpoint(address, size)))

    def remove_watchpoint(self, address: int, size: int) -> bool:
        """Watch bytes no more; say whether there was such a watchpoint."""
        point = Watchpoint(address, size)
        was_there = point in self._watchpoints
        self._watch(tuple(other for other in self._watchpoints if other != point))
        return was_there

    def _watch(self, watchpoints: tuple[Watchpoint, ...]) -> None:
        wanted = tuple(sorted(set(watchpoints)))
        if len(wanted) > MAX_WATCHPOINTS:
            raise ValueError(f"ウォッチポイントは {MAX_WATCHPOINTS} 個までです。")
        try:
            self.machine.watch(wanted)
        except ValueError as error:
            raise ValueError("監視できるのは RAM の中のバイトだけです。") from error
        self._watchpoints = wanted

    # --- forwards ---

    def step(self) -> Step | None:
        """Do one step (``Machine.step``) and return what it did; None after a stop for good."""
        if self.machine.stop is not None:
            return None
        self.last = self._history.step()
        self.changed = frozenset(self.last.changed_registers)
        return self.last

    def run(
        self,
        max_instructions: int,
        until: Collection[int] = (),
        deadline: Deadline | None = None,
    ) -> Stop:
        """Run as ``Machine.run`` does, to the next breakpoint or watchpoint at most."""
        before, end = list(self.machine.registers), self.machine.cycle + max_instructions
        stops = self._breakpoints | frozenset(until)
        stop = self.machine.stop
        if stop is None and self.machine.pc in stops and max_instructions > 0:
            stop = self._history.pass_breakpoint()
        stop = stop or self._history.run_to(end, stops, deadline)
        self._note_changes(before)
        return stop or self.machine.limit_reached(max_instructions)

    def step_over(self, max_instructions: int, deadline: Deadline | None = None) -> Stop | None:
        """Do one step, but a call up to its return; None: done, else what ended it before.

        An auipc whose register the next instruction calls through is part of the call: the
        assembler's ``call`` is these two.
        """
        machine = self.machine
        is_going = machine.stop is None and not machine.waiting
        is_pair = is_going and _begins_call(machine)
        if not is_going or (_return_address(machine) is None and not is_pair):
            step = self.step()
            return step.stop if step else machine.stop
        before, end = list(machine.registers), machine.cycle + max_instructions
        stop = self._call_pair(end, deadline) if is_pair else self._call_here(end, deadline)
        self._note_changes(before)
        return self._limited(stop, max_instructions)

    def _call_pair(self, end: int, deadline: Deadline | None) -> Stop | None:
        """Do the auipc, and the call behind it unless an interrupt or a breakpoint is there."""
        call = self.machine.pc + _PAIR_OFFSET
        stop = self._history.pass_breakpoint()
        if stop is not None or self.machine.pc != call:
            return stop
        return (
            breakpoint_reached(call)
            if call in self._breakpoints
            else self._call_here(end, deadline)
        )

    def _call_here(self, end: int, deadline: Deadline | None) -> Stop | None:
        address = _return_address(self.machine)
        return None if address is None else self._call(address, end, deadline)

    @property
    def may_return(self) -> bool:
        """Say whether there can be something to return from: a call or a trap."""
        registers = self.machine.registers
        return bool(registers[_LINKS[0]] or self.machine.traps_taken or self._is_millicode())

    def _is_millicode(self) -> bool:
        """Say whether t0 holds an address behind a call through it."""
        link = _LINKS[1]
        behind = self.machine.registers[link]
        for length in (2, 4):
            decoded = _at(self.machine, behind - length)
            is_call = decoded is not None and decoded.instruction.mnemonic in ("jal", "jalr")
            if decoded and is_call and decoded.fields["rd"] == link and decoded.length == length:
                return True
        return False

    def step_out(self, max_instructions: int, deadline: Deadline | None = None) -> Stop | None:
        """Run until the present function, or trap handler, has returned; None: it has.

        MAX_STEPS_OUT is a limit, too, for the instructions outside of further calls.
        """
        before, end = list(self.machine.registers), self.machine.cycle + max_instructions
        stop = self.machine.stop or self._return(end, deadline)
        self._note_changes(before)
        is_at_end = self.machine.cycle >= end
        return self._limited(stop, max_instructions if is_at_end else MAX_STEPS_OUT)

    def send(self, data: bytes, console: Console = Console.UART) -> int:
        """Give a console input; return how many bytes it took.

        Going back and forwards again gives it at the same moment again, until other input is
        given earlier.
        """
        return self._history.send(data, console)

    def _call(self, return_address: int, end: int, deadline: Deadline | None) -> Stop | None:
        """Run a call until it returns with no more on the stack than before."""
        machine = self.machine
        sp = machine.registers[SP]
        stop = self._history.pass_breakpoint()
        while stop is None:
            stop = self._history.run_to(end, self._breakpoints | {return_address}, deadline)
            if stop is None:
                return instruction_limit(0)
            if not _is_breakpoint(stop) or machine.pc != return_address:
                return stop
            if machine.registers[SP] >= sp:
                return None
            if return_address in self._breakpoints:
                return stop
            stop = self._history.pass_breakpoint()  # a deeper call has returned
        return stop

    def _return(self, end: int, deadline: Deadline | None) -> Stop | None:
        steps = 0
        handlers = 0  # entered on the way and not yet left
        start = self.machine.cycle
        while self.machine.cycle < end and steps < MAX_STEPS_OUT:
            machine = self.machine
            if machine.pc in self._breakpoints and machine.cycle > start:
                return breakpoint_reached(machine.pc)
            decoded, traps = _next(machine), machine.traps_taken
            call = _return_address(machine)
            stop = self._call(call, end, deadline) if call else self._history.pass_breakpoint()
            if stop is not None:
                return stop
            if call is None and machine.traps_taken > traps:
                handlers += 1
            elif decoded is not None and decoded.instruction.mnemonic in ("mret", "sret"):
                handlers -= 1
                if handlers < 0:
                    return None
            elif handlers == 0 and decoded is not None and _is_return(decoded):
                return None
            steps += 1
            if deadline is not None and steps % _STEPS_A_POLL == 0 and deadline():
                return time_limit()
        return instruction_limit(0)

    def _limited(self, stop: Stop | None, max_instructions: int) -> Stop | None:
        """Return a stop, with the limit that it is about."""
        if stop is not None and stop.reason is StopReason.INSTRUCTION_LIMIT:
            return self.machine.limit_reached(max_instructions)
        return stop

    # --- backwards ---

    def step_back(self) -> bool:
        """Take back the last step, or the stop in front of one; False at the start."""
        before = list(self.machine.registers)
        has_gone = self._history.go_back_a_step()
        self._arrive(before)
        return has_gone

    def reverse_continue(self) -> Stop | None:
        """Go back to the last breakpoint or watchpoint that was hit; None: to the start."""
        before = list(self.machine.registers)
        stop = self._find_last_hit()
        self._arrive(before)
        return stop

    def _find_last_hit(self) -> Stop | None:
        history = self._history
        end = history.position
        while True:
            history.restore(end.cycle)
            begin, last = history.position, None
            for position, stop in history.hits(end, self._breakpoints):
                last = position, stop
            if last is not None:
                history.go_to(last[0])
                return last[1]
            if begin.cycle == 0:
                history.restore(0)
                return None
            end = begin

    def reset(self) -> None:
        """Go back to the start, and forget the future: all but input given before the start."""
        given = [item for item in self._history.inputs if item.position == START]
        self.last, self.changed = None, frozenset()
        self._begin()
        for item in given:
            self._history.send(item.data, item.console)

    def _arrive(self, before: list[int]) -> None:
        """Take note of having gone back."""
        self._timeline.cut(self.machine.traps_taken)
        self._note_changes(before)

    def _note_changes(self, before: list[int]) -> None:
        self.last = None
        after = self.machine.registers
        self.changed = frozenset(n for n in range(32) if before[n] != after[n])

    # --- storing ---

    def to_bytes(self) -> bytes:
        """Return the whole session, with as many checkpoints as their size allows."""
        return storage.to_bytes(
            storage.Session(
                self.program,
                self.machine.state(),
                self._history.checkpoints,
                self._history.inputs,
                self._history.seen,
                self._timeline,
                self.breakpoints,
                self._watchpoints,
                self.changed,
                self.last,
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes, engine: Engine = Engine.TRANSLATOR) -> "Debugger":
        """Return the session of ``to_bytes``. Raises ValueError for damaged data."""
        stored = storage.from_bytes(data)
        now = stored.now
        debugger = cls(
            stored.program, now.limits, options=now.options, disk=now.disk, engine=engine
        )
        debugger._history.resume(stored.now, stored.checkpoints, stored.inputs, stored.seen)
        debugger._timeline = stored.timeline
        if len(stored.breakpoints) > MAX_BREAKPOINTS:
            raise ValueError("breakpoints: too many")
        debugger._breakpoints = frozenset(stored.breakpoints)
        debugger._watch(stored.watchpoints)
        debugger.last, debugger.changed = stored.last, stored.changed
        return debugger


def _is_breakpoint(stop: Stop) -> bool:
    """Say whether a stop is one in front of an address, not that of an ebreak."""
    return stop.reason is StopReason.BREAKPOINT and stop.cause is None


def _next(machine: Machine) -> Decoded | None:
    """Return the instruction at pc; None when there is none."""
    return _at(machine, machine.pc)


def _at(machine: Machine, address: int) -> Decoded | None:
    try:
        return decode(machine.hart.mmu.peek_instruction(address & 0xFFFF_FFFF))
    except Trap:
        return None


def _begins_call(machine: Machine) -> bool:
    """Say whether an auipc is at pc, and a call through its register behind it."""
    first, second = _next(machine), _at(machine, machine.pc + _PAIR_OFFSET)
    if first is None or second is None or first.instruction.mnemonic != "auipc":
        return False
    is_call = second.instruction.mnemonic == "jalr" and second.fields["rd"] != 0
    return is_call and second.fields["rs1"] == first.fields["rd"]


def _return_address(machine: Machine) -> int | None:
    """Return where the call at pc returns to; None when it is no call."""
    decoded = _next(machine)
    if decoded is None or decoded.instruction.mnemonic not in ("jal", "jalr"):
        return None
    return machine.pc + decoded.length if decoded.fields["rd"] else None


def _is_return(decoded: Decoded) -> bool:
    fields = decoded.fields
    is_jump = decoded.instruction.mnemonic == "jalr" and fields["rd"] == 0
    return is_jump and fields["rs1"] in _LINKS
