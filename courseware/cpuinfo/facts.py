"""The facts of a report as a reader sees them: which, in what order, under what label."""

from collections.abc import Iterator
from dataclasses import dataclass

from courseware.cpuinfo.model import Fact
from courseware.cpuinfo.reporting import Report
from courseware.cpuinfo.texts import say, shortened, speaking
from courseware.cpuinfo.words import shapes, value


@dataclass(frozen=True)
class LabelledFact:
    """One fact of the machine: its label, and its value in words (``-`` when unknown)."""

    label: str
    fact: Fact
    value: str


def facts(report: Report) -> tuple[LabelledFact, ...]:
    """Return the facts that apply to the machine, in the order of a report."""
    with speaking(report.host.language):
        return tuple(_facts(report))


def _facts(report: Report) -> Iterator[LabelledFact]:
    host = report.host
    yield _labelled("vendor", host.vendor)
    yield _labelled("model_name", host.model_name)
    for name in ("machine", "platform"):
        if getattr(host, name).known:
            yield _labelled(name, getattr(host, name))
    yield _labelled("architecture", host.architecture)
    yield _labelled("microarchitecture", report.microarchitecture)
    if host.family == "x86":
        compatible = report.compatible_microarchitecture
        yield _labelled("compatible_microarchitecture", compatible, _generation(report))
        yield _labelled("x86_64_level", report.x86_64_level, _level(report))
    if host.mmu.known:
        yield _labelled("mmu", host.mmu)
    yield _labelled("sockets", host.sockets)
    yield _labelled("cores", host.cores)
    yield _labelled("threads", host.threads)
    yield _labelled("smt", host.smt)
    yield _labelled("heterogeneous", host.heterogeneous, _mixture(report))


def _labelled(name: str, fact: Fact, shown: str = "") -> LabelledFact:
    return LabelledFact(say(f"report.{name}"), fact, shown or value(fact))


def _generation(report: Report) -> str:
    name = report.compatible_microarchitecture.value
    return say("report.equivalent", name=name) if name else ""


def _level(report: Report) -> str:
    level = report.x86_64_level.value
    if level is None:
        return ""
    key = "report.level" if report.host.flags.complete else "report.level_or_more"
    return say(key, level=level)


def _mixture(report: Report) -> str:
    host = report.host
    if not host.heterogeneous.value:
        return ""
    if len(host.core_types) > 1:
        kinds = [say("report.kind", name=k.name, count=k.threads) for k in host.core_types]
    else:
        kinds = shapes(host)
    return say("report.mixture", kinds=shortened(kinds, say("report.comma"))) if kinds else ""
