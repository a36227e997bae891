"""The named CPU model nearest to what all hosts have, and how to set it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from courseware.cpuinfo.comparison import models
from courseware.cpuinfo.comparison.immunity import Told, abilities, told
from courseware.cpuinfo.comparison.losses import why_missing
from courseware.cpuinfo.comparison.models import CpuModel
from courseware.cpuinfo.model import Host
from courseware.cpuinfo.texts import listing, say

PROXMOX_MODEL = "common"  # the name of the custom model in the example
# A flag that a model has and a host lacks costs more than one that has to be added: the fewer
# removals, the nearer the guest is to a CPU that was made.
_REMOVAL_COST = 2


@dataclass(frozen=True)
class Removal:
    """A feature of the model that guests must not see, by QEMU's name, and why."""

    feature: str
    reason: str


@dataclass(frozen=True)
class Recommendation:
    """What to set on every host so that guests can move between all of them.

    ``added`` and ``unseen`` are QEMU's names. ``unseen`` is what the model has and no
    /proc/cpuinfo shows: QEMU alone can tell whether the hosts have it. ``proxmox`` is the
    file of custom models, and ``proxmox_line`` the guest's line: empty where it does not run.
    """

    model: str
    vendor: str
    added: tuple[str, ...]
    removed: tuple[Removal, ...]
    unseen: tuple[str, ...]
    command: str
    xml: str
    proxmox: str
    proxmox_line: str


def recommend(
    baseline: frozenset[str], hosts: Sequence[Host], lacking: dict[str, tuple[str, ...]]
) -> Recommendation | None:
    """Return the setting for x86 hosts of one maker, or None when no model is near.

    ``baseline`` are the flags that all offer; ``lacking`` tells for a flag which hosts, by
    label, lack it.
    """
    vendor = hosts[0].vendor_id
    model = nearest(baseline, hosts)
    if model is None:
        return None
    wanted = baseline - model.flags - models.doubtful(vendor)
    added = sorted(name for flag in wanted if (name := models.feature(flag, vendor)))
    removed = tuple(_removals(model, baseline, hosts, lacking))
    minus = [removal.feature for removal in removed]
    switches = [f"+{name}" for name in added] + [f"-{name}" for name in minus]
    return Recommendation(
        model=model.name,
        vendor=vendor,
        added=tuple(added),
        removed=removed,
        unseen=_unseen(model, hosts, Told.UNKNOWN),
        command="-cpu " + ",".join([model.name, *switches, "enforce"]),
        xml=_xml(model.name, vendor, added, minus),
        proxmox="\n".join(
            [f"cpu-model: {PROXMOX_MODEL}"]
            + ([f"    flags {';'.join(switches)}"] if switches else [])
            + [f"    reported-model {model.name}"]
        ),
        proxmox_line=f"cpu: custom-{PROXMOX_MODEL}",
    )


def passthrough() -> Recommendation:
    """Return the setting that gives guests the host's own CPU."""
    return Recommendation(
        model="host",
        vendor="",
        added=(),
        removed=(),
        unseen=(),
        command="-cpu host",
        xml="<cpu mode='host-passthrough' check='none' migratable='on'/>",
        proxmox="",
        proxmox_line="cpu: host",
    )


def oldest_machine(hosts: Sequence[Host]) -> Recommendation:
    """Return the setting for hosts of IBM Z: the model of the oldest of their machines.

    All of them must be in ``models.machines()``.
    """
    numbers = {host.model.value for host in hosts}
    name = next(name for number, name in models.machines().items() if number in numbers)
    return Recommendation(
        model=name,
        vendor="",
        added=(),
        removed=(),
        unseen=(),
        command=f"-cpu {name}",
        xml=_xml(name, "", [], []),
        proxmox="",
        proxmox_line="",
    )


def nearest(baseline: frozenset[str], hosts: Sequence[Host]) -> CpuModel | None:
    """Return the model of the hosts' maker with the fewest changes to the baseline, or None.

    What a model has and some host may lack, unseen, counts as a change, too: the less when the
    model was made after the CPU of one of the hosts. Of equals, the newest.
    """
    cpus = {(host.cpu_family.value, host.model.value) for host in hosts}

    def cost(place_and_model: tuple[int, CpuModel]) -> tuple[int, int]:
        place, model = place_and_model
        wanted = model.flags & models.offered()
        removals = len(wanted - baseline) + len(_unseen(model, hosts, Told.NO))
        doubts = len(_unseen(model, hosts, Told.UNKNOWN))
        changes = _REMOVAL_COST * removals + len(baseline - wanted)
        return changes + doubts * (1 if cpus & model.cpus else _REMOVAL_COST), -place

    fitting = [
        (place, model)
        for place, model in enumerate(models.models())
        if model.vendor in (hosts[0].vendor_id, "") and "lm" in baseline
    ]
    return min(fitting, key=cost)[1] if fitting else None


def _unseen(model: CpuModel, hosts: Sequence[Host], wanted: Told) -> tuple[str, ...]:
    """Return what of the model is not printed and all of these hosts, taken together, tell so."""
    return tuple(
        sorted(name for name in model.unseen - model.nested if _together(name, hosts) is wanted)
    )


def _together(name: str, hosts: Sequence[Host]) -> Told:
    answers = {told(name, host) for host in hosts}
    if Told.NO in answers:
        return Told.NO
    return Told.UNKNOWN if Told.UNKNOWN in answers else Told.YES


def _removals(
    model: CpuModel,
    baseline: frozenset[str],
    hosts: Sequence[Host],
    lacking: dict[str, tuple[str, ...]],
) -> Iterator[Removal]:
    vendor = hosts[0].vendor_id
    for flag in sorted((model.flags & models.offered()) - baseline):
        reason = why_missing(flag, listing(list(lacking.get(flag, ()))))
        yield Removal(models.feature(flag, vendor) or flag, reason)
    for name in _unseen(model, hosts, Told.NO):
        key = "not_able" if name in abilities() else "not_immune"
        yield Removal(name, say(f"comparison.{key}"))
    for flag in sorted(model.flags & models.withheld()):
        yield Removal(models.feature(flag, vendor), say("comparison.withheld"))
    for name in sorted(model.nested):
        yield Removal(name, say("comparison.nested_removed"))


def _xml(name: str, vendor: str, plus: list[str], minus: list[str]) -> str:
    maker = models.VENDOR_NAMES.get(vendor)
    lines = ["<cpu mode='custom' match='exact' check='partial'>"]
    lines.append(f"  <model fallback='forbid'>{name}</model>")
    if maker:
        lines.append(f"  <vendor>{maker}</vendor>")
    for policy, names in (("require", plus), ("disable", minus)):
        lines += [
            f"  <feature policy='{policy}' name='{models.libvirt_name(feature)}'/>"
            for feature in names
        ]
    return "\n".join([*lines, "</cpu>"])
