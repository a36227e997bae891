"""Disks and their overlays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import Disk
from courseware.machine.devices.disk import MAX_DISK_BYTES, MAX_LAYERS, SECTOR_BYTES, DiskError

SECTORS = 20  # two pages and a half
IMAGE = bytes(sector % 251 for sector in range(SECTORS * SECTOR_BYTES))

writes = st.lists(
    st.tuples(st.integers(0, SECTORS), st.integers(0, SECTORS), st.integers(0, 255)), max_size=8
)


def content(disk: Disk) -> bytes:
    return disk.read(0, disk.sectors)


@given(st.lists(writes, min_size=1, max_size=4))
def test_each_layer_reads_what_was_written_last(layers: list[list[tuple[int, int, int]]]) -> None:
    expected, disk = bytearray(IMAGE), Disk(IMAGE)
    below: list[tuple[Disk, bytes]] = []
    for number, layer in enumerate(layers):
        if number:
            below.append((disk, bytes(expected)))
            disk = Disk(disk)
        for sector, count, byte in layer:
            data = bytes([byte]) * (count * SECTOR_BYTES)
            if sector + count > SECTORS:
                with pytest.raises(DiskError):
                    disk.write(sector, data)
                continue
            disk.write(sector, data)
            expected[sector * SECTOR_BYTES : (sector + count) * SECTOR_BYTES] = data
            assert disk.read(sector, count) == data
    assert content(disk) == expected
    for lower, content_then in below:
        assert content(lower) == content_then


def test_changed_pages_are_those_that_were_written() -> None:
    disk = Disk(IMAGE)
    assert disk.changed_pages == {}
    disk.write(7, bytes(2 * SECTOR_BYTES))
    assert set(disk.changed_pages) == {0, 1}
    overlay = Disk(disk)
    overlay.write(16, bytes(SECTOR_BYTES))
    assert set(overlay.changed_pages) == {2}
    assert set(disk.changed_pages) == {0, 1}


@given(writes)
def test_changed_pages_restore_the_disk(writes: list[tuple[int, int, int]]) -> None:
    disk = Disk(IMAGE)
    for sector, count, byte in writes:
        if sector + count <= SECTORS:
            disk.write(sector, bytes([byte]) * (count * SECTOR_BYTES))
    other = Disk(IMAGE)
    other.write(0, b"\xff" * SECTOR_BYTES)
    other.restore(disk.changed_pages)
    assert content(other) == content(disk)
    assert other.changed_pages == disk.changed_pages


@pytest.mark.parametrize("pages", [{-1: bytes(4096)}, {3: bytes(4096)}, {0: bytes(4095)}])
def test_pages_of_no_such_disk_are_refused(pages: dict[int, bytes]) -> None:
    disk = Disk(IMAGE)
    disk.write(0, bytes(SECTOR_BYTES))
    before = disk.changed_pages
    with pytest.raises(ValueError, match="no such page"):
        disk.restore(pages)
    assert disk.changed_pages == before


def test_last_sector_is_filled_up() -> None:
    disk = Disk(b"abc")
    assert disk.sectors == 1
    assert disk.read(0, 1) == b"abc" + bytes(509)
    assert Disk().sectors == 0


@pytest.mark.parametrize(("sector", "count"), [(-1, 1), (SECTORS, 1), (0, SECTORS + 1)])
def test_outside_of_the_disk(sector: int, count: int) -> None:
    with pytest.raises(DiskError):
        Disk(IMAGE).read(sector, count)


def test_disk_below_an_overlay_is_read_only() -> None:
    disk = Disk(IMAGE)
    disk.write(0, bytes(SECTOR_BYTES))
    first, second = Disk(disk), Disk(disk)
    assert disk.read_only
    with pytest.raises(DiskError):
        disk.write(0, bytes(SECTOR_BYTES))
    first.write(0, b"1" * SECTOR_BYTES)
    assert second.read(0, 1) == bytes(SECTOR_BYTES)


def test_part_of_a_sector_cannot_be_written() -> None:
    with pytest.raises(DiskError):
        Disk(IMAGE).write(0, bytes(SECTOR_BYTES - 1))


def test_size_and_layers_are_bounded() -> None:
    assert Disk(bytes(MAX_DISK_BYTES)).sectors == MAX_DISK_BYTES // SECTOR_BYTES
    with pytest.raises(ValueError, match="more than 67108864 bytes"):
        Disk(bytes(MAX_DISK_BYTES + 1))
    disk = Disk(IMAGE)
    for _ in range(MAX_LAYERS - 1):
        disk = Disk(disk)
    with pytest.raises(ValueError, match="more than 16 disks"):
        Disk(disk)
    assert not disk.read_only
