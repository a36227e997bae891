"""What devices and the rest of the machine know of each other."""

from collections.abc import Callable
from typing import Any, Protocol

from courseware.machine.fields import Fields
from courseware.machine.stop import OutputFull

# An interrupt line; it is called with the line's level, as often as the device likes.
Line = Callable[[bool], None]

WORD = 0xFFFF_FFFF


class Device(Protocol):
    """Registers in the address space. A device sees offsets from its own base.

    An access of another size than ``access_sizes`` is an access fault. What has no register
    reads as 0 and is not written. A write takes effect at once and exactly once; a device that
    ends the run raises one of the exceptions of ``stop.py``.
    """

    access_sizes: frozenset[int]

    def read(self, offset: int, size: int) -> int:
        """Return the register's value."""
        ...

    def write(self, offset: int, size: int, value: int) -> None:
        """Write the register."""
        ...

    def state(self) -> dict[str, Any]:
        """Return, as JSON data, all that the device's future depends on."""
        ...

    def restore(self, fields: Fields) -> None:
        """Take on a state and drive the interrupt lines by it.

        Raises ValueError, and changes nothing, for what no device can have returned.
        """
        ...


class BusError(Exception):
    """A device addressed something that is not RAM."""

    def __init__(self, address: int) -> None:
        super().__init__(address)
        self.address = address


class Dma(Protocol):
    """RAM as devices reach it, by physical addresses.

    Both methods raise BusError, and change nothing, when not every byte lies in RAM.
    """

    def read(self, address: int, size: int) -> bytes:
        """Return bytes of RAM."""
        ...

    def write(self, address: int, data: bytes) -> None:
        """Write bytes of RAM."""
        ...


class Output:
    """What the program has sent to its consoles: at most ``max_bytes`` bytes, in ``data``."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.data = bytearray()

    def append(self, byte: int) -> None:
        """Take a byte. Raises OutputFull when the output holds no more."""
        if len(self.data) >= self.max_bytes:
            raise OutputFull(self.max_bytes)
        self.data.append(byte)


def text_of(data: bytes | bytearray) -> str:
    """Return bytes as JSON text: one character (U+0000..U+00FF) for each byte."""
    return data.decode("latin-1")


def bytes_from(fields: Fields, name: str, max_bytes: int) -> bytearray:
    """Return the bytes of ``text_of``. Raises ValueError for other text and for more bytes."""
    data = fields.text(name).encode("latin-1")
    if len(data) > max_bytes:
        raise ValueError(f"{name}: more than {max_bytes} bytes")
    return bytearray(data)


def with_word(value: int, shift: int, word: int) -> int:
    """Return a 64-bit value with the 32 bits from ``shift`` (0 or 32) on replaced."""
    return value & ~(WORD << shift) | (word & WORD) << shift
