"""Two machines with one program, each on its engine, compared after every slice of time.

The first runs on the interpreter, and is the reference. The second may be stored and restored on
the way, and its slices may be cut differently: neither must make a difference.
"""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from courseware.machine.hart import tlb
from courseware.machine.machine import Engine, Machine
from courseware.machine.state import State
from courseware.machine.stop import Stop, StopReason
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
    with patch.object(tlb, "MAX_ENTRIES", built.tlb_entries):
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
    """Run in several parts; return the last one's stop."""
    end = machine.cycle + run.cycles
    size = -(-run.cycles // run.parts)
    stop = machine.run(min(size, run.cycles), run.until)
    while stop.reason is StopReason.INSTRUCTION_LIMIT and machine.cycle < end:
        stop = machine.run(min(size, end - machine.cycle), run.until)
    return stop


def _do_change(machine: Machine, change: Change) -> None:
    match change.what:
        case "send":
            machine.send(change.data)
        case "clean":
            machine.clean_pages()
        case "register":
            machine.registers[change.address] = int.from_bytes(change.data, "little")
        case _:
            machine.write_memory(change.address, change.data)


def _differing_outcomes(first: Callable[[], Stop], second: Callable[[], Stop]) -> str:
    outcomes = []
    for run in (first, second):
        try:
            stop = run()
        except Exception as error:  # whatever it is, no program may cause it
            where = traceback.extract_tb(error.__traceback__)[-1]
            name = type(error).__name__
            return f"raised {name}: {error} ({Path(where.filename).name}:{where.lineno})"
        # The limit's message tells the size of the last part.
        is_limit = stop.reason is StopReason.INSTRUCTION_LIMIT
        outcomes.append(stop.reason.value if is_limit else str(stop))
    return "" if outcomes[0] == outcomes[1] else f"stop: {outcomes[0]} / {outcomes[1]}"


def differing(first: State, second: State) -> str:
    """Return how two states differ, or "" if they do not."""
    if first == second:
        return ""
    names = [f.name for f in fields(State) if getattr(first, f.name) != getattr(second, f.name)]
    told = []
    for name in names:
        one, other = getattr(first, name), getattr(second, name)
        if isinstance(one, Mapping):
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            told += [f"{name}.{key}: {_told(one.get(key), other.get(key))}" for key in keys]
        else:
            told.append(f"{name}: {_told(one, other)}")
    return "; ".join(told)


def _told(one: Any, other: Any) -> str:
    """Return two values, or where two sequences of one length or two mappings differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return ", ".join(
            f"{k} {one.get(k)} / {other.get(k)}"
            for k in {**one, **other}
            if one.get(k) != other.get(k)
        )
    if isinstance(one, list | bytes) and isinstance(other, list | bytes) and len(one) == len(other):
        places = [i for i in range(len(one)) if one[i] != other[i]]
        return ", ".join(f"[{i:#x}] {one[i]} / {other[i]}" for i in places[:4])
    return f"{one} / {other}"
