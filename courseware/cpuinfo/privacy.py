"""What names one machine or one person: serial numbers, UUIDs, MAC addresses.

A serial number is the value of a known key; the others are known by their form. On IBM Z the
``identification`` of a processor is the machine's serial number (z/Architecture Principles
of Operation, STORE CPU ID).
"""

import re

# Keys whose values name one machine or one chip.
_SERIAL_KEYS = frozenset(
    {
        "serial",
        "serial number",
        "serial no",
        "serial no.",
        "cpu serial",
        "cpu serial number",
        "board serial",
        "machine serial",
        "system serial number",
        "uuid",
        "system uuid",
        "machine id",
        "ppin",
        "psn",
        "uid",
        "identification",
        "mac",
        "mac address",
        "hostid",
        "host id",
    }
)
_FORMS = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b"
    r"|\b[0-9a-f]{2}(?:-[0-9a-f]{2}){5}\b"
    r"|(?<=identification = )[0-9a-f]{1,16}\b",
    re.I,
)
_COLONS_OF_A_MAC = 5
REMOVED = "[removed]"


def is_serial(key: str) -> bool:
    """Say whether the value of the key (lower case, single spaces) names one machine."""
    return key in _SERIAL_KEYS


def without_names(line: str) -> str:
    """Return the line without UUIDs, MAC addresses and the like. Time is linear."""
    if "-" in line or "=" in line or line.count(":") >= _COLONS_OF_A_MAC:
        return _FORMS.sub(REMOVED, line)
    return line


def without_serials(text: str) -> str:
    """Return the text with every value that names one machine replaced, ready to be stored.

    The lines keep their numbers.
    """
    return "\n".join(map(_cleared, text.split("\n")))


def _cleared(line: str) -> str:
    key, colon, _ = line.partition(":")
    if colon and is_serial(" ".join(key.split()).lower()):
        return f"{key}: {REMOVED}"
    return without_names(line)
