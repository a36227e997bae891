"""Runs ISA test suites from elsewhere on both engines (``make isa-tests DIR=…``).

Every ELF file below the directory is a test: files without a suffix that are ELF, and all
``.elf``. A test passes when it ends through HTIF with exit code 0. Tests for RV64 are counted,
not run.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

from courseware.machine import MachineLimits, StopReason
from courseware.machine.loaders import load_elf
from courseware.machine.loaders.elf_format import CLASS_64, MAGIC
from courseware.machine.machine import Engine, Machine

MEMORY_BYTES = 16 * 1024 * 1024
MAX_CYCLES = 20_000_000
_ELF64 = MAGIC + bytes((CLASS_64,))


@dataclass(frozen=True)
class Outcome:
    """How a test ended; ``problem`` is "" when it passed."""

    test: Path
    engine: Engine
    problem: str


def main(arguments: list[str]) -> int:
    """Run the tests below the directory that is the only argument; return the exit status."""
    directory = arguments[0] if len(arguments) == 1 else ""
    if not directory:
        return _refuse(
            "ISA テストの入ったディレクトリーを指定してください: make isa-tests DIR=ディレクトリー"
        )
    root = Path(directory)
    if not root.is_dir():
        return _refuse(f"{directory} というディレクトリーがありません。")
    tests = sorted(path for path in root.rglob("*") if _is_test(path))
    ours = [path for path in tests if not _start(path).startswith(_ELF64)]
    if not ours:
        return _refuse(f"{directory} に RV32 の ELF ファイルがありません。")
    outcomes = list(_told(root, [(path, engine) for path in ours for engine in Engine]))
    _summarize(outcomes, len(tests) - len(ours))
    return 1 if any(outcome.problem for outcome in outcomes) else 0


def _is_test(path: Path) -> bool:
    if path.suffix == "":
        return path.is_file() and _start(path).startswith(MAGIC)
    return path.is_file() and path.suffix == ".elf"


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_ELF64))


def _told(root: Path, jobs: list[tuple[Path, Engine]]) -> Iterator[Outcome]:
    """Run the jobs in parallel and print each outcome, in order."""
    with Pool() as pool:
        for outcome in pool.imap(_run, jobs):
            name = outcome.test.relative_to(root)
            verdict = f"失敗: {outcome.problem}" if outcome.problem else "合格"
            print(f"{name} [{outcome.engine}] {verdict}", flush=True)
            yield outcome


def _run(job: tuple[Path, Engine]) -> Outcome:
    path, engine = job
    try:
        return Outcome(path, engine, _problem(path, engine))
    except Exception as error:  # whatever goes wrong, the other tests go on
        return Outcome(path, engine, f"{type(error).__name__}: {error}")


def _problem(path: Path, engine: Engine) -> str:
    """Run a test and return what is wrong, or ""."""
    program = load_elf(path.read_bytes())
    if program.tohost is None:
        return "シンボル tohost がないので、合否が分かりません"
    machine = Machine(program, MachineLimits(memory_bytes=MEMORY_BYTES), engine=engine)
    stop = machine.run(MAX_CYCLES)
    if stop.reason != StopReason.EXIT:
        return f"{stop.reason} (pc {machine.pc:#010x}) {stop.message}"
    return f"テスト {stop.exit_code} 番" if stop.exit_code else ""


def _summarize(outcomes: list[Outcome], others: int) -> None:
    failed = [outcome for outcome in outcomes if outcome.problem]
    print()
    for engine in Engine:
        passed = Counter(not o.problem for o in outcomes if o.engine == engine)
        print(f"{engine}: 合格 {passed[True]} 件、失敗 {passed[False]} 件")
    if others:
        print(f"RV64 用の {others} 件は、この計算機 (RV32) では実行していません。")
    print("すべて合格しました。" if not failed else f"{len(failed)} 件が失敗しました。")


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
