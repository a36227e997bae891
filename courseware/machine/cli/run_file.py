"""``run``: execute a program to its end."""

import json
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from courseware.machine.cli.arguments import Arguments, Command, Option, choice, number
from courseware.machine.cli.files import (
    STANDARD_INPUT,
    STANDARD_OUTPUT,
    output_path,
    program_of,
    reading,
    refuse_overwriting,
    writing,
)
from courseware.machine.cli.power_on import DISK, ENGINE, MEMORY, disk_image, limits_for
from courseware.machine.cli.trace import trace_line
from courseware.machine.machine import POLL_CYCLES, Machine
from courseware.machine.stop import Stop, StopReason, instruction_limit

DEFAULT_MAX_INSTRUCTIONS = 1_000_000_000


def run(arguments: Arguments) -> int:
    """Run a program and return 0 when it ended well, otherwise 1.

    A program ends well with exit code 0 (HTIF or the test finisher) and with an ebreak.
    """
    trace, input_ = arguments["trace"], arguments["input"]
    if trace is not None:
        refuse_overwriting("--trace", trace, (arguments["file"], arguments["disk"], input_))
    program = program_of(arguments["file"])
    machine = Machine(
        program,
        limits_for(program, arguments),
        disk=disk_image(arguments),
        engine=arguments["engine"],
    )
    console = _Console(machine, _input(input_))
    with ExitStack() as files:
        out = None
        if trace is not None:
            files.enter_context(writing(trace))
            out = files.enter_context(trace.open("w", encoding="utf-8"))
        started = time.perf_counter()
        stop = _execute(machine, console, arguments["max_instructions"], out)
        seconds = time.perf_counter() - started
    console.poll()
    print(_verdict(stop, is_test=program.tohost is not None), file=sys.stderr)
    if arguments["stats"]:
        print(json.dumps(_stats(machine, stop, seconds)), file=sys.stderr)
    has_ended_well = stop.exit_code == 0 or stop.reason == StopReason.BREAKPOINT
    return 0 if has_ended_well else 1


class _Console:
    """Standard output, and the input that the UART has not taken yet."""

    def __init__(self, machine: Machine, waiting: bytes) -> None:
        self._machine = machine
        self._waiting = waiting
        self._printed = 0

    def poll(self) -> bool:
        """Print what is new and give more input; say whether the machine took some."""
        output = self._machine.output[self._printed :]
        if output:
            with writing(STANDARD_OUTPUT):
                sys.stdout.buffer.write(output)
                sys.stdout.buffer.flush()
            self._printed += len(output)
        taken = self._machine.send(self._waiting) if self._waiting else 0
        self._waiting = self._waiting[taken:]
        return taken > 0


def _execute(machine: Machine, console: _Console, limit: int, trace: TextIO | None) -> Stop:
    """Run until the machine stops, and the console has no input for a machine that waits."""

    def poll() -> bool:
        console.poll()
        return False

    console.poll()
    end = machine.cycle + limit
    while True:
        if trace is None:
            stop = machine.run(end - machine.cycle, deadline=poll)
        else:
            stop = _traced(machine, console, end, trace)
        if stop.reason == StopReason.INSTRUCTION_LIMIT:
            return machine.limit_reached(limit)
        if stop.reason != StopReason.WAITING or not console.poll():
            return stop


def _traced(machine: Machine, console: _Console, end: int, trace: TextIO) -> Stop:
    """Run step by step, and write what each step did."""
    polled = machine.cycle
    while machine.cycle < end:
        cycle, mode, virtual = machine.cycle, machine.mode, machine.virtual
        step = machine.step(max_wait=end - cycle)
        trace.write(trace_line(cycle, mode, virtual, step, machine.registers))
        if step.stop is not None:
            return step.stop
        if machine.cycle - polled >= POLL_CYCLES:
            polled = machine.cycle
            console.poll()
    return instruction_limit(end)


def _input(path: Path | None) -> bytes:
    if path is None:
        return b""
    with reading(path):
        is_standard = str(path) == STANDARD_INPUT
        return sys.stdin.buffer.read() if is_standard else path.read_bytes()


def _verdict(stop: Stop, *, is_test: bool) -> str:
    """Return why the program stopped, and whether it passed when it is a test."""
    if stop.reason == StopReason.BREAKPOINT:
        return "ebreak で終わりました。"
    if stop.reason != StopReason.EXIT:
        return stop.message
    if not is_test:
        return f"終了コード {stop.exit_code} で終わりました。"
    return f"テスト {stop.exit_code} 番で失敗しました。" if stop.exit_code else "合格しました。"


def _stats(machine: Machine, stop: Stop, seconds: float) -> dict[str, object]:
    counters = asdict(machine.counters)
    traps = [
        {"level": level, "cause": cause, "count": count}
        for (level, cause), count in sorted(counters.pop("traps").items())
    ]
    return {
        "stop": stop.reason,
        "exit_code": stop.exit_code,
        "stop_pc": machine.pc,
        "stop_cause": stop.cause,
        "stop_tval": stop.tval,
        "engine": machine.engine,
        "seconds": round(seconds, 6),
        "instructions_per_second": round(machine.instret / seconds) if seconds else None,
        **counters,
        "traps": traps,
    }


COMMAND = Command(
    "run",
    "プログラムを最後まで実行します。画面への出力は標準出力に、止まった理由は標準エラーに出します。",
    run,
    (
        ENGINE,
        Option(
            "--max-instructions",
            "この数の命令を実行したら止めます。トラップになった命令と、wfi で待つサイクルも"
            "数えます。"
            f"既定は {DEFAULT_MAX_INSTRUCTIONS:,} です。",
            "数",
            number,
            DEFAULT_MAX_INSTRUCTIONS,
        ),
        MEMORY,
        DISK,
        Option("--input", "UART に送るファイル。- は標準入力です。", "ファイル", Path),
        Option("--trace", "1 命令を 1 行に書くファイル (遅くなります)。", "ファイル", output_path),
        Option("--stats", "数えたものを JSON で標準エラーに出します。", "json", choice("json")),
    ),
)
