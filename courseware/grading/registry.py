"""The kinds of questions by name."""

from collections.abc import Callable
from typing import TypeVar

from courseware.grading.model import Question

Q = TypeVar("Q", bound=type[Question])

_types: dict[str, type[Question]] = {}


def register(name: str, label: str) -> Callable[[Q], Q]:
    """Return a decorator that makes a class known as the kind ``name``.

    ``label`` is what learners and authors read. Raises ValueError for a name in use.
    """

    def add(cls: Q) -> Q:
        if name in _types:
            raise ValueError(f"the question type {name!r} is registered already")
        cls.type_name, cls.type_label = name, label
        _types[name] = cls
        return cls

    return add


def get(name: str) -> type[Question]:
    """Return the class of a kind. Raises KeyError for an unknown name."""
    return _types[name]


def labels() -> dict[str, str]:
    """Return the Japanese label of every kind by name."""
    return {name: cls.type_label for name, cls in _types.items()}
