"""Looking at what a program did: each kind of check, and how its outcome reads."""

from collections.abc import Callable, Mapping, Sequence

from courseware.grading.programs.machine import Finding, Loaded
from courseware.grading.programs.model import Block, Check, number_text

WORD_BYTES = 4


class Missing(Exception):
    """The program has no such label. The message says so."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"ラベル「{label}:」がありません。"
            "配られたプログラムにあるラベルは、名前を変えずに残してください。"
        )


def finding(check: Check, machine: Loaded) -> Finding | None:
    """Return what is wrong with what a check looks at; None when nothing is."""
    try:
        if check.contents is not None:
            return _compare_contents(check, check.contents, machine)
        if check.size:
            return _compare_places(check, machine)
        return _compare_number(check, machine)
    except Missing as missing:
        return Finding(str(missing))


def address_of(symbols: Mapping[str, int], place: str | int) -> int:
    """Return the address of a number, a label, or ``label+8``. Raises Missing."""
    if isinstance(place, int):
        return place
    label, _, offset = place.partition("+")
    if label not in symbols:
        raise Missing(label)
    return (symbols[label] + int(offset or "0", 0)) & 0xFFFF_FFFF


# --- contents ---


def _compare_contents(check: Check, expected: Block, machine: Loaded) -> Finding | None:
    size = len(expected.data)
    if check.source == "output":
        actual = machine.output
    elif check.source == "disk":
        actual = machine.read_disk(int(check.of[0]), size)
    else:
        actual = machine.read_memory(address_of(machine.symbols, check.of[0]), size)
    if actual == expected.data:
        return None
    return _told(check, str(expected), str(expected.of(actual)))


def _compare_places(check: Check, machine: Loaded) -> Finding | None:
    first, second = (
        machine.read_memory(address_of(machine.symbols, place), check.size)
        for place in (check.of[0], check.same_as)
    )
    if first == second:
        return None
    at = next(i for i in range(check.size) if first[i] != second[i])
    same = f"{check.same_as} からの {check.size:,} バイトと同じ"
    return _told(check, same, f"{at:,} バイト目が {first[at]:#04x} (同じなら {second[at]:#04x})")


# --- numbers ---


def _word(machine: Loaded, place: str | int) -> int:
    address = address_of(machine.symbols, place)
    return int.from_bytes(machine.read_memory(address, WORD_BYTES), "little")


def _share(machine: Loaded, places: Sequence[str | int]) -> int:
    first, *others = (_word(machine, place) for place in places)
    return round(100 * first / ((first + sum(others)) or 1))


_NUMBERS: dict[str, Callable[[Loaded, Sequence[str | int]], int]] = {
    "register": lambda machine, of: machine.register(str(of[0])),
    "csr": lambda machine, of: machine.csr(str(of[0])),
    "memory": lambda machine, of: _word(machine, of[0]),
    "count": lambda machine, of: machine.count(str(of[0])),
    "share": _share,
}


def _compare_number(check: Check, machine: Loaded) -> Finding | None:
    actual = _NUMBERS[check.source](machine, check.of)
    low, high = check.low, check.high
    if check.counter:
        measured = machine.count(check.counter)
        low, high = measured - check.within, measured + check.within
    if (low is None or actual >= low) and (high is None or actual <= high):
        return None
    return _told(check, _range_text(low, high), _text(actual))


def _range_text(low: int | None, high: int | None) -> str:
    if low == high:
        return "" if low is None else _text(low)
    parts = []
    if low is not None:
        parts.append(f"{_text(low)} 以上")
    if high is not None:
        parts.append(f"{_text(high)} 以下")
    return "、".join(parts)


def _text(number: int) -> str:
    return number_text(number) if number >= 1 << 31 else f"{number:,}"


# --- telling ---

_COUNTERS = {
    "instructions": "実行した命令",
    "cycles": "サイクル",
    "traps": "トラップ",
    "tlb-hits": "TLB のヒット",
    "tlb-misses": "TLB のミス",
    "walk-loads": "1 段目のページ表の読み出し",
    "guest-walk-loads": "2 段目のページ表の読み出し",
    "device-accesses": "装置の読み書き",
    "dirty-pages": "書き込みのあったページ",
}


def subject(check: Check) -> str:
    """Return what a check looks at, in Japanese."""
    first = str(check.of[0]) if check.of else ""
    if check.source == "output":
        return "コンソールへの出力"
    if check.source == "disk":
        return f"ディスクの {first} バイト目から"
    if check.source == "share":
        return f"{'、'.join(map(str, check.of))} の合計に対する {first} の割合 (%)"
    if check.source == "count":
        counter, _, details = first.partition(".")
        return f"{_COUNTERS[counter]}の数" + (f" ({details})" if details else "")
    return first


def _told(check: Check, expected: str, actual: str) -> Finding:
    about = subject(check)
    message = check.otherwise or f"{about}が、期待したものと違います。"
    return Finding(message, f"{about}: {expected}", f"{about}: {actual}")
