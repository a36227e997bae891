"""The devices on the bus. A device sees offsets from its own base."""

from typing import Protocol

from courseware.machine.stop import Exited, OutputFull

_THR = 0  # transmitter holding register
_LSR = 5  # line status register
_LSR_IDLE = 0x60  # holding register empty, transmitter empty

_PASS = 0x5555
_FAIL = 0x3333


class Device(Protocol):
    """Registers in the address space."""

    access_sizes: frozenset[int]

    def read(self, offset: int, size: int) -> int:
        """Return the register's value."""
        ...

    def write(self, offset: int, size: int, value: int) -> None:
        """Write the register."""
        ...


class Uart:
    """A serial port that only sends: the part of a 16550 that polled output needs.

    As on QEMU's board an access of any size touches one 8-bit register; the rest reads as zero
    and is not written.
    """

    access_sizes = frozenset({1, 2, 4})

    def __init__(self, max_output_bytes: int) -> None:
        self._max_output_bytes = max_output_bytes
        self.output = bytearray()

    def read(self, offset: int, size: int) -> int:
        """Return the line status, which is always ready, or 0."""
        return _LSR_IDLE if offset == _LSR else 0

    def write(self, offset: int, size: int, value: int) -> None:
        """Send a byte. Raises OutputFull when the output holds no more."""
        if offset != _THR:
            return
        if len(self.output) >= self._max_output_bytes:
            raise OutputFull(self._max_output_bytes)
        self.output.append(value & 0xFF)


class Finisher:
    """SiFive's test finisher, by which a program ends the machine (QEMU, hw/misc/sifive_test.c)."""

    access_sizes = frozenset({2, 4})

    def read(self, offset: int, size: int) -> int:
        """Return 0."""
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        """Raise Exited for a known command; the low 16 bits say which, the high ones the code."""
        if offset != 0:
            return
        command = value & 0xFFFF
        if command == _PASS:
            raise Exited(0)
        if command == _FAIL:
            raise Exited(value >> 16)
