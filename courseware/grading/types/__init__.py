"""The kinds of questions. Importing this package registers them."""

from courseware.grading.types import cloze, command, cpuinfo, multiple, numeric, short_text, single

__all__ = ["cloze", "command", "cpuinfo", "multiple", "numeric", "short_text", "single"]
