"""The kinds of questions. Importing this package registers them."""

from courseware.grading.types import cpuinfo, multiple, numeric, short_text, single

__all__ = ["cpuinfo", "multiple", "numeric", "short_text", "single"]
