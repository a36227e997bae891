"""SiFive's test finisher, by which a program ends the machine (QEMU, hw/misc/sifive_test.c)."""

from typing import Any

from courseware.machine.fields import Fields
from courseware.machine.stop import Exited

_PASS = 0x5555
_FAIL = 0x3333


class Finisher:
    """One register at offset 0: the low 16 bits are a command, the high ones an exit code."""

    access_sizes = frozenset({2, 4})

    def read(self, offset: int, size: int) -> int:
        """Return 0."""
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        """Raise Exited for a known command."""
        if offset != 0:
            return
        command = value & 0xFFFF
        if command == _PASS:
            raise Exited(0)
        if command == _FAIL:
            raise Exited(value >> 16)

    def state(self) -> dict[str, Any]:
        """Return nothing: the device remembers nothing."""
        return {}

    def restore(self, fields: Fields) -> None:
        """Take on the only state there is."""
