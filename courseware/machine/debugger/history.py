"""The past of a machine: checkpoints, the input that it was given, and going back by both.

A moment is a ``Position``. The machine is a function of its program, its input and the position:
nothing else decides what it does. So any earlier moment is reached by restoring the checkpoint
before it and running on, giving the recorded input where it was given.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from courseware.machine.machine import MAX_WAIT_CYCLES, POLL_CYCLES, Console, Machine, Step
from courseware.machine.state import State
from courseware.machine.stop import Stop, StopReason, time_limit

MAX_CHECKPOINTS = 16
MAX_INPUTS = 4_096  # times that input was given
MAX_INPUT_BYTES = 65_536


class Position(NamedTuple):
    """A moment between two steps: cycles since reset, and traps taken.

    An interrupt takes no cycle, so that the cycle alone does not tell whether it was taken.
    """

    cycle: int
    traps: int


START = Position(0, 0)


@dataclass(frozen=True)
class Input:
    """Bytes that a console was given, and took, at a position."""

    position: Position
    console: Console
    data: bytes


@dataclass(frozen=True)
class Checkpoint:
    """A state, its position, and how many inputs it has seen."""

    position: Position
    inputs: int
    state: State


def position_of(machine: Machine) -> Position:
    """Return the moment that a machine is at."""
    return Position(machine.cycle, machine.traps_taken)


class History:
    """A machine and how it came to be what it is.

    ``start`` returns the machine at its first moment; ``adopt`` is called with each machine that
    takes the place of the one before.
    """

    def __init__(self, start: Callable[[], Machine], adopt: Callable[[Machine], None]) -> None:
        self._start = start
        self._adopt = adopt
        self.checkpoints: list[Checkpoint] = []
        self.inputs: list[Input] = []
        self.seen = 0  # of the inputs; the others came after now, and will come again
        self.machine = start()
        adopt(self.machine)

    @property
    def position(self) -> Position:
        """Return where the machine is."""
        return position_of(self.machine)

    # --- forwards ---

    def send(self, data: bytes, console: Console) -> int:
        """Give a console input; return how many bytes it took.

        What was to come after this moment is forgotten: the future is another one.
        """
        inputs = self.inputs[: self.seen]
        room = MAX_INPUT_BYTES - sum(len(item.data) for item in inputs)
        if len(inputs) >= MAX_INPUTS:
            room = 0
        taken = self.machine.send(data[:room], console)
        if taken:
            self.inputs = [*inputs, Input(self.position, console, data[:taken])]
            self.seen += 1
        return taken

    def give_input(self) -> None:
        """Give the machine what it was given at this moment before."""
        while self.seen < len(self.inputs):
            item = self.inputs[self.seen]
            if item.position > self.position:
                return
            self.machine.send(item.data, item.console)
            self.seen += 1

    def run_to(
        self,
        cycle: int,
        until: frozenset[int] = frozenset(),
        deadline: Callable[[], bool] | None = None,
    ) -> Stop | None:
        """Run to a cycle, keeping checkpoints; return what ended the run before it."""
        while self.machine.cycle < cycle:
            self.keep_checkpoint()
            self._reach_input()
            end = min(cycle, self.machine.cycle + POLL_CYCLES, self._next_input_cycle(cycle))
            stop = self.machine.advance(end - self.machine.cycle, until, deadline)
            self.give_input()
            if stop is not None:
                return stop
            if deadline is not None and deadline():
                return time_limit()
        return None

    def _next_input_cycle(self, cycle: int) -> int:
        """Return the cycle of the next input that is not of the present cycle."""
        for item in self.inputs[self.seen :]:
            if item.position.cycle > self.machine.cycle:
                return item.position.cycle
        return cycle

    def _reach_input(self) -> None:
        """Take the interrupts after which input was given in this cycle."""
        while self.seen < len(self.inputs):
            position = self.inputs[self.seen].position
            if position.cycle != self.machine.cycle:
                return
            before = self.seen
            self._take_interrupts(position.traps)
            if self.seen == before:
                return

    def _take_interrupts(self, traps: int | None = None) -> None:
        """Take the interrupts that are due, up to a number of traps; execute nothing."""
        while traps is None or self.machine.traps_taken < traps:
            before = self.machine.traps_taken
            stop = self.machine.take_interrupt()
            self.give_input()
            if stop is not None or self.machine.traps_taken == before:
                return

    def step(self) -> Step:
        """Do one step of the machine."""
        self.keep_checkpoint()
        step = self.machine.step(self._longest_wait())
        self.give_input()
        return step

    def pass_breakpoint(self) -> Stop | None:
        """Do one step without telling of it; return what stopped the machine."""
        self.keep_checkpoint()
        if self.machine.waiting:
            stop = self.machine.wait(self._longest_wait())
        else:
            stop = self.machine.pass_breakpoint()
        self.give_input()
        return stop

    def _longest_wait(self) -> int:
        return self._next_input_cycle(self.machine.cycle + MAX_WAIT_CYCLES) - self.machine.cycle

    def hits(self, end: Position, breakpoints: frozenset[int]) -> Iterator[tuple[Position, Stop]]:
        """Run to a moment, and yield where a breakpoint or watchpoint was hit before it."""
        while self.position < end:
            stop = self.run_to(end.cycle, breakpoints)
            if stop is None or self.position >= end:
                return
            yield self.position, stop
            if stop.reason is StopReason.BREAKPOINT:
                stop = self.pass_breakpoint()
                if stop is not None and self.position < end:
                    yield self.position, stop

    def resume(
        self, now: State, checkpoints: Sequence[Checkpoint], inputs: Sequence[Input], seen: int
    ) -> None:
        """Take over what was stored. Raises ValueError for an impossible state."""
        self.checkpoints, self.inputs = list(checkpoints), list(inputs)
        self._resume(now, seen)

    # --- backwards ---

    def go_back_a_step(self) -> bool:
        """Go to the moment before the last step; False at the start."""
        now, was_stopped = self.position, self.machine.stop is not None
        self.go_to_cycle(now.cycle)
        if was_stopped and self.machine.stop is None:
            # What stopped it did not retire: the stop alone is taken back.
            self._take_interrupts(now.traps)
            return True
        if self.position.traps < now.traps:  # the last step was an interrupt in this cycle
            self._take_interrupts(now.traps - 1)
            return True
        if now.cycle == 0:
            return False
        self.go_to_cycle(now.cycle - 1)
        if self.machine.waiting:
            self._go_to_start_of_wait()
        else:
            self._take_interrupts()
        return True

    def go_to(self, position: Position) -> None:
        """Go to an earlier moment."""
        self.go_to_cycle(position.cycle)
        self._take_interrupts(position.traps)

    def go_to_cycle(self, cycle: int) -> None:
        """Go to the first moment of a cycle that is not later than now."""
        self.restore(cycle)
        self.go_on_to_cycle(cycle)

    def go_on_to_cycle(self, cycle: int) -> None:
        """Do again what was done up to a cycle, whatever watchpoints say."""
        while self.machine.cycle < cycle and self.machine.stop is None:
            self.run_to(cycle)
        self.give_input()

    def restore(self, cycle: int) -> None:
        """Go to the last checkpoint before a cycle, or to the start."""
        self.checkpoints = [c for c in self.checkpoints if c.position.cycle < cycle]
        if self.checkpoints:
            newest = self.checkpoints[-1]
            self._resume(newest.state, newest.inputs)
        else:
            self.seen = 0
            self._take_over(self._start())
            self.give_input()

    def _resume(self, state: State, seen: int) -> None:
        self.seen = seen
        self._take_over(Machine.from_state(state, self.machine.engine))

    def _take_over(self, machine: Machine) -> None:
        self.machine = machine
        self._adopt(machine)

    def _go_to_start_of_wait(self) -> None:
        """Go to the first moment of the present wait, in which no instruction retires."""
        last, retired = self.machine.cycle, self.machine.instret
        self.restore(last)
        while self.machine.instret == retired:  # a checkpoint in the wait
            self.restore(self.machine.cycle)
        before, seen = self.machine.state(), self.seen
        while last - before.cycle > 1:
            middle = (before.cycle + last) // 2
            self.go_on_to_cycle(middle)
            if self.machine.instret < retired:
                before, seen = self.machine.state(), self.seen
            else:
                last = middle
                self._resume(before, seen)
        self.go_on_to_cycle(last)
        self.checkpoints = [c for c in self.checkpoints if c.position.cycle < last]

    # --- checkpoints ---

    def keep_checkpoint(self) -> None:
        """Keep the present state when the newest checkpoint is old enough."""
        newest = self.checkpoints[-1].position.cycle if self.checkpoints else 0
        if self.machine.cycle - newest < POLL_CYCLES:
            return
        self.checkpoints.append(Checkpoint(self.position, self.seen, self.machine.state()))
        if len(self.checkpoints) > MAX_CHECKPOINTS:
            thin(self.checkpoints)


def thin(checkpoints: list[Checkpoint]) -> None:
    """Drop the checkpoint that is missed least: the older, the wider the gaps may be."""
    now = checkpoints[-1].position.cycle + POLL_CYCLES
    times = [0, *(checkpoint.position.cycle for checkpoint in checkpoints), now]

    def gap_for_its_age(index: int) -> float:
        before, after = times[index], times[index + 2]
        return (after - before) / (now - before)

    del checkpoints[min(range(len(checkpoints)), key=gap_for_its_age)]
