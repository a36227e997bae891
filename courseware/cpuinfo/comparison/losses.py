"""What a host loses when its guests see only what all hosts have, and why it matters."""

from dataclasses import dataclass
from enum import StrEnum

from courseware.cpuinfo.comparison import models
from courseware.cpuinfo.texts import choose, listing, say


class Kind(StrEnum):
    """What sort of thing a flag is to a guest."""

    GUARD = "guard"  # of the guest's kernel, against leaks: comes with microcode
    TRANSACTIONAL = "transactional"  # switched off by microcode or kernel
    INSTRUCTION = "instruction"  # or another ability of the CPU


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
    return Kind.TRANSACTIONAL if flag in models.transactional() else Kind.INSTRUCTION


def loss(flag: str, missing_on: tuple[str, ...]) -> Loss:
    """Return the loss of a flag that these hosts lack."""
    sort = kind(flag)
    return Loss(flag, sort, missing_on, why_missing(flag, listing(list(missing_on))))


def why_missing(flag: str, hosts: str) -> str:
    """Return the sentence that says who lacks a flag and what that means for a guest."""
    sort = kind(flag)
    if sort is Kind.GUARD:
        return say("comparison.lost_guard", hosts=hosts, guard=choose(models.guards()[flag]))
    return say(f"comparison.lost_{sort}", hosts=hosts)
