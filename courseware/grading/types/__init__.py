"""The kinds of questions. Importing this package registers them."""

from courseware.grading.types import command, cpuinfo, multiple, numeric, short_text, single

__all__ = ["command", "cpuinfo", "multiple", "numeric", "short_text", "single"]
