"""Whether a running guest may move from one host to another, as far as the texts tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from courseware.cpuinfo.comparison import immunity, models
from courseware.cpuinfo.model import Host
from courseware.cpuinfo.texts import listing, say

_SHOWN = 6  # lost flags that a reason names
_MIGRATING = ("x86", "arm", "s390x")


class Verdict(StrEnum):
    """How a guest's CPU must be chosen so that it may move."""

    SAFE = "safe"  # the target has all that the source gives: host-model will do, too
    WITH_MODEL = "with_model"  # only with a CPU model that both have
    SAME_ONLY = "same_only"  # host-passthrough between CPUs that look the same
    UNSAFE = "unsafe"  # not supported, or not advised
    UNKNOWN = "unknown"  # the texts do not tell


@dataclass(frozen=True)
class Migration:
    """One direction. ``source`` and ``target`` are places in the comparison's hosts.

    ``alike`` says that the CPUs look the same in everything that the texts show. ``lost`` are the
    source's flags that the target surely lacks.
    """

    source: int
    target: int
    verdict: Verdict
    alike: bool
    lost: tuple[str, ...]
    reasons: tuple[str, ...]


def guest_flags(host: Host) -> frozenset[str]:
    """Return the flags of all CPUs of a host that its guests may be given."""
    if host.family != "x86":
        return host.flags.common - models.made_by_guest() - models.nested()
    return host.flags.common & models.offered()


def migration(source: int, target: int, hosts: list[Host]) -> Migration:
    """Return the verdict on moving guests from one of the hosts to another."""
    here, there = hosts[source], hosts[target]
    lost = _lost(here, there)
    alike = are_alike(here, there)
    verdict, reasons = _verdict(here, there, lost, alike)
    return Migration(source, target, verdict, alike, lost, reasons)


def _lost(here: Host, there: Host) -> tuple[str, ...]:
    if here.family != there.family or not there.flags.complete:
        return ()
    return tuple(sorted(guest_flags(here) - guest_flags(there)))


def are_alike(one: Host, other: Host) -> bool:
    """Say whether two hosts' CPUs look the same: maker, model, stepping and every flag."""
    facts = [
        (host.cpu_family.value, host.model.value, host.stepping.value) for host in (one, other)
    ]
    return (
        one.family == other.family
        and one.vendor_id == other.vendor_id
        and None not in facts[0]
        and facts[0] == facts[1]
        and one.flags.complete
        and other.flags.complete
        and one.flags.common == other.flags.common
        and not one.heterogeneous.value
        and not other.heterogeneous.value
    )


def _verdict(
    here: Host, there: Host, lost: tuple[str, ...], alike: bool
) -> tuple[Verdict, tuple[str, ...]]:
    if not (here.family and there.family):
        return Verdict.UNKNOWN, (say("comparison.not_read"),)
    if here.family != there.family:
        return Verdict.UNSAFE, (say("comparison.other_architecture"),)
    if "virsh" in (here.source, there.source):
        return Verdict.UNKNOWN, (say("comparison.from_virsh"),)
    if here.family not in _MIGRATING:
        return Verdict.UNKNOWN, (say("comparison.family_not_judged"),)
    if here.family == "arm":
        if not (here.flags.complete and there.flags.complete and here.part and there.part):
            return Verdict.UNKNOWN, (say("comparison.incomplete"),)
        if alike:
            return Verdict.SAME_ONLY, (say("comparison.arm_alike"),)
        return Verdict.UNSAFE, (say("comparison.arm_differs"),)
    if here.family == "s390x":
        return _verdict_s390x(here, there, lost)
    return _verdict_x86(here, there, lost, alike)


def _verdict_s390x(
    here: Host, there: Host, lost: tuple[str, ...]
) -> tuple[Verdict, tuple[str, ...]]:
    """Judge by the machines: QEMU has a model of each, and most features are not printed."""
    if not (here.flags.complete and there.flags.complete):
        return Verdict.UNKNOWN, (say("comparison.incomplete"),)
    numbers = (here.model.value, there.model.value)
    names = [models.machines().get(number or "") for number in numbers]
    if None in names:
        return Verdict.UNKNOWN, (say("comparison.no_machine"),)
    if names[0] != names[1]:
        return Verdict.WITH_MODEL, (say("comparison.other_machine", here=names[0], there=names[1]),)
    if lost or here.facilities.common - there.facilities.common:
        return Verdict.WITH_MODEL, (say("comparison.same_machine_differs"),)
    return Verdict.SAFE, (say("comparison.nothing_lost"),)


def _verdict_x86(
    here: Host, there: Host, lost: tuple[str, ...], alike: bool
) -> tuple[Verdict, tuple[str, ...]]:
    if not (here.flags.complete and there.flags.complete):
        return Verdict.UNKNOWN, (say("comparison.incomplete"),)
    if not (here.vendor_id and there.vendor_id):
        return Verdict.UNKNOWN, (say("comparison.no_vendor"),)
    if here.vendor_id != there.vendor_id:
        makers = {"here": here.vendor.value, "there": there.vendor.value}
        return Verdict.UNSAFE, (say("comparison.other_vendor", **makers),)
    # 32-bit only against 64-bit: no guest's model fits both in a useful way.
    if here.architecture.value != there.architecture.value:
        return Verdict.UNSAFE, (say("comparison.other_width"),)
    reasons = list(_losing(here, there, lost))
    verdict = Verdict.WITH_MODEL if reasons else Verdict.SAFE
    if not reasons:
        reasons.append(say("comparison.nothing_lost"))
    reasons.append(
        say("comparison.passthrough_alike" if alike else "comparison.passthrough_differs")
    )
    if _cannot_scale_tsc(there):
        reasons.append(say("comparison.no_tsc_scaling"))
    return verdict, tuple(reasons)


def _losing(here: Host, there: Host, lost: tuple[str, ...]) -> Iterator[str]:
    """Yield why a guest that was started with all of the source cannot move."""
    if lost:
        names = listing(list(lost[:_SHOWN]))
        more = say("comparison.and_more", count=len(lost) - _SHOWN) if len(lost) > _SHOWN else ""
        yield say("comparison.lost", names=names, more=more)
    told = immunity.lost(here, there)
    for key, is_ability in (("exposed", False), ("unable", True)):
        those = [name for name in told if (name in immunity.abilities()) is is_ability]
        if those:
            yield say(f"comparison.{key}", names=listing(those))


def _cannot_scale_tsc(host: Host) -> bool:
    """Say whether the text shows that KVM there cannot give guests another TSC frequency."""
    if host.vmx_flags.present:
        return host.vmx_flags.complete and "tsc_scaling" not in host.vmx_flags
    return "svm" in host.flags and "tsc_scale" not in host.flags
