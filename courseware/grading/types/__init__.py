"""The kinds of questions. Importing this package registers them."""

from courseware.grading.types import (
    cloze,
    command,
    cpuinfo,
    hotspot,
    machine,
    matching,
    multiple,
    numeric,
    ordering,
    short_text,
    single,
    verdict,
)

__all__ = [
    "cloze",
    "command",
    "cpuinfo",
    "hotspot",
    "machine",
    "matching",
    "multiple",
    "numeric",
    "ordering",
    "short_text",
    "single",
    "verdict",
]
