"""The virtio console (virtio 1.2, section 5.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import Output, VirtioConsole
from courseware.machine.devices.virtio.console import MAX_INPUT_BYTES
from courseware.machine.stop import OutputFull
from tests.machine.devices.driver import BUFFERS, NEEDS_RESET, WRITE, Driver
from tests.machine.devices.surroundings import Memory, Signal, restore, stored

RECEIVE, TRANSMIT = 0, 1


class Board:
    """The device with a driver of one of its queues."""

    def __init__(self, queue: int, max_output_bytes: int = 100) -> None:
        self.queue = queue
        self.memory = Memory()
        self.line = Signal()
        self.output = Output(max_output_bytes)
        self.device = VirtioConsole(self.output, self.memory, self.line)
        self.driver = Driver(self.device, self.memory)
        self.driver.start(queue=queue)

    def offer_buffers(self, *lengths: int) -> None:
        """Offer buffers 0x100 bytes apart for the device to fill."""
        heads = [
            self.driver.chain((BUFFERS + 0x100 * n, length, WRITE), first=n)
            for n, length in enumerate(lengths)
        ]
        self.driver.notify(*heads, queue=self.queue)

    def received(self) -> list[bytes]:
        starts = ((0x8000 + 0x100 * head, length) for head, length in self.driver.used())
        return [bytes(self.memory.data[start : start + length]) for start, length in starts]


def test_transmitted_bytes_are_output() -> None:
    board = Board(TRANSMIT)
    board.driver.poke(BUFFERS, b"hello")
    board.driver.chain((BUFFERS, 2, 0), (BUFFERS + 2, 3, 0), (BUFFERS, 4, WRITE))
    board.driver.notify(0, queue=TRANSMIT)
    assert board.output.data == b"hello"
    assert board.driver.used() == [(0, 0)]
    assert board.line.level


def test_full_output_ends_the_run() -> None:
    board = Board(TRANSMIT, max_output_bytes=3)
    board.driver.poke(BUFFERS, b"hello")
    board.driver.chain((BUFFERS, 5, 0))
    with pytest.raises(OutputFull):
        board.driver.notify(0, queue=TRANSMIT)
    assert board.output.data == b"hel"
    assert board.driver.used() == []


def test_input_fills_waiting_buffers_and_interrupts() -> None:
    board = Board(RECEIVE)
    board.offer_buffers(4, 4, 4)
    assert board.received() == []
    assert not board.line.level
    assert board.device.receive(b"hello") == 5
    assert board.received() == [b"hell", b"o"]
    assert board.line.level
    assert board.device.receive(b"x") == 1
    assert board.received() == [b"x"]


def test_input_waits_for_buffers() -> None:
    board = Board(RECEIVE)
    board.device.receive(b"hello")
    board.offer_buffers(3)
    assert board.received() == [b"hel"]
    board.offer_buffers(3)
    assert board.received() == [b"lo"]


def test_input_waits_for_a_driver() -> None:
    board = Board(RECEIVE)
    board.driver.set(0x070, 0)
    assert board.device.receive(b"early") == 5
    assert not board.memory.written
    board.driver.start(queue=RECEIVE)
    board.offer_buffers(8)
    assert board.received() == [b"early"]


def test_input_is_bounded() -> None:
    board = Board(RECEIVE)
    assert board.device.receive(bytes(MAX_INPUT_BYTES + 5)) == MAX_INPUT_BYTES
    assert board.device.receive(b"x") == 0
    board.offer_buffers(1)
    assert board.device.receive(b"xy") == 1


def test_broken_receive_queue_is_noticed_when_input_comes() -> None:
    board = Board(RECEIVE)
    board.driver.notify(99, queue=RECEIVE)
    assert not board.driver.status & NEEDS_RESET
    board.device.receive(b"x")
    assert board.driver.status & NEEDS_RESET
    assert board.driver.interrupt == 2
    assert board.line.level


@given(st.lists(st.binary(max_size=30), max_size=6), st.lists(st.integers(0, 20), max_size=8))
def test_all_input_comes_in_order(inputs: list[bytes], lengths: list[int]) -> None:
    board = Board(RECEIVE)
    board.offer_buffers(*lengths)
    for data in inputs:
        assert board.device.receive(data) == len(data)
    found, everything = board.received(), b"".join(inputs)
    assert everything.startswith(b"".join(found))
    assert all(len(data) <= length for data, length in zip(found, lengths, strict=False))
    assert b"".join(found) == everything or len(found) == len(lengths)


def test_restored_device_keeps_the_input() -> None:
    board, other = Board(RECEIVE), Board(RECEIVE)
    board.device.receive(b"kept \xff")
    restore(other.device, stored(board.device))
    assert stored(other.device) == stored(board.device)
    other.offer_buffers(10)
    assert other.received() == [b"kept \xff"]
