"""The bus: RAM and devices by address.

Loads and stores of any alignment are allowed in RAM, as on QEMU's board; an access that is not
wholly inside RAM or one device raises an access fault and changes nothing.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from courseware.machine.devices import Device
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.stop import Cause, Trap


@dataclass(frozen=True)
class Region:
    """A device and the addresses that it answers to."""

    base: int
    size: int
    device: Device


class Bus:
    """Loads and stores of 8, 16 and 32 bits.

    ``decoded`` holds what was made of the instruction words in RAM, by address; a store into a
    word removes its entry, so that a program may change its own code.
    """

    def __init__(
        self, ram: bytearray, devices: tuple[Region, ...], decoded: dict[int, Callable[[], int]]
    ) -> None:
        self._ram = ram
        self._devices = devices
        self._decoded = decoded
        self.load8 = self._loader("<B")
        self.load16 = self._loader("<H")
        self.load32 = self._loader("<I")
        self.store8 = self._storer("<B")
        self.store16 = self._storer("<H")
        self.store32 = self._storer("<I")

    def fetch(self, address: int) -> int:
        """Return the instruction word in RAM. Raises Trap when there is none."""
        offset = address - RAM_BASE
        if not 0 <= offset <= len(self._ram) - 4:
            raise Trap(Cause.INSTRUCTION_ACCESS_FAULT, address)
        return int.from_bytes(self._ram[offset : offset + 4], "little")

    def _loader(self, layout: str) -> Callable[[int], int]:
        ram, codec = self._ram, struct.Struct(layout)
        size, unpack = codec.size, codec.unpack_from
        last = len(ram) - size

        def load(address: int) -> int:
            offset = address - RAM_BASE
            if 0 <= offset <= last:
                value: int = unpack(ram, offset)[0]
                return value
            device, offset = self._device(address, size, Cause.LOAD_ACCESS_FAULT)
            return device.read(offset, size)

        return load

    def _storer(self, layout: str) -> Callable[[int, int], None]:
        ram, decoded, codec = self._ram, self._decoded, struct.Struct(layout)
        size, pack = codec.size, codec.pack_into
        last = len(ram) - size

        def store(address: int, value: int) -> None:
            offset = address - RAM_BASE
            if 0 <= offset <= last:
                pack(ram, offset, value)
                if address & ~3 in decoded:
                    del decoded[address & ~3]
                if address + size - 1 & ~3 in decoded:
                    del decoded[address + size - 1 & ~3]
                return
            device, offset = self._device(address, size, Cause.STORE_ACCESS_FAULT)
            device.write(offset, size, value)

        return store

    def _device(self, address: int, size: int, fault: Cause) -> tuple[Device, int]:
        for region in self._devices:
            offset = address - region.base
            if 0 <= offset <= region.size - size and size in region.device.access_sizes:
                return region.device, offset
        raise Trap(fault, address)
