"""``report``: from a ``Host`` to what a learner should know about it."""

from dataclasses import dataclass

from courseware.cpuinfo import findings as finding_rules
from courseware.cpuinfo import knowledge, microarchitecture
from courseware.cpuinfo.conclusion import Conclusion, conclude
from courseware.cpuinfo.findings import CannotTell, Finding
from courseware.cpuinfo.knowledge import Flag, Group
from courseware.cpuinfo.model import Fact, FlagSet, Host
from courseware.cpuinfo.texts import speaking


@dataclass(frozen=True)
class ExplainedFlag:
    """A flag of this host with its explanation; ``everywhere`` is False when not on all CPUs."""

    flag: Flag
    everywhere: bool


@dataclass(frozen=True)
class FlagGroup:
    """A group with this host's flags in it, in the order in which they are printed."""

    group: Group
    flags: tuple[ExplainedFlag, ...]


@dataclass(frozen=True)
class Report:
    """What the text shows, what it cannot show, and what to type next."""

    host: Host
    conclusion: Conclusion
    microarchitecture: Fact[str]
    compatible_microarchitecture: Fact[str]
    x86_64_level: Fact[int]
    findings: tuple[Finding, ...]
    groups: tuple[FlagGroup, ...]
    unexplained_flags: tuple[str, ...]
    cannot_tell: tuple[CannotTell, ...]


def report(host: Host) -> Report:
    """Return the report on a parsed text, in the host's language."""
    with speaking(host.language):
        return _report(host)


def _report(host: Host) -> Report:
    groups, unexplained = _explain(host)
    found = finding_rules.findings(host)
    return Report(
        host=host,
        conclusion=conclude(host, found),
        microarchitecture=microarchitecture.microarchitecture(host),
        compatible_microarchitecture=microarchitecture.compatible_microarchitecture(host),
        x86_64_level=microarchitecture.x86_64_level(host),
        findings=found,
        groups=groups,
        unexplained_flags=unexplained,
        cannot_tell=finding_rules.cannot_tell(host),
    )


def _explain(host: Host) -> tuple[tuple[FlagGroup, ...], tuple[str, ...]]:
    by_group: dict[str, list[ExplainedFlag]] = {}
    unexplained: list[str] = []
    lines: tuple[tuple[FlagSet, str], ...] = ((host.flags, host.family), (host.vmx_flags, "vmx"))
    for flags, family in lines:
        known = knowledge.flags(family)
        for name in flags.order:
            if name in known:
                explained = ExplainedFlag(known[name], name in flags.common)
                by_group.setdefault(known[name].group, []).append(explained)
            else:
                unexplained.append(name)
    groups = tuple(
        FlagGroup(group, tuple(by_group[group.key]))
        for group in knowledge.groups()
        if group.key in by_group
    )
    return groups, tuple(unexplained)
