"""The commands of ``debug``, one a line, with their answers in Japanese."""

import signal
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from courseware.machine.cli import view
from courseware.machine.cli.operands import (
    ConsoleError,
    address_of,
    bytes_of,
    count_of,
    no_words,
    one_word,
)
from courseware.machine.debugger import Debugger, walk
from courseware.machine.debugger.timeline import MAX_TRAP_EVENTS
from courseware.machine.hart.access import Access
from courseware.machine.machine import Machine, Step
from courseware.machine.stop import Stop, StopReason, hexadecimal

# Cycles that one command may run for.
MAX_CYCLES = 1_000_000_000
MAX_STEPS = 1_000_000
MAX_STEPS_BACK = 1_000
MAX_SHOWN_BYTES = 4_096
MAX_SHOWN_INSTRUCTIONS = 200

_SHOWN_INSTRUCTIONS = 8
_AT_START = "最初まで戻りました。これより前はありません。"
_INTERRUPTED = "Ctrl-C で中断しました。"
_SHOWN_BYTES = 64
_SHOWN_TRAPS = 20
_WATCHED_BYTES = 4
_ACCESSES = {"read": Access.LOAD, "write": Access.STORE, "fetch": Access.FETCH}


@dataclass(frozen=True)
class _Entry:
    """A command: its names, what may follow them, what it does, and the function."""

    names: tuple[str, ...]
    syntax: str
    help: str
    do: Callable[["Console", list[str]], None]


class Console:
    """A debugging session in text. ``is_done`` says that the user has had enough."""

    def __init__(self, debugger: Debugger, out: TextIO) -> None:
        self.is_done = False
        self._debugger = debugger
        self._out = out
        self._printed = 0
        self._last_line = ""
        self._rest = ""
        self._is_interrupted = False

    @property
    def _machine(self) -> Machine:
        return self._debugger.machine

    def do(self, line: str) -> None:
        """Do one line; an empty one repeats the line before."""
        line = line.strip() or self._last_line
        self._last_line = line
        if not line:
            return
        first, *_ = line.split(maxsplit=1)
        self._rest = line[len(first) :].strip()
        name = unicodedata.normalize("NFKC", first)
        words = unicodedata.normalize("NFKC", self._rest).split()
        entry = next((entry for entry in _ENTRIES if name in entry.names), None)
        try:
            if entry is None:
                raise ConsoleError(f"「{name}」という命令はありません。help で一覧が出ます。")
            with self._interruptible():
                entry.do(self, words)
        except ConsoleError as error:
            self._say(str(error))

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let Ctrl-C end a command between two instructions, and not the debugger."""

        def note(*_: object) -> None:
            self._is_interrupted = True

        self._is_interrupted = False
        before = signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    # --- going forwards ---

    def _step(self, words: list[str]) -> None:
        for _ in range(count_of(words, MAX_STEPS)):
            step = self._debugger.step()
            self._tell_step(step)
            if step is None or step.stop is not None or self._is_interrupted:
                return

    def _next(self, words: list[str]) -> None:
        no_words(words)
        stop = self._debugger.step_over(MAX_CYCLES, self._deadline)
        if self._debugger.last is not None:
            self._tell_step(self._debugger.last)
        else:
            self._tell(stop)

    def _finish(self, words: list[str]) -> None:
        no_words(words)
        self._tell(self._debugger.step_out(MAX_CYCLES, self._deadline))

    def _continue(self, words: list[str]) -> None:
        no_words(words)
        self._tell(self._debugger.run(MAX_CYCLES, (), self._deadline))

    def _input(self, words: list[str]) -> None:
        data = (self._rest + "\n").encode()
        taken = self._debugger.send(data)
        self._say(f"{taken} バイトを UART に送りました。")
        if taken < len(data):
            self._say(f"残りの {len(data) - taken} バイトは、UART がいっぱいで送れませんでした。")

    def _deadline(self) -> bool:
        return self._is_interrupted

    # --- going backwards ---

    def _back(self, words: list[str]) -> None:
        for _ in range(count_of(words, MAX_STEPS_BACK)):
            if self._is_interrupted:
                break
            if not self._debugger.step_back():
                self._say(_AT_START)
                break
        self._arrive()

    def _reverse_continue(self, words: list[str]) -> None:
        no_words(words)
        stop = self._debugger.reverse_continue()
        self._say(_AT_START if stop is None else stop.message)
        self._arrive()

    def _reset(self, words: list[str]) -> None:
        no_words(words)
        self._debugger.reset()
        self._arrive()

    def _arrive(self) -> None:
        self._printed = min(self._printed, len(self._machine.output))
        self.show_place()

    # --- breakpoints and watchpoints ---

    def _break(self, words: list[str]) -> None:
        if not words:
            for breakpoint_ in self._debugger.breakpoints:
                self._say(self._named(breakpoint_))
            if not self._debugger.breakpoints:
                self._say("ブレークポイントはありません。")
            return
        address = self._address(one_word(words))
        self._try(lambda: self._debugger.add_breakpoint(address))
        self._say(f"{self._named(address)} にブレークポイントを置きました。")

    def _delete(self, words: list[str]) -> None:
        if not words:
            for breakpoint_ in self._debugger.breakpoints:
                self._debugger.remove_breakpoint(breakpoint_)
            self._say("ブレークポイントをすべて外しました。")
            return
        address = self._address(one_word(words))
        if not self._debugger.remove_breakpoint(address):
            raise ConsoleError(f"{self._named(address)} にブレークポイントはありません。")
        self._say(f"{self._named(address)} のブレークポイントを外しました。")

    def _watch(self, words: list[str]) -> None:
        if not words:
            for point in self._debugger.watchpoints:
                self._say(f"{self._named(point.address)} から {point.size} バイト")
            if not self._debugger.watchpoints:
                self._say("ウォッチポイントはありません。")
            return
        address, size = self._bytes(words, _WATCHED_BYTES)
        self._try(lambda: self._debugger.add_watchpoint(address, size))
        self._say(f"{self._named(address)} から {size} バイトを監視します。")

    def _unwatch(self, words: list[str]) -> None:
        address, size = self._bytes(words, _WATCHED_BYTES)
        if not self._debugger.remove_watchpoint(address, size):
            raise ConsoleError(
                f"{self._named(address)} から {size} バイトのウォッチポイントはありません。"
            )
        self._say(f"{self._named(address)} から {size} バイトの監視をやめました。")

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except ValueError as error:
            raise ConsoleError(str(error)) from error

    # --- looking ---

    def _regs(self, words: list[str]) -> None:
        no_words(words)
        self._say_all(view.registers(self._debugger))

    def _csr(self, words: list[str]) -> None:
        name = one_word(words).lower()
        try:
            value = self._machine.csr(name)
        except KeyError as error:
            raise ConsoleError(
                f"「{name}」という CSR はありません。mstatus のような名前で指定してください。"
            ) from error
        self._say(f"{name} = {hexadecimal(value)}")

    def _mem(self, words: list[str]) -> None:
        self._say_all(view.memory(self._machine, *self._bytes(words, _SHOWN_BYTES)))

    def _pmem(self, words: list[str]) -> None:
        self._say_all(view.physical_memory(self._machine, *self._bytes(words, _SHOWN_BYTES)))

    def _list(self, words: list[str]) -> None:
        if len(words) > 2:
            raise ConsoleError("番地と命令の数を指定してください (例: list main 16)。")
        address = self._address(words[0]) if words else self._machine.pc
        count = count_of(words[1:], MAX_SHOWN_INSTRUCTIONS, _SHOWN_INSTRUCTIONS)
        self._say_all(view.instructions(self._debugger, address, count))

    def _walk(self, words: list[str]) -> None:
        if not 1 <= len(words) <= 2:
            raise ConsoleError("番地を指定してください (例: walk 0x1000 write)。")
        kind = words[1] if len(words) == 2 else "read"
        if kind not in _ACCESSES:
            raise ConsoleError(f"{'、'.join(_ACCESSES)} のどれかを指定してください。")
        self._say_all(walk(self._machine, self._address(words[0]), _ACCESSES[kind]).sentences)

    def _traps(self, words: list[str]) -> None:
        events = self._debugger.traps[-count_of(words, MAX_TRAP_EVENTS, _SHOWN_TRAPS) :]
        for event in events:
            self._say(f"{event.number}: [{event.record.cycle} サイクル] {event.sentence}")
        if not events:
            self._say("まだトラップは起きていません。")

    def show_place(self) -> None:
        """Print the privilege and the instruction that comes next."""
        self._say(view.place(self._debugger))

    # --- ending ---

    def _quit(self, words: list[str]) -> None:
        no_words(words)
        self.is_done = True

    def _help(self, words: list[str]) -> None:
        no_words(words)
        for entry in _ENTRIES:
            usage = f"{', '.join(entry.names)} {entry.syntax}".rstrip()
            self._say(f"{usage}\n    {entry.help}")
        self._say(
            "番地には、シンボル、0x80000000 のような数、レジスターの名前 (sp、pc など) と、"
            "それに +8 や -4 を付けたものを書けます。空の行は、直前の命令を繰り返します。"
        )

    # --- parts ---

    def _address(self, text: str) -> int:
        return address_of(text, self._debugger)

    def _bytes(self, words: list[str], default: int) -> tuple[int, int]:
        return bytes_of(words, self._debugger, MAX_SHOWN_BYTES, default)

    def _named(self, address: int) -> str:
        return view.named(self._debugger, address)

    def _tell_step(self, step: Step | None) -> None:
        """Print what a step did, or why there was none."""
        self._show_output()
        stop = step.stop if step else self._machine.stop
        if step is not None and step.explanation:
            self._say(step.explanation)
        elif stop is not None:
            self._say(stop.message)
        if self._machine.stop is None:
            self.show_place()

    def _tell(self, stop: Stop | None) -> None:
        """Print why a run ended; None: where it was meant to."""
        self._show_output()
        if stop is not None:
            is_cut = stop.reason == StopReason.TIME_LIMIT
            self._say(_INTERRUPTED if is_cut else stop.message)
        if self._machine.stop is None:
            self.show_place()

    def _show_output(self) -> None:
        output = self._machine.output[self._printed :]
        self._printed += len(output)
        if output:
            self._say("出力: " + output.decode("utf-8", "replace"))

    def _say_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._say(line)

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)


_ENTRIES = (
    _Entry(
        ("step", "s"),
        "[回数]",
        f"1 命令 (または回数分。{MAX_STEPS:,} 回まで) 実行します。",
        Console._step,
    ),
    _Entry(
        ("next", "n"), "", "1 命令実行します。呼び出しなら、戻るまで実行します。", Console._next
    ),
    _Entry(("finish", "fin"), "", "今の関数から戻るまで実行します。", Console._finish),
    _Entry(
        ("continue", "c"),
        "",
        "ブレークポイント、ウォッチポイント、または終わりまで実行します。",
        Console._continue,
    ),
    _Entry(("input",), "文字", "UART に 1 行の文字を送ります。", Console._input),
    _Entry(
        ("back", "rs"),
        "[回数]",
        f"1 命令 (または回数分。{MAX_STEPS_BACK:,} 回まで) 前に戻ります。",
        Console._back,
    ),
    _Entry(
        ("rcontinue", "rc"),
        "",
        "前のブレークポイント、ウォッチポイント、または最初まで戻ります。",
        Console._reverse_continue,
    ),
    _Entry(("reset",), "", "最初に戻ります。", Console._reset),
    _Entry(
        ("break", "b"),
        "[番地]",
        "番地にブレークポイントを置きます。番地がなければ一覧を出します。",
        Console._break,
    ),
    _Entry(
        ("delete", "d"),
        "[番地]",
        "ブレークポイントを外します。番地がなければすべて外します。",
        Console._delete,
    ),
    _Entry(
        ("watch", "w"),
        "[番地 [バイト数]]",
        "メモリー (物理番地) に書かれたら止まるようにします。番地がなければ一覧を出します。",
        Console._watch,
    ),
    _Entry(("unwatch",), "番地 [バイト数]", "watch をやめます。", Console._unwatch),
    _Entry(("regs", "r"), "", "レジスターを表示します。", Console._regs),
    _Entry(("csr",), "名前", "CSR の値を表示します。", Console._csr),
    _Entry(
        ("mem", "x"),
        "番地 [バイト数]",
        "メモリーを、今のロード命令から見える番地で表示します。"
        f"{MAX_SHOWN_BYTES:,} バイトまでです。",
        Console._mem,
    ),
    _Entry(
        ("pmem",),
        "番地 [バイト数]",
        "メモリーを、物理番地で表示します。RAM でない所は 0 と表示します。",
        Console._pmem,
    ),
    _Entry(
        ("list", "l", "disasm"),
        "[番地 [命令の数]]",
        f"命令を表示します。{MAX_SHOWN_INSTRUCTIONS} 命令までです。",
        Console._list,
    ),
    _Entry(
        ("walk",),
        "番地 [read|write|fetch]",
        "番地の変換を、ページ・テーブルのエントリーごとに説明します。",
        Console._walk,
    ),
    _Entry(("traps",), "[件数]", "起きたトラップを、古い順に表示します。", Console._traps),
    _Entry(("help", "h", "?"), "", "この一覧を表示します。", Console._help),
    _Entry(("quit", "q"), "", "終わります。", Console._quit),
)
