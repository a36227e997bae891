"""Units of quantities: one table, with exact factors."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from courseware.grading.folding import fold

INFORMATION = "情報量"


@dataclass(frozen=True)
class Unit:
    """A unit: ``factor`` times the dimension's base unit.

    ``names`` are how it is written on top of its symbol. ``counters`` are names that mean it
    only where it is the unit that is asked for: 「4 個」 answers a question about vCPU.
    """

    symbol: str
    dimension: str
    factor: Fraction = Fraction(1)
    names: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()


# Decimal prefixes: the International System of Units; "K" is written as often as its "k".
# Binary prefixes: IEC 80000-13, so 1 KiB is 1024 B, and 1 KB is 1000 B.
DECIMAL = [("K", "キロ"), ("M", "メガ"), ("G", "ギガ"), ("T", "テラ"), ("P", "ペタ")]
BINARY = [("Ki", "キビ"), ("Mi", "メビ"), ("Gi", "ギビ"), ("Ti", "テビ"), ("Pi", "ペビ")]


def _information() -> Iterator[Unit]:
    """Yield bits and bytes (of 8 bits) with every prefix. The base unit is the bit."""
    for symbol, bits, japanese in (("B", 8, "バイト"), ("bit", 1, "ビット")):
        english = {"B": "byte", "bit": "bit"}[symbol]
        yield Unit(symbol, INFORMATION, Fraction(bits), (english, f"{english}s", japanese))
        for base, prefixes in ((1000, DECIMAL), (1024, BINARY)):
            for power, (prefix, kana) in enumerate(prefixes, 1):
                factor = Fraction(bits * base**power)
                yield Unit(f"{prefix}{symbol}", INFORMATION, factor, (f"{kana}{japanese}",))


UNITS = (
    *_information(),
    Unit("ns", "時間", Fraction(1, 10**9), ("ナノ秒",)),
    Unit("µs", "時間", Fraction(1, 10**6), ("us", "マイクロ秒")),
    Unit("ms", "時間", Fraction(1, 1000), ("msec", "ミリ秒")),
    Unit("s", "時間", names=("sec", "秒", "秒間")),
    Unit("min", "時間", Fraction(60), ("分", "分間")),
    Unit("h", "時間", Fraction(3600), ("hour", "hours", "時間")),
    Unit("Hz", "周波数", names=("ヘルツ",)),
    Unit("kHz", "周波数", Fraction(10**3), ("キロヘルツ",)),
    Unit("MHz", "周波数", Fraction(10**6), ("メガヘルツ",)),
    Unit("GHz", "周波数", Fraction(10**9), ("ギガヘルツ",)),
    Unit("%", "割合", Fraction(1, 100), ("パーセント", "percent")),
    Unit("倍", "割合"),
    Unit("vCPU", "vCPU", names=("vCPUs", "仮想 CPU", "仮想CPU"), counters=("個", "つ")),
    Unit("コア", "コア", names=("core", "cores"), counters=("個", "つ")),
    Unit("スレッド", "スレッド", names=("thread", "threads"), counters=("個", "つ", "本")),
    Unit("ページ", "ページ", names=("page", "pages"), counters=("個", "枚")),
    Unit("命令", "命令", counters=("個", "つ")),
    Unit("サイクル", "サイクル", names=("cycle", "cycles")),
    Unit("台", "台", counters=("個", "つ")),
    Unit("個", "個", names=("つ",)),
    Unit("回", "回", names=("度",)),
    Unit("段", "段"),
)


def _named(unit: Unit, *names: str) -> dict[str, Unit]:
    return {fold(name): unit for name in (unit.symbol, *unit.names, *names)}


_BY_NAME = {name: unit for unit in UNITS for name in _named(unit)}


def symbols() -> list[str]:
    """Return the symbol of every unit."""
    return [unit.symbol for unit in UNITS]


def by_symbol(symbol: str) -> Unit | None:
    """Return the unit with a symbol, written as in the table; None when there is none."""
    return next((unit for unit in UNITS if unit.symbol == symbol), None)


def find(name: str, asked: Unit | None = None) -> Unit | None:
    """Return the unit that a folded name means where ``asked`` is asked for, or None.

    Case is folded as well: "kb" is the kilobyte, a kilobit is written "kbit".
    """
    counters = _named(asked, *asked.counters) if asked else {}
    return counters.get(name) or _BY_NAME.get(name)
