"""The kinds of questions. Importing this package registers them."""

from courseware.grading.types import multiple, short_text, single

__all__ = ["multiple", "short_text", "single"]
