"""Which immunities to CPU flaws a host's guests can be told of (IA32_ARCH_CAPABILITIES).

Named models have them, and no /proc/cpuinfo prints them; its flags and bugs tell some.
"""

from enum import StrEnum
from functools import cache
from typing import Any

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


@cache
def _rules() -> dict[str, Any]:
    return load("guests.toml")["immunities"]
