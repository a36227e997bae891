"""What a host loses when its guests see only what all hosts have, and why it matters."""

from dataclasses import dataclass
from enum import StrEnum

from courseware.cpuinfo.comparison import models
from courseware.cpuinfo.texts import choose, listing, say


class Kind(StrEnum):
    """What sort of thing a flag is to a guest."""

    GUARD = "guard"  # of the guest's kernel, against leaks
    TRANSACTIONAL = "transactional"  # switched off by microcode or kernel
    INSTRUCTION = "instruction"  # that programs or the kernel run
    CONTROL = "control"  # what a kernel switches on: bits of control registers and page tables
    HINT = "hint"  # of speed or behaviour, without an instruction that could fail


@dataclass(frozen=True)
class Loss:
    """A flag that a host has and another lacks. ``reason`` is one sentence."""

    flag: str
    kind: Kind
    missing_on: tuple[str, ...]  # labels of the hosts that lack it
    reason: str


def kind(flag: str) -> Kind:
    """Return what sort of thing a flag is."""
    if flag in models.guards():
        return Kind.GUARD
    sorts = {
        Kind.TRANSACTIONAL: models.transactional(),
        Kind.CONTROL: models.control(),
        Kind.HINT: models.hints(),
    }
    return next((sort for sort, flags in sorts.items() if flag in flags), Kind.INSTRUCTION)


def loss(flag: str, missing_on: tuple[str, ...]) -> Loss:
    """Return the loss of a flag that these hosts lack."""
    sort = kind(flag)
    return Loss(flag, sort, missing_on, why_missing(flag, listing(list(missing_on))))


def why_missing(flag: str, hosts: str) -> str:
    """Return the sentence that says who lacks a flag and what that means for a guest."""
    sort = kind(flag)
    if sort is Kind.GUARD:
        brought = "guard" if flag in models.by_microcode() else "guard_by_kernel"
        return say(f"comparison.lost_{brought}", hosts=hosts, guard=choose(models.guards()[flag]))
    return say(f"comparison.lost_{sort}", hosts=hosts)
