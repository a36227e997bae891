"""The package's facts about flags, ARM cores and their makers, from ``data/``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Flag:
    """One flag, as the kernel prints it. Texts are Japanese."""

    name: str
    group: str
    title: str
    text: str
    guests: str = ""  # what it means for virtual machines or their migration


@dataclass(frozen=True)
class Group:
    """A group of flags. ``virtualization`` is False for flags that are no such thing."""

    key: str
    title: str
    text: str
    virtualization: bool


@cache
def groups() -> tuple[Group, ...]:
    """Return all groups, in the order of a report."""
    table = load("groups.toml")
    return tuple(
        Group(key, entry["title"], entry["text"], entry["virtualization"])
        for key, entry in table.items()
    )


@cache
def flags(family: str) -> dict[str, Flag]:
    """Return the flags of a family (``x86``, ``arm``, ``vmx`` for the ``vmx flags`` line)."""
    path = DATA / "flags" / f"{family}.toml"
    if not path.is_file():
        return {}
    return {name: Flag(name=name, **entry) for name, entry in load(f"flags/{family}.toml").items()}


def flag(name: str) -> Flag | None:
    """Return the flag of that name in any family, or None."""
    for family in ("x86", "vmx", "arm"):
        if name in flags(family):
            return flags(family)[name]
    return None


def arm_implementer(number: str) -> str | None:
    """Return the maker for a ``CPU implementer`` number such as 0x41, or None."""
    entry = _arm().get(_hex(number))
    return entry["name"] if entry else None


def arm_part(implementer: str, part: str) -> str | None:
    """Return the core's name for an implementer and ``CPU part`` number, or None."""
    entry = _arm().get(_hex(implementer))
    return entry["parts"].get(_hex(part)) if entry else None


@cache
def _arm() -> dict[str, dict]:
    return load("arm_cores.toml")


def _hex(number: str) -> str:
    """Return one spelling for 0x41, 0X041 and 0x00000041."""
    digits = number.lower().removeprefix("0x").lstrip("0")
    return f"0x{digits or '0'}"


def load(name: str) -> dict:
    """Return a TOML file of ``data/``."""
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)
