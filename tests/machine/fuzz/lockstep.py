"""Two machines with one program, each on its engine, compared after every slice of time.

The first runs on the interpreter, and is the reference. The second may be stored and restored on
the way, and its slices may be cut differently: neither must make a difference.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from random import Random

from courseware.machine.machine import Engine, Machine
from courseware.machine.state import State
from courseware.machine.stop import Stop
from tests.machine.fuzz.cases import Built, Case, build
from tests.machine.fuzz.layout import CODE, FREE

MAX_CYCLES = 6_000
_SLICES = (1, 1, 2, 3, 7, 20, 64, 64, 200, 1_000, 1_000, 2_500)


@dataclass(frozen=True)
class Run:
    """Run both for some cycles. ``parts`` cuts the reference's slice."""

    cycles: int
    until: frozenset[int] = frozenset()
    parts: int = 1


@dataclass(frozen=True)
class Restore:
    """Let the second go on from a snapshot: of its own, or of the reference."""

    of_reference: bool


@dataclass(frozen=True)
class Change:
    """Change both from outside: memory, a register, console input, dirty pages forgotten."""

    what: str
    address: int = 0
    data: bytes = b""


Action = Run | Restore | Change


def plan(case: Case, built: Built) -> tuple[Action, ...]:
    """Return how the program of a case is run."""
    random = Random(f"{case.kind} {case.seed} plan")
    actions: list[Action] = []
    left = MAX_CYCLES
    while left > 0:
        cycles = min(left, random.choice(_SLICES))
        left -= cycles
        if random.random() < 0.2:
            until = random.sample(built.starts, random.choice((1, 2, 10)))
            actions.append(Run(cycles, frozenset(until)))
        else:
            actions.append(Run(cycles, parts=random.choice((1, 1, 1, 2, 5)) if cycles > 9 else 1))
        if random.random() < 0.06:
            actions.append(Restore(random.random() < 0.5))
        if random.random() < 0.06:
            actions.append(_change(random))
    return tuple(actions)


def _change(random: Random) -> Change:
    match random.randrange(5):
        case 0:
            return Change("send", data=random.randbytes(random.randint(1, 3)))
        case 1:
            return Change("clean")
        case 2:
            return Change("register", address=random.randrange(10, 16), data=random.randbytes(4))
        case 3:
            return Change("memory", address=FREE + random.randrange(64), data=random.randbytes(3))
        case _:  # a short instruction in the middle of the code
            bits = (0x0505 + 4 * random.randrange(8)).to_bytes(2, "little")
            return Change("memory", address=CODE + 2 * random.randrange(0x400), data=bits)


def difference(case: Case, second: Engine = Engine.TRANSLATOR) -> str:
    """Run a case; return what differed between the engines, or what was raised; "" if nothing."""
    built = build(case)
    return compare(built, plan(case, built), second)


def compare(built: Built, actions: tuple[Action, ...], second: Engine = Engine.TRANSLATOR) -> str:
    """Do the actions on both machines; return what differed first, or "" if nothing did."""
    pair = Pair(built, second)
    for number, action in enumerate(actions):
        found = pair.do(action)
        if found:
            return f"action {number}, {action}: {found}"
    return ""


class Pair:
    """The reference, and the machine that is compared with it."""

    def __init__(self, built: Built, second: Engine) -> None:
        self._engine = second
        self.reference, self.second = (
            Machine(
                built.program,
                built.limits,
                options=built.options,
                disk=built.disk,
                engine=engine,
            )
            for engine in (Engine.INTERPRETER, second)
        )

    def do(self, action: Action) -> str:
        """Do an action on both; return how they differ then, or "" if they do not."""
        match action:
            case Run():
                found = _differing_outcomes(
                    lambda: _run_in_parts(self.reference, action),
                    lambda: self.second.run(action.cycles, action.until),
                )
            case Restore(of_reference):
                source = self.reference if of_reference else self.second
                self.second = Machine.restore(source.snapshot(), self._engine)
                found = ""
            case Change():
                _do_change(self.reference, action)
                _do_change(self.second, action)
                found = ""
        return found or differing(self.reference.state(), self.second.state())


def _run_in_parts(machine: Machine, run: Run) -> Stop:
    """Run in several parts; the stop is as if it were one run."""
    end = machine.cycle + run.cycles
    for _ in range(run.parts - 1):
        stop = machine.run(max(1, run.cycles // run.parts))
        if machine.cycle >= end or stop.reason != _LIMIT:
            return machine.run(max(0, end - machine.cycle)) if stop.reason == _LIMIT else stop
    stop = machine.run(end - machine.cycle, run.until)
    return _whole(stop, run.cycles)


def _differing_outcomes(first: Callable[[], Stop], second: Callable[[], Stop]) -> str:
    outcomes = []
    for run in (first, second):
        try:
            outcomes.append(str(run()))
        except Exception as error:  # whatever it is, no program may cause it
            return f"raised {type(error).__name__}: {error}"
    return "" if outcomes[0] == outcomes[1] else f"{outcomes[0]} / {outcomes[1]}"
