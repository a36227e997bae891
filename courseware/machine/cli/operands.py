"""What may follow a command of the debugger: numbers, addresses, sizes."""

import re

from courseware.machine.debugger import Debugger
from courseware.machine.isa.csr_numbers import CSR_NAMES
from courseware.machine.registers import REGISTER_NUMBERS

_WORD = 0xFFFF_FFFF
_SIGN = re.compile(r"(?<=.)([+-])")
_SPACED_SIGN = re.compile(r"\s*([+-])\s*")
# An address as the debugger shows it, without 0x.
_SHOWN_ADDRESS = re.compile(r"[0-9A-Fa-f]{8}")


class ConsoleError(Exception):
    """A command cannot be done; the message says in Japanese why."""


def words_of(text: str) -> list[str]:
    """Return the words of a line; a sum is one word, with spaces at its signs or without."""
    return _SPACED_SIGN.sub(r"\1", text).split()


def no_words(words: list[str]) -> None:
    """Raise ConsoleError when something follows a command that takes nothing."""
    if words:
        raise ConsoleError(f"この命令に「{' '.join(words)}」は付けられません。")


def one_word(words: list[str]) -> str:
    """Return the only word. Raises ConsoleError for more and for none."""
    if len(words) != 1:
        raise ConsoleError(f"1 つだけ指定してください (今は {len(words)} 個です)。")
    return words[0]


def count_of(words: list[str], most: int, default: int = 1) -> int:
    """Return the number in the only word, or the default without one. Raises ConsoleError."""
    if not words:
        return default
    text = one_word(words)
    count = _number(text)
    if count is None or not 1 <= count <= most:
        raise ConsoleError(f"数は 1 から {most:,} までの整数です (今は「{text}」です)。")
    return count


def address_of(text: str, debugger: Debugger) -> int:
    """Return the address that a symbol, a register, a number or a sum of them means now.

    Raises ConsoleError, for what 32 bits do not hold, too.
    """
    base, *rest = _SIGN.split(text)
    address = _term(base, debugger)
    for sign, term in zip(rest[::2], rest[1::2], strict=True):
        address += _term(term, debugger) if sign == "+" else -_term(term, debugger)
    if not 0 <= address <= _WORD:
        raise ConsoleError(
            f"「{text}」は 32 ビットの番地になりません。0x00000000 から 0xffffffff までです。"
        )
    return address


def bytes_of(words: list[str], debugger: Debugger, most: int, default: int) -> tuple[int, int]:
    """Return an address and a number of bytes. Raises ConsoleError."""
    if not 1 <= len(words) <= 2:
        raise ConsoleError("番地を指定してください。バイト数も付けられます (例: sp 32)。")
    return address_of(words[0], debugger), count_of(words[1:], most, default)


def csr_name(text: str) -> str:
    """Return the name of a CSR that is given by its number; else the text as it is."""
    number = _number(text)
    return text if number is None else CSR_NAMES.get(number, text)


def _term(text: str, debugger: Debugger) -> int:
    symbols = debugger.program.symbols
    if text in symbols:
        return symbols[text]
    if text == "pc":
        return debugger.machine.pc
    if text in REGISTER_NUMBERS:
        return debugger.machine.registers[REGISTER_NUMBERS[text]]
    if _SHOWN_ADDRESS.fullmatch(text):
        return int(text, 16)
    number = _number(text)
    if number is None:
        raise ConsoleError(
            f"「{text}」は番地でも数でもありません。シンボルの名前か、"
            "0x80000000 のような数を指定してください。"
        )
    return number


def _number(text: str) -> int | None:
    try:
        return int(text.replace(",", ""), 0)
    except ValueError:
        return None
