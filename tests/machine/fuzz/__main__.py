"""Runs many random programs in lockstep on both engines (``make fuzz N=… SEED=…``).

With one argument, ``KIND:SEED``, it runs that case alone, and makes it small when it fails
(``make fuzz CASE=…``).
"""

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from typing import NoReturn

from tests.machine.fuzz.cases import KINDS, Case, build
from tests.machine.fuzz.lockstep import compare, difference, plan
from tests.machine.fuzz.shrink import listing, shrink

MAX_TOLD = 10  # failures that are printed
MAX_SECONDS = 120  # a case that takes longer hangs: a good one takes a few hundredths
_CHUNK = 20  # cases that a process takes at a time


@dataclass(frozen=True)
class Outcome:
    """How a case ended; ``problem`` is "" when both engines did the same."""

    name: str
    kind: str
    problem: str


def main(arguments: list[str]) -> int:
    """Run what the arguments say; return the exit status."""
    match arguments:
        case [name] if ":" in name:
            return _run_one(name)
        case [count, seed] if count.isascii() and count.isdecimal():
            return _run_many(int(count), seed)
    print(
        "個数と種、または「種類:番号」を指定してください: make fuzz N=20000 SEED=1\n"
        "  make fuzz CASE=種類:番号\n"
        f"種類: {'、'.join(KINDS)}",
        file=sys.stderr,
    )
    return 2


def case_of(name: str) -> Case:
    """Return the case of a name, KIND:SEED. Raises KeyError for an unknown kind."""
    kind, _, seed = name.partition(":")
    if kind not in KINDS:
        raise KeyError(kind)
    return Case.of(kind, seed)


def names(count: int, seed: str) -> Iterator[str]:
    """Return the names of so many cases, the kinds in turn."""
    kinds = tuple(KINDS)
    for number in range(count):
        yield f"{kinds[number % len(kinds)]}:{seed}-{number}"


def _run_many(count: int, seed: str) -> int:
    run: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    with Pool() as pool:
        for outcome in pool.imap_unordered(_outcome, names(count, seed), chunksize=_CHUNK):
            run[outcome.kind] += 1
            if outcome.problem:
                failed[outcome.kind] += 1
                if failed.total() <= MAX_TOLD:
                    print(f"{outcome.name}\n    {outcome.problem}", flush=True)
    for kind in KINDS:
        print(f"{kind:18} {run[kind]:6} 本、食い違い {failed[kind]} 本")
    if failed:
        print(f"{failed.total()} 本で食い違いました。make fuzz CASE=種類:番号 で調べられます。")
        return 1
    print(f"{run.total()} 本のすべてで、二つのエンジンの状態が一致しました。")
    return 0


def _outcome(name: str) -> Outcome:
    case = case_of(name)
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(MAX_SECONDS)
    try:
        return Outcome(name, case.kind, difference(case))
    finally:
        signal.alarm(0)


def _end(*_: object) -> NoReturn:
    raise TimeoutError(f"{MAX_SECONDS} s")


def _run_one(name: str) -> int:
    try:
        case = case_of(name)
    except KeyError:
        print(f"そのような種類はありません。種類: {'、'.join(KINDS)}", file=sys.stderr)
        return 2
    built = build(case)
    actions = plan(case, built)
    problem = compare(built, actions)
    if not problem:
        print("二つのエンジンの状態が一致しました。")
        return 0
    print(f"食い違い: {problem}\n小さくしています……", flush=True)
    built, actions = shrink(built, actions)
    print(f"食い違い: {compare(built, actions)}")
    print(*actions, sep="\n")
    print(*listing(built), sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
