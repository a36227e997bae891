"""The parts of the stored view that tell of the system: CSRs, traps, page tables, counters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from courseware.labs.counters import Count, counts
from courseware.labs.runner.csrs import AT_RESET, CSR_GROUPS, is_used
from courseware.labs.runner.paging import MAX_ROWS, MAX_TABLES
from courseware.labs.runner.view import TRAPS_SHOWN
from courseware.machine.debugger import MAX_BREAKPOINTS
from courseware.machine.narration.csr_fields import CSR_FIELDS, value_text

_GROUP_TITLES = {
    "M": "M モード",
    "S": "S モード",
    "H": "ハイパーバイザー (HS モード)",
    "VS": "ゲスト (VS モード)",
    "PMP": "物理メモリー保護 (PMP)",
}
_ALWAYS = ("mstatus", "mtvec", "mepc", "mcause", "mtval")
_FLAG_NAMES = {
    "V": "有効",
    "R": "読み出し可",
    "W": "書き込み可",
    "X": "実行可",
    "U": "ユーザー用",
    "G": "グローバル",
    "A": "アクセス済み",
    "D": "書き込み済み",
}
_TABLES = {
    "satp": "satp の表 (Sv32)",
    "vsatp": "vsatp の表 (Sv32、ゲスト仮想アドレスからゲスト物理アドレスへ)",
    "hgatp": "hgatp の表 (Sv32x4、ゲスト物理アドレスから物理アドレスへ)",
}
_LIT = {
    "look": "「表示する番地」に入力した番地の変換",
    "last": "直前の命令のアクセスの変換",
    "next": "次の命令のアクセスの変換",
}


@dataclass(frozen=True)
class Csr:
    """A CSR: its value (with the trap that a cause names), and what its fields say."""

    name: str
    value: str
    fields: str
    changed: bool


@dataclass(frozen=True)
class CsrGroup:
    """The CSRs of a privilege."""

    title: str
    rows: list[Csr]
    unused: list[str]  # names of those that are as they were at reset


@dataclass(frozen=True)
class Trap:
    """A trap that was taken; ``line`` is where in the program's own source, else None."""

    number: int
    name: str
    source: str
    destination: str
    pc: str
    line: int | None
    part: str
    sentence: str


@dataclass(frozen=True)
class TableRow:
    """Entries of a page table that say the same: see ``runner.paging``."""

    pages: str
    entries: str
    leads_to: str
    flags: list[tuple[str, str]]  # letters, with names for those who do not see them
    is_lit: bool
    rows: list["TableRow"]


@dataclass(frozen=True)
class Table:
    """The tables that a register names."""

    title: str
    root: str
    rows: list[TableRow]
    is_cut: bool


@dataclass(frozen=True)
class Panes:
    """What the folded panes show; empty lists where there is nothing."""

    mode: str
    csrs: list[CsrGroup]
    has_csrs: bool  # a program has used any
    traps: list[Trap]
    traps_taken: int
    tables: list[Table]
    lit: str  # what the lit walk is the walk of
    walk: list[str]
    counters: list[Count]
    traps_shown: int = TRAPS_SHOWN
    max_rows: int = MAX_ROWS
    max_tables: int = MAX_TABLES
    max_breakpoints: int = MAX_BREAKPOINTS
    flag_names: Mapping[str, str] = field(default_factory=lambda: _FLAG_NAMES)


def panes(view: Mapping[str, Any]) -> Panes:
    """Return the panes of a stored view."""
    groups = {name: names for name, names in CSR_GROUPS.items() if is_used(names, view["csrs"])}
    return Panes(
        mode=view["mode"],
        csrs=list(_csr_groups({"M": CSR_GROUPS["M"], **groups}, view)),
        has_csrs=bool(groups),
        traps=[_trap(trap) for trap in view["traps"]],
        traps_taken=view["counters"]["traps"],
        tables=[_table(table) for table in view["tables"]],
        lit=_LIT[view["lit"]],
        walk=view["walk"]["sentences"] if view["walk"] else [],
        counters=counts(view["counters"]),
    )


def _csr_groups(
    groups: Mapping[str, tuple[str, ...]], view: Mapping[str, Any]
) -> Iterator[CsrGroup]:
    changed = set(view["csrs_changed"])
    for group, names in groups.items():
        values = {name: view["csrs"][name] for name in names}
        shown = [
            name
            for name, value in values.items()
            if name in _ALWAYS or name in changed or value != AT_RESET.get(name, 0)
        ]
        yield CsrGroup(
            title=_GROUP_TITLES[group],
            rows=[
                Csr(name, value_text(name, value), _fields(name, value), name in changed)
                for name, value in values.items()
                if name in shown
            ],
            unused=[] if group == "PMP" else [name for name in names if name not in shown],
        )


def _fields(name: str, value: int) -> str:
    """Return the fields that say something, as ``MPP = 3 (M モード)``.

    Those of a status register name a mode by 0, too.
    """
    return "、".join(
        f"{part.name} = {part.text(value)}"
        for part in CSR_FIELDS.get(name, ())
        if part.value(value) or (part.meanings and name.endswith("status"))
    )


def _trap(trap: Mapping[str, Any]) -> Trap:
    at = trap["at"] or {"file": "", "line": None}
    return Trap(
        trap["number"],
        trap["name"],
        trap["source"],
        trap["destination"],
        _word(trap["pc"]),
        at["line"],
        at["file"],
        trap["sentence"],
    )


def _table(table: Mapping[str, Any]) -> Table:
    return Table(
        title=_TABLES[table["register"]],
        root=_word(table["root"]),
        rows=[_row(row) for row in table["rows"]],
        is_cut=table["is_cut"],
    )


def _row(row: Mapping[str, Any]) -> TableRow:
    to = _word(row["to"])
    return TableRow(
        pages=f"{_word(row['start'])} – {_word(row['last'])}",
        entries=f"{row['count']} 個" if row["count"] > 1 else "",
        leads_to=f"次の表 {to}" if row["is_table"] else to,
        flags=[(letter, _FLAG_NAMES[letter]) for letter in row["flags"]],
        is_lit=row["is_lit"],
        rows=[_row(below) for below in row["rows"]],
    )


def _word(value: int) -> str:
    return f"0x{value:08x}"
