"""The facts of a report as a reader sees them: which, in what order, under what Japanese label."""

from collections.abc import Iterator
from dataclasses import dataclass

from courseware.cpuinfo.model import Fact, listed
from courseware.cpuinfo.reporting import Report
from courseware.cpuinfo.words import value


@dataclass(frozen=True)
class LabelledFact:
    """One fact of the machine: its label, and its value in words (``-`` when unknown)."""

    label: str
    fact: Fact
    value: str


def facts(report: Report) -> tuple[LabelledFact, ...]:
    """Return the facts that apply to the machine, in the order of a report."""
    return tuple(_facts(report))


def _facts(report: Report) -> Iterator[LabelledFact]:
    host = report.host
    yield _labelled("ベンダー", host.vendor)
    yield _labelled("モデル名", host.model_name)
    if host.machine.known:
        yield _labelled("ボード", host.machine)
    yield _labelled("アーキテクチャー", host.architecture)
    yield _labelled("マイクロアーキテクチャー", report.microarchitecture, _generation(report))
    if host.family == "x86":
        yield _labelled("x86-64 の水準", report.x86_64_level, _level(report))
    yield _labelled("ソケット", host.sockets)
    yield _labelled("コア (合計)", host.cores)
    yield _labelled("論理 CPU", host.threads)
    yield _labelled("SMT", host.smt)
    yield _labelled("種類の違うコアの混在", host.heterogeneous, _mixture(report))


def _labelled(label: str, fact: Fact, shown: str = "") -> LabelledFact:
    return LabelledFact(label, fact, shown or value(fact))


def _generation(report: Report) -> str:
    name = report.microarchitecture.value
    # On x86 it is concluded from the instructions, not from the model number.
    return f"{name} 相当" if name and report.host.family == "x86" else ""


def _level(report: Report) -> str:
    level = report.x86_64_level.value
    if level is None:
        return ""
    return f"x86-64-v{level}" + ("" if report.host.flags.complete else " 以上")


def _mixture(report: Report) -> str:
    host = report.host
    if not host.heterogeneous.value or len(host.core_types) < 2:
        return ""
    return "あり: " + listed([f"{kind.name} × {kind.threads}" for kind in host.core_types], "、")
