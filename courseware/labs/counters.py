"""The machine's counters in the learner's words, and two runs' counters side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from courseware.machine import trap_name
from courseware.machine.trap import INTERRUPT_BIT, Cause, Interrupt

# By the names of Counters.named(), in the order of the page.
_LABELS = {
    "instructions": "実行した命令",
    "cycles": "サイクル (時間)",
    "traps": "トラップ",
    "device-accesses": "装置へのアクセス",
    "dirty-pages": "書き込んだページ",
    "tlb-hits": "TLB ヒット",
    "tlb-misses": "TLB ミス",
    "walk-loads": "ページ表の読み出し (satp、vsatp)",
    "guest-walk-loads": "ページ表の読み出し (hgatp)",
}
_ALWAYS = ("instructions", "cycles")  # the others only where they are not 0
_TRAPS = {
    cause.name.lower().replace("_", "-"): trap_name(number)
    for cause, number in [
        *((cause, int(cause)) for cause in Cause),
        *((code, code | INTERRUPT_BIT) for code in Interrupt),
    ]
}
_LEVELS = {"M": "M モード", "HS": "HS モード", "VS": "VS モード"}


@dataclass(frozen=True)
class Count:
    """A counter: its Japanese label, and whether it is a part of the one before."""

    label: str
    value: int
    is_part: bool


@dataclass(frozen=True)
class Pair:
    """A counter of two runs."""

    label: str
    is_part: bool
    a: int
    b: int

    @property
    def short_label(self) -> str:
        """The label without the English name of a trap, for narrow places."""
        return self.label.partition(" (")[0] if self.is_part else self.label

    @property
    def ratio(self) -> str:
        """How many times ``a`` the value of ``b`` is; a dash where ``a`` is 0."""
        if not self.a:
            return "—"
        ratio = self.b / self.a
        if ratio >= 100:
            return f"{ratio:,.0f} 倍"
        if ratio >= 0.1 or not self.b:
            return f"{ratio:.2f} 倍"
        return f"1/{1 / ratio:,.0f}"


def counts(counters: Mapping[str, int]) -> list[Count]:
    """Return what is worth showing of Counters.named()."""
    return [
        Count(_label(name), counters.get(name, 0), "." in name)
        for name in _order(counters)
        if name in _ALWAYS or counters.get(name, 0)
    ]


def pairs(a: Mapping[str, int], b: Mapping[str, int]) -> list[Pair]:
    """Return the counters of which one of two runs has something."""
    return [
        Pair(_label(name), "." in name, a.get(name, 0), b.get(name, 0))
        for name in _order({**a, **b})
        if name in _ALWAYS or a.get(name, 0) or b.get(name, 0)
    ]


def _order(counters: Mapping[str, int]) -> Iterator[str]:
    """Yield the names in order: the traps by level and cause behind their sum."""
    for name in _LABELS:
        yield name
        if name == "traps":
            yield from sorted(key for key in counters if key.count(".") == 2)


def _label(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]
    _, level, cause = name.split(".")
    return f"{_LEVELS[level]}へ: {_TRAPS[cause]}"
