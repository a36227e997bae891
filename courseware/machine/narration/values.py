"""Numbers and operands in sentences."""

from collections.abc import Callable
from dataclasses import dataclass

from courseware.machine.stop import hexadecimal


@dataclass(frozen=True)
class Named:
    """An operand without a value."""

    name: str

    def __format__(self, spec: str) -> str:
        return self.name


@dataclass(frozen=True)
class Valued:
    """A 32-bit value between two texts.

    It shows as signed decimal, or as hexadecimal where ``is_address`` says that something lies
    there; with ``:u`` as unsigned and with ``:x`` as hexadecimal.
    """

    before: str
    value: int
    after: str
    is_address: Callable[[int], bool]

    def __format__(self, spec: str) -> str:
        return f"{self.before}{self._text(spec)}{self.after}"

    def _text(self, spec: str) -> str:
        if spec == "x":
            return hex(self.value)
        if self.is_address(self.value):
            return hexadecimal(self.value)
        return str(self.value if spec == "u" else (self.value ^ 1 << 31) - (1 << 31))
