"""The machine's speed beside that of other emulators, on the same programs, in one run.

Speeds are instructions retired per second of processor time, the best of some rounds in which the
engines take turns. The translator and unicorn run each program to its end, the others for SECONDS
at most. Each run has a process of its own, so that none profits from what another has decoded or
translated: the time for that is part of every run. All registers of an engine are compared with the
translator's after as many instructions, and the result of the whole program with what Python
computes.
"""

import math
import multiprocessing
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import version

from courseware.machine import Engine, Program
from tests.bench.engines import CannotRun, Emulator, Ours, RiscEmu, Run, TinyRv, Unicorn
from tests.bench.kernels import KERNELS, Kernel, cold

ROUNDS = 3
SECONDS = 0.6  # for a slow engine and a program
MOST_SECONDS = 60.0  # for the translator, which runs to the end
MOST_INSTRUCTIONS = 1_000_000_000
COLD_INSTRUCTIONS = 100_000
COLD_RUNS = 3  # a round: what is compared is nearly the same

INTERPRETER, TRANSLATOR = Ours(Engine.INTERPRETER), Ours(Engine.TRANSLATOR)
PEERS = (TinyRv(), RiscEmu())
UNICORN = Unicorn()
SLOW = (*PEERS, INTERPRETER)
COLUMNS = (*SLOW, TRANSLATOR, UNICORN)


@dataclass(frozen=True)
class Case:
    """A program to measure on: a kernel, bare or behind page tables."""

    kernel: Kernel
    paged: bool


PLAIN = tuple(Case(kernel, kernel.needs_paging) for kernel in KERNELS)
PAGED = tuple(Case(kernel, True) for kernel in KERNELS if not kernel.needs_paging)


@dataclass
class Results:
    """What was measured: the best speeds, what cannot run, and what went wrong."""

    speeds: dict[tuple[Case, str], float] = field(default_factory=dict)
    instructions: dict[Case, int] = field(default_factory=dict)
    cold: dict[str, float] = field(default_factory=dict)
    missing: dict[tuple[Case, str], str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, case: Case, emulator: Emulator, run: Run) -> None:
        """Keep a run's speed if it is the best so far."""
        key = case, emulator.name
        self.speeds[key] = max(run.speed, self.speeds.get(key, 0.0))

    def expect(self, what: str, emulator: Emulator, is_right: bool) -> None:
        """Keep what an engine computed wrongly."""
        if not is_right:
            self.wrong.append(f"{what}, {emulator.name}")

    def mean(
        self,
        cases: Iterable[Case],
        emulator: Emulator,
        peer: Emulator,
        to_peer: Callable[[Case], Case] = lambda case: case,
    ) -> float:
        """Return the geometric mean of an engine's speeds as multiples of a peer's."""
        ratios = [
            self.speeds[case, emulator.name] / self.speeds[to_peer(case), peer.name]
            for case in cases
            if (case, emulator.name) in self.speeds and (to_peer(case), peer.name) in self.speeds
        ]
        return math.exp(sum(map(math.log, ratios)) / len(ratios))

    def fastest_peer(self) -> Emulator:
        """Return the emulator in Python, by others, with the best mean."""
        return max(PEERS, key=lambda peer: self.mean(PLAIN, peer, INTERPRETER))


def measure(rounds: int = ROUNDS) -> Results:
    """Return what all engines did, in turns."""
    results = Results()
    programs = {
        case: (
            case.kernel.program(case.kernel.sizes, paged=case.paged),
            case.kernel.expect(case.kernel.sizes),
        )
        for case in PLAIN + PAGED
    }
    chill = cold(COLD_INSTRUCTIONS)
    for number in range(1, rounds + 1):
        for case, (program, expected) in programs.items():
            title = f"{case.kernel.name} {'paged' if case.paged else 'bare'}"
            print(f"{number}/{rounds} {title}", file=sys.stderr)
            full = _run(TRANSLATOR, program, MOST_INSTRUCTIONS, MOST_SECONDS)
            results.note(case, TRANSLATOR, full)
            results.instructions[case] = full.retired
            results.expect(title, TRANSLATOR, full.registers[10] == expected)
            for emulator in (*SLOW, UNICORN) if case in PLAIN else (INTERPRETER,):
                try:
                    run = _run(emulator, program, full.retired, SECONDS)
                except CannotRun as why:
                    results.missing[case, emulator.name] = str(why)
                    continue
                results.note(case, emulator, run)
                same = full
                if run.retired != full.retired:
                    same = _run(TRANSLATOR, program, run.retired, MOST_SECONDS)
                results.expect(title, emulator, run.registers == same.registers)
        for emulator in (INTERPRETER, TRANSLATOR) * COLD_RUNS:
            run = _run(emulator, chill[0], COLD_INSTRUCTIONS, MOST_SECONDS)
            results.cold[emulator.name] = max(run.speed, results.cold.get(emulator.name, 0.0))
            results.expect("cold", emulator, run.registers[10] == chill[1])
    return results


def _run(emulator: Emulator, program: Program, count: int, seconds: float) -> Run:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(emulator.run, (program, count, seconds))


# --- what is printed: Markdown, as the README shows it ---

_NAMES = {INTERPRETER.name: "インタープリター", TRANSLATOR.name: "トランスレーター"}
_TITLES = {
    "sieve": "エラトステネスのふるい",
    "crc32": "CRC-32",
    "quicksort": "クイックソート",
    "matrix": "行列の積",
    "search": "文字列の検索",
    "fib": "再帰のフィボナッチ数",
    "dhrystone": "C (Dhrystone 風)",
    "paging": "ページ表の書き換えと走査 (Sv32)",
}


def report(results: Results) -> str:
    """Return the tables and the goals."""
    parts = [_speeds(results), _paging(results), _goals(results)]
    if results.wrong:
        parts.append("**誤った結果**: " + "、".join(results.wrong))
    return "\n\n".join(parts)


def _speeds(results: Results) -> str:
    heads = [_NAMES.get(emulator.name, emulator.name) for emulator in COLUMNS]
    versions = "、".join(f"{e.name} {version(e.name)}" for e in (*PEERS, UNICORN))
    lines = [
        f"1 秒 (プロセッサー時間) に実行した命令の数 (百万)。{platform.python_implementation()} "
        f"{platform.python_version()}、{versions}。",
        "",
        "| プログラム | 命令数 (百万) | " + " | ".join(heads) + " |",
        "| --- |" + " ---: |" * (len(heads) + 1),
    ]
    for case in PLAIN:
        cells = [_speed(results, case, emulator) for emulator in COLUMNS]
        count = f"{results.instructions[case] / 1e6:.1f}"
        lines.append(f"| {_TITLES[case.kernel.name]} | {count} | {' | '.join(cells)} |")
    base = results.fastest_peer()
    means = [f"{results.mean(PLAIN, emulator, base):,.1f}" for emulator in COLUMNS]
    lines.append(f"| {base.name} に対する比 (幾何平均) | | {' | '.join(means)} |")
    for name, why in dict.fromkeys((name, why) for (_, name), why in results.missing.items()):
        lines.append(f"\n— は、{name} にない命令を使うので実行できません (`{why}`)。")
    return "\n".join(lines)


def _speed(results: Results, case: Case, emulator: Emulator) -> str:
    speed = results.speeds.get((case, emulator.name))
    if speed is None:
        return "—"
    return f"{speed / 1e6:.2f}" if speed < 10e6 else f"{speed / 1e6:,.0f}"


def _bare(case: Case) -> Case:
    return Case(case.kernel, False)


def _paging(results: Results) -> str:
    heads = [_NAMES[emulator.name] for emulator in (INTERPRETER, TRANSLATOR)]
    lines = [
        "同じプログラムを Sv32 のページ表を通して実行した速さの、通さないときに対する比。",
        "",
        f"| プログラム | {' | '.join(heads)} |",
        "| --- | ---: | ---: |",
    ]
    for title, cases in [(_TITLES[c.kernel.name], (c,)) for c in PAGED] + [("幾何平均", PAGED)]:
        ratios = (
            f"{results.mean(cases, emulator, emulator, _bare):.0%}"
            for emulator in (INTERPRETER, TRANSLATOR)
        )
        lines.append(f"| {title} | {' | '.join(ratios)} |")
    return "\n".join(lines)


def _goals(results: Results) -> str:
    peer = results.fastest_peer()
    goals = (
        (f"トランスレーターは {peer.name} の", results.mean(PLAIN, TRANSLATOR, peer), 50),
        ("トランスレーターはインタープリターの", results.mean(PLAIN, TRANSLATOR, INTERPRETER), 8),
        (f"インタープリターは {peer.name} の", results.mean(PLAIN, INTERPRETER, peer), 4),
        (
            "トランスレーターは Sv32 を通すと通さないときの",
            results.mean(PAGED, TRANSLATOR, TRANSLATOR, _bare),
            0.6,
        ),
        (
            f"一度だけ通る {COLD_INSTRUCTIONS:,} 命令で、トランスレーターはインタープリターの",
            results.cold[TRANSLATOR.name] / results.cold[INTERPRETER.name],
            1,
        ),
    )
    lines = ["| 目標 | 実測 | |", "| --- | ---: | --- |"]
    for text, ratio, goal in goals:
        met = "達成" if round(ratio, 2) >= goal else "未達"
        lines.append(f"| {text} {goal:g} 倍以上 | {ratio:.2f} 倍 | {met} |")
    share = results.mean(PLAIN, TRANSLATOR, UNICORN)
    lines.append(f"| unicorn にどこまで近づくか (トランスレーターの比) | {share:.1%} | |")
    return "\n".join(lines)


def main() -> bool:
    """Print the tables; return whether all engines computed what they should."""
    results = measure()
    print(report(results))
    return not results.wrong
