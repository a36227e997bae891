"""A bare block device: the simplest one that a driver can be written for.

The driver fills in three registers, writes a command, and reads the result. The device moves the
data itself (DMA) and has finished when the store of the command has. Registers of 32 bits:

    0x00  MAGIC       read        0x4b4c4256, "VBLK"
    0x04  ID          read        version of this interface: 1
    0x08  CAPACITY    read        size of the disk in sectors of 512 bytes
    0x0c  SECTOR      read/write  first sector
    0x10  ADDRESS     read/write  physical address of the buffer in RAM
    0x14  COUNT       read/write  number of sectors, 1 to 256
    0x18  COMMAND     write       1 read the disk, 2 write the disk, 3 flush
    0x1c  STATUS      read        result of the last command (below)
    0x20  INT_ENABLE  read/write  bit 0: interrupt when a command has finished
    0x24  INT_STATUS  read        bit 0: a command has finished
                      write       bit 0: acknowledge it

    STATUS 0  no command yet             4  COUNT is 0 or more than 256
           1  done                       5  the buffer is not wholly in RAM
           2  no such command            6  the disk is read-only
           3  sectors outside the disk

A command that fails moves nothing. It interrupts like one that succeeds.
"""

from typing import Any

from courseware.machine.devices.device import WORD, BusError, Dma, Line
from courseware.machine.devices.disk import SECTOR_BYTES, Disk, DiskError
from courseware.machine.fields import Fields

MAX_SECTORS = 256

_MAGIC_VALUE = int.from_bytes(b"VBLK", "little")
_ID_VALUE = 1

_MAGIC, _ID, _CAPACITY = 0x00, 0x04, 0x08
_SECTOR, _ADDRESS, _COUNT = 0x0C, 0x10, 0x14
_COMMAND, _STATUS = 0x18, 0x1C
_INT_ENABLE, _INT_STATUS = 0x20, 0x24

_READ, _WRITE, _FLUSH = 1, 2, 3

_NONE, _DONE, _NO_COMMAND, _NO_SECTOR, _BAD_COUNT, _BAD_BUFFER, _READ_ONLY = range(7)


class BareBlock:
    """The device, over a disk."""

    access_sizes = frozenset({4})

    def __init__(self, disk: Disk, dma: Dma, line: Line) -> None:
        self._disk = disk
        self._dma = dma
        self._line = line
        self._sector = self._address = self._count = 0
        self._status = _NONE
        self._enabled = self._finished = 0

    def read(self, offset: int, size: int) -> int:
        """Return the register's value."""
        return {
            _MAGIC: _MAGIC_VALUE,
            _ID: _ID_VALUE,
            _CAPACITY: self._disk.sectors,
            _SECTOR: self._sector,
            _ADDRESS: self._address,
            _COUNT: self._count,
            _STATUS: self._status,
            _INT_ENABLE: self._enabled,
            _INT_STATUS: self._finished,
        }.get(offset, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        """Write the register; a command is carried out at once."""
        if offset == _SECTOR:
            self._sector = value
        elif offset == _ADDRESS:
            self._address = value
        elif offset == _COUNT:
            self._count = value
        elif offset == _COMMAND:
            self._status = self._carry_out(value)
            self._finished = 1
        elif offset == _INT_ENABLE:
            self._enabled = value & 1
        elif offset == _INT_STATUS:
            self._finished &= ~value
        self._drive()

    def state(self) -> dict[str, Any]:
        """Return the registers; the disk's content is not among them."""
        return {
            "sector": self._sector,
            "address": self._address,
            "count": self._count,
            "status": self._status,
            "enabled": self._enabled,
            "finished": self._finished,
        }

    def restore(self, fields: Fields) -> None:
        """Take on a state. Raises ValueError for a wrong one."""
        sector, address, count = (
            fields.integer(name, 0, WORD) for name in ("sector", "address", "count")
        )
        status = fields.integer("status", _NONE, _READ_ONLY)
        enabled, finished = (fields.integer(name, 0, 1) for name in ("enabled", "finished"))
        self._sector, self._address, self._count = sector, address, count
        self._status, self._enabled, self._finished = status, enabled, finished
        self._drive()

    def _carry_out(self, command: int) -> int:
        """Return the status after a command."""
        if command == _FLUSH:
            return _DONE
        if command not in (_READ, _WRITE):
            return _NO_COMMAND
        if not 1 <= self._count <= MAX_SECTORS:
            return _BAD_COUNT
        if command == _WRITE and self._disk.read_only:
            return _READ_ONLY
        try:
            if command == _READ:
                self._dma.write(self._address, self._disk.read(self._sector, self._count))
            else:
                data = self._dma.read(self._address, self._count * SECTOR_BYTES)
                self._disk.write(self._sector, data)
        except DiskError:
            return _NO_SECTOR
        except BusError:
            return _BAD_BUFFER
        return _DONE

    def _drive(self) -> None:
        self._line(bool(self._enabled & self._finished))
