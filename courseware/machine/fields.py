"""Reading JSON data that may be damaged: every wrong shape is a ValueError."""

from enum import StrEnum
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)
_WIDEST = 1 << 64


class Fields:
    """A JSON object whose members are read with their types checked.

    Every method raises ValueError for a member that is missing or of another type.
    """

    def __init__(self, data: object) -> None:
        if not isinstance(data, dict):
            raise ValueError("a JSON object was expected")
        self.members: dict[str, Any] = data

    @property
    def names(self) -> list[str]:
        """Return the members' names."""
        return list(self.members)

    def has(self, name: str) -> bool:
        """Say whether a member is there and not null."""
        return self.members.get(name) is not None

    def integer(self, name: str, low: int = -_WIDEST, high: int = _WIDEST) -> int:
        """Return a whole number between low and high, both included."""
        return _integer(self._get(name), name, low, high)

    def integers(self, name: str, low: int, high: int) -> list[int]:
        """Return a list of whole numbers between low and high, both included."""
        return [_integer(item, name, low, high) for item in self.items(name)]

    def text(self, name: str) -> str:
        """Return a string that can be stored and shown: one without lone surrogates."""
        value = self._get(name)
        if not isinstance(value, str):
            raise ValueError(f"{name}: a string was expected")
        value.encode()  # raises UnicodeEncodeError, which is a ValueError
        return value

    def items(self, name: str) -> list[Any]:
        """Return a list."""
        value = self._get(name)
        if not isinstance(value, list):
            raise ValueError(f"{name}: a list was expected")
        return value

    def mapping(self, name: str) -> "Fields":
        """Return an object."""
        return Fields(self._get(name))

    def choice(self, name: str, kind: type[E]) -> E:
        """Return a member of an enumeration."""
        return kind(self.text(name))

    def _get(self, name: str) -> Any:
        if name not in self.members:
            raise ValueError(f"{name} is missing")
        return self.members[name]


def _integer(value: object, name: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name}: a number from {low} to {high} was expected")
    return value
