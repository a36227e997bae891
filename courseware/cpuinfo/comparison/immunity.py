"""Which immunities to CPU flaws a host's guests can be told of (IA32_ARCH_CAPABILITIES).

Named models have them, and no /proc/cpuinfo prints them; its flags and bugs tell some.
"""

from enum import StrEnum
from functools import cache
from typing import Any

from courseware.cpuinfo.comparison.models import INTEL
from courseware.cpuinfo.knowledge import load
from courseware.cpuinfo.model import Host


class Told(StrEnum):
    """Whether a host has what a model asks for and /proc/cpuinfo does not print."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def told(name: str, host: Host) -> Told:
    """Return whether a host's guests can be told of an immunity, by QEMU's name of it."""
    rules = _rules()
    if name in rules["always"].split():
        return Told.YES
    flag = rules["with_flag"].get(name)
    if flag is not None and flag not in host.flags.common:
        return Told.NO
    bug = rules["unless_bug"].get(name) or rules["never_with_bug"].get(name)
    if bug is not None:
        if bug in host.bugs:
            return Told.NO
        if name in rules["unless_bug"] and host.bugs.complete:
            return Told.YES
        return Told.UNKNOWN
    return Told.YES if flag is not None else Told.UNKNOWN


def lost(here: Host, there: Host) -> tuple[str, ...]:
    """Return what one host's guests are told of in the register and the other has not.

    By QEMU's names. A guest that was told leaves out its guard, also where it is needed. Only
    for CPUs of Intel: the register is theirs.
    """
    if here.vendor_id != INTEL or there.vendor_id != INTEL:
        return ()
    rules = _rules()
    names = sorted({*rules["unless_bug"], *rules["with_flag"]})
    return tuple(
        name for name in names if told(name, here) is Told.YES and told(name, there) is Told.NO
    )


def abilities() -> frozenset[str]:
    """Return the names of what tells of an ability of the CPU, not of a flaw that it lacks."""
    return frozenset(_rules()["abilities"].split())


@cache
def _rules() -> dict[str, Any]:
    return load("guests.toml")["immunities"]
