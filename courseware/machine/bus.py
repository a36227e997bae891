"""The bus: RAM and devices by physical address."""

from collections.abc import Callable
from dataclasses import dataclass

from courseware.machine.devices import BusError, Device
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.ram import Ram


@dataclass(frozen=True)
class Region:
    """A device and the addresses that it answers to."""

    base: int
    size: int
    device: Device


class Bus:
    """Physical memory. An access that is not wholly inside RAM or one device is a BusError.

    So is a misaligned one of a device, and one of a size that the device does not know.
    """

    def __init__(self, ram: Ram, regions: tuple[Region, ...]) -> None:
        self.ram = ram
        self._regions = regions
        self.device_accesses = 0

    def ram_offset(self, address: int, size: int) -> int | None:
        """Return where in RAM the bytes at an address are; None when they are not."""
        offset = address - RAM_BASE
        return offset if 0 <= offset <= self.ram.size - size else None

    def answers(self, address: int) -> bool:
        """Say whether RAM or a device is at an address."""
        return self.ram_offset(address, 1) is not None or any(
            region.base <= address < region.base + region.size for region in self._regions
        )

    def read_device(self, address: int, size: int) -> int:
        """Return what a device's register holds. Raises BusError."""
        region = self._region(address, size)
        self.device_accesses += 1
        return region.device.read(address - region.base, size)

    def write_device(self, address: int, size: int, value: int) -> None:
        """Write a device's register. Raises BusError."""
        region = self._region(address, size)
        self.device_accesses += 1
        region.device.write(address - region.base, size, value)

    def _region(self, address: int, size: int) -> Region:
        for region in self._regions:
            inside = 0 <= address - region.base <= region.size - size
            if inside and size in region.device.access_sizes and address % size == 0:
                return region
        raise BusError(address)


class RamDma:
    """RAM as the devices see it. ``on_write`` hears of each write: address and size in bytes.

    ``is_writing`` says that a device is writing just now, to those who hear of it from RAM.
    """

    def __init__(self, ram: Ram, on_write: Callable[[int, int], None]) -> None:
        self.is_writing = False
        self._ram = ram
        self._on_write = on_write

    def read(self, address: int, size: int) -> bytes:
        """Return bytes of RAM. Raises BusError for addresses outside it."""
        return self._ram.read(self._offset(address, size), size)

    def write(self, address: int, data: bytes) -> None:
        """Write bytes of RAM. Raises BusError for addresses outside it."""
        if data:
            offset = self._offset(address, len(data))
            self.is_writing = True
            self._ram.write(offset, data)
            self.is_writing = False
            self._on_write(address, len(data))

    def _offset(self, address: int, size: int) -> int:
        offset = address - RAM_BASE
        if not 0 <= offset <= self._ram.size - size:
            raise BusError(address)
        return offset
