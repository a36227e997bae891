"""The virtio block device (virtio 1.2, section 5.2)."""

import struct

from courseware.machine.devices.device import Dma, Line
from courseware.machine.devices.disk import SECTOR_BYTES, Disk, DiskError
from courseware.machine.devices.virtio.mmio import VirtioMmio
from courseware.machine.devices.virtio.ring import MAX_CHAIN_BYTES, Chain, Ring, RingError

# 5.2.3: feature bits.
FEATURE_SIZE_MAX = 1 << 1
FEATURE_SEG_MAX = 1 << 2
FEATURE_READ_ONLY = 1 << 5
FEATURE_BLOCK_SIZE = 1 << 6
FEATURE_FLUSH = 1 << 9

# What the driver may put into one request; with its header it stays below MAX_CHAIN_BYTES.
SEGMENT_BYTES = 4_096
SEGMENTS = MAX_CHAIN_BYTES // SEGMENT_BYTES - 1

# 5.2.4: capacity, size_max, seg_max, geometry (not offered), blk_size.
_CONFIGURATION = struct.Struct("<QIIHBBI")

# 5.2.6: type, reserved, sector; then data; then the status, one byte that the device writes.
_HEADER = struct.Struct("<IIQ")
_IN, _OUT, _FLUSH, _GET_ID = 0, 1, 4, 8
_OK, _IO_ERROR, _UNSUPPORTED = 0, 1, 2

_ID = b"virtualization-lab".ljust(20, b"\0")


class VirtioBlock(VirtioMmio):
    """The device, over a disk. What it does is done when the notification returns."""

    device_id = 2
    queue_count = 1

    def __init__(self, disk: Disk, dma: Dma, line: Line) -> None:
        self._disk = disk
        super().__init__(dma, line)

    @property
    def _features(self) -> int:
        features = FEATURE_SIZE_MAX | FEATURE_SEG_MAX | FEATURE_BLOCK_SIZE | FEATURE_FLUSH
        return features | FEATURE_READ_ONLY if self._disk.read_only else features

    @property
    def _configuration(self) -> bytes:
        return _CONFIGURATION.pack(
            self._disk.sectors, SEGMENT_BYTES, SEGMENTS, 0, 0, 0, SECTOR_BYTES
        )

    def _use(self, index: int, ring: Ring) -> None:
        for _ in range(ring.waiting()):
            chain = ring.take()
            ring.give_back(chain, self._request(chain))

    def _request(self, chain: Chain) -> int:
        """Carry out a request. Returns how many bytes from the start of the chain are written.

        A request that fails writes its status alone, which lies at the end.
        """
        request = chain.read()
        if len(request) < _HEADER.size or chain.room < 1:
            raise RingError("a request without a header or a status")
        kind, _, sector = _HEADER.unpack(request[: _HEADER.size])
        room = chain.room - 1
        reply = b""
        try:
            status, reply = self._carry_out(kind, sector, request[_HEADER.size :], room)
        except DiskError:
            status = _IO_ERROR
        chain.write(0, reply)
        chain.write(room, bytes([status]))
        return chain.room if len(reply) == room else len(reply)

    def _carry_out(self, kind: int, sector: int, data: bytes, room: int) -> tuple[int, bytes]:
        """Return the status and what is read. Raises DiskError when the disk refuses."""
        if kind == _IN:
            count, rest = divmod(room, SECTOR_BYTES)
            return (_IO_ERROR, b"") if rest else (_OK, self._disk.read(sector, count))
        if kind == _OUT:
            self._disk.write(sector, data)
            return _OK, b""
        if kind == _FLUSH:
            return _OK, b""
        if kind == _GET_ID:
            return _OK, _ID[:room]
        return _UNSUPPORTED, b""
