"""``compare``: from two to sixteen hosts to what their guests can share."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from courseware.cpuinfo.comparison import models
from courseware.cpuinfo.comparison.losses import Kind, Loss, loss
from courseware.cpuinfo.comparison.migration import (
    Migration,
    Verdict,
    guest_flags,
    migration,
)
from courseware.cpuinfo.comparison.recommending import (
    Recommendation,
    oldest_machine,
    passthrough,
    recommend,
)
from courseware.cpuinfo.microarchitecture import x86_64_level
from courseware.cpuinfo.model import Fact, Host, unknown
from courseware.cpuinfo.texts import DEFAULT_LANGUAGE, listing, say, speaking

MIN_HOSTS, MAX_HOSTS = 2, 16
_ORDER = tuple(Kind)


@dataclass(frozen=True)
class Entry:
    """A host to compare, under the name by which the reader knows it."""

    label: str
    host: Host


@dataclass(frozen=True)
class ComparedHost:
    """A host among others: its guest-visible flags, and what of them it loses.

    ``untold`` are those that no text lacks for sure, but that a cut text does not show. ``doubts``
    are sentences: why ``losses`` may not be all, empty when they are.
    """

    label: str
    host: Host
    x86_64_level: Fact[int]
    offered: frozenset[str]
    losses: tuple[Loss, ...]
    untold: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What the hosts have in common and how guests can move between them.

    ``baseline`` are Linux's names of the flags that guests can see on every host, sorted.
    ``recommendation`` is None when there is none; ``obstacle`` says why, and is else empty.
    ``migrations`` has every ordered pair.
    """

    hosts: tuple[ComparedHost, ...]
    baseline: tuple[str, ...]
    x86_64_level: int | None
    migrations: tuple[Migration, ...]
    recommendation: Recommendation | None
    obstacle: str
    notes: tuple[str, ...]


def compare(entries: Sequence[Entry], language: str = DEFAULT_LANGUAGE) -> Comparison:
    """Return the comparison. Raises ValueError for fewer than 2 or more than 16 hosts."""
    if not MIN_HOSTS <= len(entries) <= MAX_HOSTS:
        raise ValueError(f"{len(entries)} hosts: {MIN_HOSTS} to {MAX_HOSTS} can be compared")
    with speaking(language):
        return _compare(entries)


def _compare(entries: Sequence[Entry]) -> Comparison:
    hosts = [entry.host for entry in entries]
    offered = [guest_flags(host) for host in hosts]
    same_family = len({host.family for host in hosts}) == 1
    baseline = frozenset.intersection(*offered) if same_family else frozenset()
    levels = [_level(host) for host in hosts]
    moves = tuple(migration(a, b, hosts) for a, b in permutations(range(len(hosts)), 2))
    recommendation, obstacle = _recommendation(entries, baseline, moves)
    return Comparison(
        hosts=tuple(
            _compared(entry, level, entries) if same_family else _apart(entry, level, hosts)
            for entry, level in zip(entries, levels, strict=True)
        ),
        baseline=tuple(sorted(baseline)),
        x86_64_level=_common_level(levels),
        migrations=moves,
        recommendation=recommendation,
        obstacle=obstacle,
        notes=tuple(_notes(hosts, offered)),
    )


def _compared(entry: Entry, level: Fact[int], others: Sequence[Entry]) -> ComparedHost:
    """Return the host beside all hosts, itself too, which are of its family."""
    flags = guest_flags(entry.host)
    missing = _lacking(flags, others)
    losses = [loss(flag, labels) for flag, labels in missing.items() if labels]
    cut = [other for other in others if other is not entry and not other.host.flags.complete]
    untold = [
        flag
        for flag, labels in missing.items()
        if not labels and any(flag not in guest_flags(other.host) for other in cut)
    ]
    doubts = []
    if not entry.host.flags.complete:
        doubts.append(say("comparison.doubt_own"))
    if untold:
        hosts = listing([other.label for other in cut])
        names = listing(sorted(untold))
        doubts.append(say("comparison.doubt_others", hosts=hosts, count=len(untold), names=names))
    return ComparedHost(
        label=entry.label,
        host=entry.host,
        x86_64_level=level,
        offered=flags,
        losses=tuple(sorted(losses, key=lambda item: (_ORDER.index(item.kind), item.flag))),
        untold=tuple(sorted(untold)),
        doubts=tuple(doubts),
    )


def _apart(entry: Entry, level: Fact[int], hosts: Sequence[Host]) -> ComparedHost:
    """Return the host beside some of other families: names of their flags mean other things."""
    reason = "architecture" if all(host.family for host in hosts) else "unread"
    doubts = (say(f"comparison.doubt_{reason}"),)
    return ComparedHost(entry.label, entry.host, level, guest_flags(entry.host), (), (), doubts)


def _lacking(flags: frozenset[str], entries: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    """Return for each flag the labels of the hosts that surely do not offer it."""
    whole = [
        (entry.label, guest_flags(entry.host)) for entry in entries if entry.host.flags.complete
    ]
    return {flag: tuple(label for label, having in whole if flag not in having) for flag in flags}


def _recommendation(
    entries: Sequence[Entry], baseline: frozenset[str], moves: tuple[Migration, ...]
) -> tuple[Recommendation | None, str]:
    verdicts = {move.verdict for move in moves}
    for verdict in (Verdict.UNSAFE, Verdict.UNKNOWN):
        if verdict in verdicts:
            reason = next(move.reasons[0] for move in moves if move.verdict is verdict)
            return None, say(f"comparison.none_{verdict}", reason=reason)
    if Verdict.SAME_ONLY in verdicts:
        return passthrough(), ""
    hosts = [entry.host for entry in entries]
    if hosts[0].family == "s390x":
        return oldest_machine(hosts), ""
    lacking = _lacking(models.offered(), entries)
    found = recommend(baseline, hosts, lacking)
    return found, "" if found else say("comparison.none_near")


def _level(host: Host) -> Fact[int]:
    """Return the host's x86-64 level; unknown when its text may hide flags of a higher one."""
    if host.family == "x86" and not host.flags.complete:
        return unknown(say("comparison.level_untold"))
    return x86_64_level(host)


def _common_level(levels: list[Fact[int]]) -> int | None:
    values = [level.value for level in levels if level.value is not None]
    return min(values) if len(values) == len(levels) else None


def _notes(hosts: list[Host], offered: list[frozenset[str]]) -> list[str]:
    """Return what to know besides the flags; the first ones hold for any hosts."""
    notes = [say("comparison.note_unseen"), say("comparison.note_started")]
    if any(host.family == "x86" for host in hosts):
        notes += [
            say(f"comparison.note_{key}") for key in ("versions", "host_only", "tsc", "address")
        ]
    if any(host.family == "s390x" for host in hosts):
        notes.append(say("comparison.note_machines"))
    if any(
        "ssbd" in flags & models.doubtful(h.vendor_id)
        for flags, h in zip(offered, hosts, strict=True)
    ):
        notes.append(say("comparison.note_ssbd"))
    if any("vmx" in host.flags or "svm" in host.flags for host in hosts):
        notes.append(say("comparison.note_nested"))
    guards = frozenset(models.guards())
    if frozenset().union(*offered) & guards != frozenset.intersection(*offered) & guards:
        notes.append(say("comparison.note_guards"))
    if any("hypervisor" in host.flags for host in hosts):
        notes.append(say("comparison.note_guest"))
    if any(host.heterogeneous.value for host in hosts):
        notes.append(say("comparison.note_heterogeneous"))
    return notes
