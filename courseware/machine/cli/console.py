"""The commands of ``debug``, one a line, with their answers in Japanese."""

import re
import signal
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from courseware.machine.cli.trace import word_text
from courseware.machine.debugger import Debugger, walk
from courseware.machine.hart.access import Access
from courseware.machine.isa.decoder import disassemble
from courseware.machine.machine import Machine, Step
from courseware.machine.privilege import mode_name
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.registers import REGISTER_NAMES, REGISTER_NUMBERS
from courseware.machine.stop import Stop, StopReason, hexadecimal
from courseware.machine.trap import Trap

# Cycles that one command may run for.
MAX_CYCLES = 1_000_000_000
MAX_STEPS = 1_000_000
MAX_STEPS_BACK = 1_000
MAX_SHOWN_BYTES = 4_096
MAX_SHOWN_INSTRUCTIONS = 200

_WORD = 0xFFFF_FFFF
_REGISTERS_A_LINE = 4
_BYTES_A_LINE = 16
_SHOWN_INSTRUCTIONS = 8
_AT_START = "最初まで戻りました。これより前はありません。"
_INTERRUPTED = "Ctrl-C で中断しました。"
_SUM = re.compile(r"(.+)([+-])([^+-]+)")
_SHOWN_BYTES = 64
_SHOWN_TRAPS = 20
_WATCHED_BYTES = 4
_FAR = 65_536  # bytes behind a symbol that no longer belong to it
_ACCESSES = {"read": Access.LOAD, "write": Access.STORE, "fetch": Access.FETCH}


class ConsoleError(Exception):
    """A command cannot be done; the message says in Japanese why."""


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
        for _ in range(_count(words, MAX_STEPS)):
            step = self._debugger.step()
            self._tell_step(step)
            if step is None or step.stop is not None or self._is_interrupted:
                return

    def _next(self, words: list[str]) -> None:
        _none(words)
        stop = self._debugger.step_over(MAX_CYCLES, self._deadline)
        if self._debugger.last is not None:
            self._tell_step(self._debugger.last)
        else:
            self._tell(stop)

    def _finish(self, words: list[str]) -> None:
        _none(words)
        self._tell(self._debugger.step_out(MAX_CYCLES, self._deadline))

    def _continue(self, words: list[str]) -> None:
        _none(words)
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
        for _ in range(_count(words, MAX_STEPS_BACK)):
            if self._is_interrupted:
                break
            if not self._debugger.step_back():
                self._say(_AT_START)
                break
        self._arrive()

    def _reverse_continue(self, words: list[str]) -> None:
        _none(words)
        stop = self._debugger.reverse_continue()
        self._say(_AT_START if stop is None else stop.message)
        self._arrive()

    def _reset(self, words: list[str]) -> None:
        _none(words)
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
        address = self._address(_one(words))
        self._try(lambda: self._debugger.add_breakpoint(address))
        self._say(f"{self._named(address)} にブレークポイントを置きました。")

    def _delete(self, words: list[str]) -> None:
        if not words:
            for breakpoint_ in self._debugger.breakpoints:
                self._debugger.remove_breakpoint(breakpoint_)
            self._say("ブレークポイントをすべて外しました。")
            return
        address = self._address(_one(words))
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
        address, size = self._bytes(words, MAX_SHOWN_BYTES, _WATCHED_BYTES)
        self._try(lambda: self._debugger.add_watchpoint(address, size))
        self._say(f"{self._named(address)} から {size} バイトを監視します。")

    def _unwatch(self, words: list[str]) -> None:
        address, size = self._bytes(words, MAX_SHOWN_BYTES, _WATCHED_BYTES)
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
        _none(words)
        changed = self._debugger.changed
        cells = [
            f"{'*' if number in changed else ' '}{name:<4} {value:08x}"
            for number, (name, value) in enumerate(
                zip(REGISTER_NAMES, self._machine.registers, strict=True)
            )
        ]
        for start in range(0, len(cells), _REGISTERS_A_LINE):
            self._say("  ".join(cells[start : start + _REGISTERS_A_LINE]))
        self._say(f" pc   {self._machine.pc:08x}   (* は直前の命令で変わったもの)")

    def _csr(self, words: list[str]) -> None:
        name = _one(words)
        try:
            value = self._machine.csr(name.lower())
        except KeyError as error:
            raise ConsoleError(
                f"「{name}」という CSR はありません。mstatus のような名前で指定してください。"
            ) from error
        self._say(f"{name.lower()} = {hexadecimal(value)}")

    def _mem(self, words: list[str]) -> None:
        address, size = self._bytes(words, MAX_SHOWN_BYTES, _SHOWN_BYTES)
        for start in range(address, address + size, _BYTES_A_LINE):
            row = self._read(start, min(_BYTES_A_LINE, address + size - start))
            self._show_bytes(start, row)

    def _pmem(self, words: list[str]) -> None:
        address, size = self._bytes(words, MAX_SHOWN_BYTES, _SHOWN_BYTES)
        for start in range(address, address + size, _BYTES_A_LINE):
            size_of_row = min(_BYTES_A_LINE, address + size - start)
            self._show_bytes(start, self._machine.read_memory(start, size_of_row))

    def _read(self, address: int, size: int) -> bytes:
        """Return bytes as a load would find them. Raises ConsoleError where it would fault."""
        data = b""
        while len(data) < size:
            here = address + len(data) & _WORD
            translation = walk(self._machine, here)
            if translation.physical is None or translation.fault:
                raise ConsoleError(f"{hexadecimal(here)} 番地は読めません: {translation.fault}")
            part = min(size - len(data), PAGE_BYTES - here % PAGE_BYTES)
            data += self._machine.read_memory(translation.physical, part)
        return data

    def _show_bytes(self, address: int, row: bytes) -> None:
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        self._say(f"{address & _WORD:08x}: {row.hex(' '):<47}  {text}")

    def _list(self, words: list[str]) -> None:
        if len(words) > 2:
            raise ConsoleError("番地と命令の数を指定してください (例: list main 16)。")
        address = self._address(words[0]) if words else self._machine.pc
        for _ in range(_count(words[1:], MAX_SHOWN_INSTRUCTIONS, default=_SHOWN_INSTRUCTIONS)):
            self._say(self._line(address))
            word = self._word(address)
            address = address + (2 if word is not None and word & 3 != 3 else 4) & _WORD

    def _walk(self, words: list[str]) -> None:
        if not 1 <= len(words) <= 2:
            raise ConsoleError("番地を指定してください (例: walk 0x1000 write)。")
        kind = words[1] if len(words) == 2 else "read"
        if kind not in _ACCESSES:
            raise ConsoleError(f"{'、'.join(_ACCESSES)} のどれかを指定してください。")
        for sentence in walk(self._machine, self._address(words[0]), _ACCESSES[kind]).sentences:
            self._say(sentence)

    def _traps(self, words: list[str]) -> None:
        events = self._debugger.traps[-_count(words, MAX_STEPS, default=_SHOWN_TRAPS) :]
        for event in events:
            self._say(f"{event.number}: [{event.record.cycle} サイクル] {event.sentence}")
        if not events:
            self._say("まだトラップは起きていません。")

    def show_place(self) -> None:
        """Print the privilege and the instruction that comes next."""
        machine = self._machine
        self._say(f"[{mode_name(machine.mode, machine.virtual)}] {self._line(machine.pc)}")

    def _line(self, address: int) -> str:
        mark = "●" if address in self._debugger.breakpoints else " "
        word = self._word(address)
        if word is None:
            return f"{mark}{self._named(address)}  (読めません)"
        return f"{mark}{self._named(address)}  {word_text(word):<8}  {disassemble(word, address)}"

    def _word(self, address: int) -> int | None:
        """Return the instruction at an address as a fetch would find it, or None."""
        try:
            return self._machine.hart.mmu.peek_instruction(address)
        except Trap:
            return None

    def _named(self, address: int) -> str:
        """Return an address with the symbol before it."""
        symbols = self._debugger.program.symbols
        near = [(value, name) for name, value in symbols.items() if value <= address < value + _FAR]
        if not near:
            return f"{address:08x}"
        value, name = max(near, key=lambda item: item[0])
        offset = f"+{address - value}" if address > value else ""
        return f"{address:08x} <{name}{offset}>"

    # --- ending ---

    def _quit(self, words: list[str]) -> None:
        _none(words)
        self.is_done = True

    def _help(self, words: list[str]) -> None:
        _none(words)
        for entry in _ENTRIES:
            usage = f"{', '.join(entry.names)} {entry.syntax}".rstrip()
            self._say(f"{usage}\n    {entry.help}")
        self._say(
            "番地には、シンボル、0x80000000 のような数、レジスターの名前 (sp、pc など) と、"
            "それに +8 や -4 を付けたものを書けます。空の行は、直前の命令を繰り返します。"
        )

    # --- parts ---

    def _bytes(self, words: list[str], most: int, default: int) -> tuple[int, int]:
        """Return an address and a number of bytes."""
        if not 1 <= len(words) <= 2:
            raise ConsoleError("番地を指定してください。バイト数も付けられます (例: sp 32)。")
        return self._address(words[0]), _count(words[1:], most, default)

    def _address(self, text: str) -> int:
        """Return the address that a text means. Raises ConsoleError."""
        if match := _SUM.fullmatch(text):
            base, sign, offset = match.groups()
            distance = _number(offset)
            value = self._address(base)
            return (value + distance if sign == "+" else value - distance) & _WORD
        symbols = self._debugger.program.symbols
        if text in symbols:
            return symbols[text] & _WORD
        if text == "pc":
            return self._machine.pc
        if text in REGISTER_NUMBERS:
            return self._machine.registers[REGISTER_NUMBERS[text]]
        return _number(text) & _WORD

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

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)


def _none(words: list[str]) -> None:
    if words:
        raise ConsoleError(f"この命令に「{' '.join(words)}」は付けられません。")


def _one(words: list[str]) -> str:
    if len(words) != 1:
        raise ConsoleError(f"1 つだけ指定してください (今は {len(words)} 個です)。")
    return words[0]


def _count(words: list[str], most: int, default: int = 1) -> int:
    """Return the number in the only word, or the default without one."""
    count = _number(_one(words)) if words else default
    if not 1 <= count <= most:
        raise ConsoleError(f"数は 1 から {most:,} までです。")
    return count


def _number(text: str) -> int:
    try:
        return int(text.replace(",", ""), 0)
    except ValueError as error:
        raise ConsoleError(
            f"「{text}」は番地でも数でもありません。シンボルの名前か、"
            "0x80000000 のような数を指定してください。"
        ) from error


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
