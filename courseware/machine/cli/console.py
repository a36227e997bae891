"""The commands of ``debug``, one a line, with their answers in Japanese."""

import re
import signal
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TextIO

from courseware.machine.cli.trace import privilege_name, word_text
from courseware.machine.debugger import Debugger
from courseware.machine.isa.decoder import decode, disassemble
from courseware.machine.machine import Machine
from courseware.machine.registers import REGISTER_NAMES, REGISTER_NUMBERS
from courseware.machine.stop import Stop, hexadecimal

# Cycles that one command may run for.
MAX_CYCLES = 1_000_000_000
MAX_STEPS = 1_000_000
MAX_SHOWN_BYTES = 4_096
MAX_SHOWN_INSTRUCTIONS = 200

_RA, _SP = REGISTER_NUMBERS["ra"], REGISTER_NUMBERS["sp"]
_WORD = 0xFFFF_FFFF
_REGISTERS_A_LINE = 4
_BYTES_A_LINE = 16
_SHOWN_INSTRUCTIONS = 8
_INTERRUPTED = "Ctrl-C で中断しました。"
_SUM = re.compile(r"(.+)([+-])([^+-]+)")
_SHOWN_BYTES = 64


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
        self._breakpoints: list[int] = []
        self._printed = 0
        self._last_line = ""
        self._is_interrupted = False

    @property
    def _machine(self) -> Machine:
        return self._debugger.machine

    def do(self, line: str) -> None:
        """Do one line; an empty one repeats the line before."""
        line = unicodedata.normalize("NFKC", line).strip() or self._last_line
        self._last_line = line
        words = line.split()
        if not words:
            return
        entry = next((entry for entry in _ENTRIES if words[0] in entry.names), None)
        try:
            if entry is None:
                raise ConsoleError(f"「{words[0]}」という命令はありません。help で一覧が出ます。")
            entry.do(self, words[1:])
        except ConsoleError as error:
            self._say(str(error))

    # --- going forwards ---

    def _step(self, words: list[str]) -> None:
        for _ in range(_count(words, MAX_STEPS)):
            if not self._step_once():
                return

    def _step_once(self) -> bool:
        """Execute one instruction and tell of it; False when the machine stands still."""
        step = self._debugger.step()
        self._show_output()
        if step is None:
            if stop := self._machine.stop:
                self._say(stop.message)
            return False
        if step.trap is not None:
            self._say(
                f"トラップ: {step.trap.level} へ (原因 {step.trap.cause:#x}、"
                f"値 {hexadecimal(step.trap.tval)})"
            )
        elif step.explanation:
            self._say(step.explanation)
        self.show_place()
        return step.stop is None

    def _next(self, words: list[str]) -> None:
        _none(words)
        machine = self._machine
        call = self._call_length()
        if call is None:
            self._step_once()
            return
        behind, stack = machine.pc + call & _WORD, machine.registers[_SP]
        self._run_to(behind, lambda: self._machine.registers[_SP] >= stack)

    def _finish(self, words: list[str]) -> None:
        _none(words)
        target, stack = self._machine.registers[_RA], self._machine.registers[_SP]
        self._run_to(target, lambda: self._machine.registers[_SP] >= stack)

    def _continue(self, words: list[str]) -> None:
        _none(words)
        self._tell(self._go(frozenset(self._breakpoints)))

    def _run_to(self, address: int, is_there: Callable[[], bool]) -> None:
        """Run until an address is reached in a call that is not deeper, or to a breakpoint."""
        until = frozenset((*self._breakpoints, address))
        stop = self._go(until)
        while (
            self._machine.pc == address
            and address not in self._breakpoints
            and self._machine.stop is None
            and not is_there()
        ):
            stop = self._go(until)
        if self._machine.pc == address and self._machine.stop is None:
            self._show_output()
            self.show_place()
        else:
            self._tell(stop)

    def _go(self, until: frozenset[int]) -> Stop:
        with self._interruptible():
            stop = self._debugger.run(MAX_CYCLES, until, lambda: self._is_interrupted)
        return replace(stop, message=_INTERRUPTED) if self._is_interrupted else stop

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let Ctrl-C end the run between two instructions, and not the debugger."""

        def note(*_: object) -> None:
            self._is_interrupted = True

        self._is_interrupted = False
        before = signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _call_length(self) -> int | None:
        """Return the length of the call at pc, or None when there is none."""
        decoded = decode(self._word(self._machine.pc))
        if decoded is None or decoded.instruction.mnemonic not in ("jal", "jalr"):
            return None
        return decoded.length if decoded.fields["rd"] == _RA else None

    # --- going backwards ---

    def _back(self, words: list[str]) -> None:
        for _ in range(_count(words, MAX_STEPS)):
            if not self._debugger.step_back():
                self._say("最初まで戻りました。これより前はありません。")
                break
        self._printed = min(self._printed, len(self._machine.output))
        self.show_place()

    def _reset(self, words: list[str]) -> None:
        _none(words)
        self._debugger.reset()
        self._printed = 0
        self.show_place()

    # --- breakpoints ---

    def _break(self, words: list[str]) -> None:
        if not words:
            self._say(
                "\n".join(
                    f"{number}: {self._named(address)}"
                    for number, address in enumerate(self._breakpoints, 1)
                )
                or "ブレークポイントはありません。"
            )
            return
        address = self._address(_one(words))
        if address not in self._breakpoints:
            self._breakpoints.append(address)
        self._say(f"{self._named(address)} にブレークポイントを置きました。")

    def _delete(self, words: list[str]) -> None:
        if not words:
            self._breakpoints.clear()
            self._say("ブレークポイントをすべて外しました。")
            return
        address = self._address(_one(words))
        if address not in self._breakpoints:
            raise ConsoleError(f"{self._named(address)} にブレークポイントはありません。")
        self._breakpoints.remove(address)
        self._say(f"{self._named(address)} のブレークポイントを外しました。")

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
        if not 1 <= len(words) <= 2:
            raise ConsoleError("番地を指定してください (例: mem sp 32)。")
        address = self._address(words[0])
        size = _count(words[1:], MAX_SHOWN_BYTES, default=_SHOWN_BYTES)
        data = self._machine.read_memory(address, size)
        for start in range(0, size, _BYTES_A_LINE):
            row = data[start : start + _BYTES_A_LINE]
            text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
            self._say(f"{address + start:08x}: {row.hex(' '):<47}  {text}")

    def _list(self, words: list[str]) -> None:
        if len(words) > 2:
            raise ConsoleError("番地と命令の数を指定してください (例: list main 16)。")
        address = self._address(words[0]) if words else self._machine.pc
        for _ in range(_count(words[1:], MAX_SHOWN_INSTRUCTIONS, default=_SHOWN_INSTRUCTIONS)):
            self._say(self._line(address))
            address += 4 if self._word(address) & 3 == 3 else 2

    def show_place(self) -> None:
        """Print the privilege and the instruction that comes next."""
        machine = self._machine
        privilege = privilege_name(machine.mode, machine.virtual)
        self._say(f"[{privilege}] {self._line(machine.pc)}")

    def _line(self, address: int) -> str:
        word = self._word(address)
        mark = "●" if address in self._breakpoints else " "
        text = disassemble(word, address)
        return f"{mark}{self._named(address)}  {word_text(word):<8}  {text}"

    def _word(self, address: int) -> int:
        """Return the 32 bits at a physical address, or 16 when that is the instruction."""
        word = int.from_bytes(self._machine.read_memory(address, 4), "little")
        return word if word & 3 == 3 else word & 0xFFFF

    def _named(self, address: int) -> str:
        """Return an address with the symbol before it."""
        symbols = self._debugger.program.symbols
        near = [
            (value, name)
            for name, value in symbols.items()
            if value <= address and value >> 31 == address >> 31
        ]
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

    def _tell(self, stop: Stop) -> None:
        self._show_output()
        self._say(stop.message)
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
    _Entry(("step", "s"), "[回数]", "1 命令 (または回数分) 実行します。", Console._step),
    _Entry(
        ("next", "n"), "", "1 命令実行します。呼び出しなら、戻るまで実行します。", Console._next
    ),
    _Entry(("finish", "fin"), "", "今の関数から戻るまで実行します。", Console._finish),
    _Entry(("continue", "c"), "", "ブレークポイントか終わりまで実行します。", Console._continue),
    _Entry(("back", "b-"), "[回数]", "1 命令 (または回数分) 前に戻ります。", Console._back),
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
    _Entry(("regs", "r"), "", "レジスターを表示します。", Console._regs),
    _Entry(("csr",), "名前", "CSR の値を表示します。", Console._csr),
    _Entry(
        ("mem", "x"),
        "番地 [バイト数]",
        f"メモリー (物理番地) を表示します。{MAX_SHOWN_BYTES:,} バイトまでです。",
        Console._mem,
    ),
    _Entry(
        ("list", "l", "disasm"),
        "[番地 [命令の数]]",
        f"命令を表示します。{MAX_SHOWN_INSTRUCTIONS} 命令までです。",
        Console._list,
    ),
    _Entry(("help", "h", "?"), "", "この一覧を表示します。", Console._help),
    _Entry(("quit", "q"), "", "終わります。", Console._quit),
)
