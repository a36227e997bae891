"""The commands of ``debug``, one a line, with their answers in Japanese."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from courseware.machine.cli import view
from courseware.machine.cli.arguments import half_width
from courseware.machine.cli.operands import (
    ConsoleError,
    address_of,
    bytes_of,
    count_of,
    csr_name,
    no_words,
    one_word,
    words_of,
)
from courseware.machine.debugger import MAX_STEPS_OUT, Debugger, walk
from courseware.machine.debugger.timeline import MAX_TRAP_EVENTS
from courseware.machine.hart.access import Access
from courseware.machine.machine import Machine, Step
from courseware.machine.registers import REGISTER_NUMBERS
from courseware.machine.stop import Stop, StopReason, hexadecimal

# Cycles that one command may run for, unless the user says otherwise.
DEFAULT_MAX_CYCLES = 100_000_000
MAX_STEPS = 1_000_000
MAX_STEPS_BACK = 1_000
MAX_SHOWN_BYTES = 4_096
MAX_SHOWN_INSTRUCTIONS = 200

_SHOWN_INSTRUCTIONS = 8
_AT_START = "最初まで戻りました。これより前はありません。"
_INTERRUPTED = "Ctrl-C で中断しました。"
_NO_RETURN = "関数から戻る前に止まりました。関数の外にいたか、戻らない関数です。"
_BY_WALK = "仮想番地なら、walk で物理番地を調べて、それを指定してください。"
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

    def __init__(
        self, debugger: Debugger, out: TextIO, max_cycles: int = DEFAULT_MAX_CYCLES
    ) -> None:
        self.is_done = False
        self._max_cycles = max_cycles
        self._most_printed = 0
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
        name = half_width(first)
        words = words_of(half_width(self._rest))
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
        stop = self._debugger.step_over(self._max_cycles, self._deadline)
        if self._debugger.last is not None:
            self._tell_step(self._debugger.last)
        else:
            self._tell(stop)

    def _finish(self, words: list[str]) -> None:
        no_words(words)
        if not self._debugger.may_return:
            raise ConsoleError(
                "関数やトラップの処理の中ではありません (戻り番地の ra が 0 です)。"
                "関数の中にブレークポイントを置き、continue で進んでから使ってください。"
            )
        stop = self._debugger.step_out(self._max_cycles, self._deadline)
        self._tell(stop)
        if stop is not None and not _is_on_the_way(stop):
            self._say(_NO_RETURN)

    def _continue(self, words: list[str]) -> None:
        no_words(words)
        self._tell(self._debugger.run(self._max_cycles, (), self._deadline))

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
        if not view.is_fetchable(self._machine, address):
            self._say(
                "今は命令を読めない番地です。ページングを有効にした後の仮想番地でなければ、"
                "ここで止まることはありません。番地を確かめてください。"
            )

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
        try:
            self._debugger.add_watchpoint(address, size)
        except ValueError as error:
            is_translated = self._machine.hart.mmu.data_view.is_translated
            raise ConsoleError(f"{error}{_BY_WALK if is_translated else ''}") from error
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
        if not words:
            self._say_all(view.registers(self._debugger))
        for name in words:
            if name != "pc" and name not in REGISTER_NUMBERS:
                raise ConsoleError(f"「{name}」というレジスターはありません。CSR は csr で見ます。")
            self._print([name])

    def _print(self, words: list[str]) -> None:
        text = one_word(words)
        value = self._address(text)
        signed = (value ^ 1 << 31) - (1 << 31)
        self._say(f"{text} = {hexadecimal(value)} ({signed})")

    def _csr(self, words: list[str]) -> None:
        if not words:
            self._say_all(view.csrs(self._machine))
            return
        text = one_word(words).lower()
        name = csr_name(text)
        try:
            value = self._machine.csr(name)
        except KeyError as error:
            raise ConsoleError(
                f"「{text}」という CSR はありません。mstatus のような名前か、0x300 のような番号で"
                "指定してください。csr だけなら一覧が出ます。"
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
            "それに +8 や -4 を付けたものを書けます。0x のない 8 桁は、表示と同じ 16 進です。"
            "空の行は、直前の命令を繰り返します。"
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
        is_again = self._printed < self._most_printed
        self._printed += len(output)
        self._most_printed = max(self._most_printed, self._printed)
        if output:
            label = "出力 (戻ってから、もう一度)" if is_again else "出力"
            self._say(f"{label}: " + output.decode("utf-8", "replace"))

    def _say_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._say(line)

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)


def _is_on_the_way(stop: Stop) -> bool:
    """Say whether the user asked for a stop, and running on may still get somewhere."""
    is_asked_for = stop.reason in (StopReason.WATCHPOINT, StopReason.TIME_LIMIT)
    return is_asked_for or (stop.reason == StopReason.BREAKPOINT and stop.cause is None)


_ENTRIES = (
    _Entry(
        ("step", "s"),
        "[回数]",
        f"1 命令 (または回数分。{MAX_STEPS:,} 回まで) 実行します。",
        Console._step,
    ),
    _Entry(
        ("next", "n"),
        "",
        "1 命令実行します。呼び出し (call の 2 命令も) なら、戻るまで実行します。"
        "トラップすれば、その処理の最初で止まります。",
        Console._next,
    ),
    _Entry(
        ("finish", "fin"),
        "",
        "今の関数から戻るまで実行します。関数の中の命令は、呼び出した先を除いて"
        f" {MAX_STEPS_OUT:,} 命令までです。",
        Console._finish,
    ),
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
    _Entry(
        ("regs", "r"),
        "[名前 …]",
        "モードとレジスター、または名前のものを表示します。",
        Console._regs,
    ),
    _Entry(("print", "p"), "番地", "レジスターやシンボルなどの値を表示します。", Console._print),
    _Entry(
        ("csr",),
        "[名前か番号]",
        "CSR の値を表示します。名前がなければ一覧を出します。",
        Console._csr,
    ),
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
        "メモリーを、物理番地で表示します。RAM の中に限ります。",
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
