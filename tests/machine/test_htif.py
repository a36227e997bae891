"""The host-target interface, spoken to as riscv-tests and its environments do."""

import struct

import pytest

from courseware.machine.devices.device import BusError, Output
from courseware.machine.fields import Fields
from courseware.machine.htif import HALF_WRITTEN_DELAY, MAX_WRITE_BYTES, Htif
from courseware.machine.stop import Exited, OutputFull

TOHOST, FROMHOST, BLOCK, TEXT = 0x100, 0x140, 0x200, 0x300


class Ram:
    """Memory from 0 up to its size."""

    def __init__(self, size: int = 0x2000) -> None:
        self.data = bytearray(size)

    def read(self, address: int, size: int) -> bytes:
        if address + size > len(self.data):
            raise BusError(address)
        return bytes(self.data[address : address + size])

    def write(self, address: int, data: bytes) -> None:
        if address + len(data) > len(self.data):
            raise BusError(address)
        self.data[address : address + len(data)] = data


class Host:
    """A host whose program stores words."""

    def __init__(self, fromhost: int | None = FROMHOST, max_output: int = 8_192) -> None:
        self.ram = Ram()
        self.output = Output(max_output)
        self.htif = Htif(TOHOST, fromhost, self.ram, self.output)

    def store(self, address: int, value: int, cycle: int = 1) -> None:
        self.ram.write(address, value.to_bytes(4, "little"))
        self.htif.stored(address, 4, cycle)

    def command(self, value: int) -> None:
        self.store(TOHOST, value & 0xFFFF_FFFF)
        self.store(TOHOST + 4, value >> 32)
        self.htif.poll()

    def call(self, number: int, *arguments: int) -> int:
        """Make a system call and return its result, as an unsigned number."""
        words = (number, *arguments, *[0] * (7 - len(arguments)))
        self.ram.write(BLOCK, struct.pack("<8Q", *words))
        self.command(BLOCK)
        return self.word(BLOCK)

    def word(self, address: int) -> int:
        return int.from_bytes(self.ram.read(address, 8), "little")


@pytest.mark.parametrize("order", [(0, 4), (4, 0)])
def test_a_word_is_looked_at_as_soon_as_both_halves_are_written(order: tuple[int, int]) -> None:
    host = Host()
    host.store(TOHOST + order[0], 0, cycle=7)
    assert host.htif.due == 7 + HALF_WRITTEN_DELAY
    host.store(TOHOST + order[1], 0, cycle=9)
    assert host.htif.due == 9


def test_stores_of_one_half_again_and_again_do_not_put_off_the_look() -> None:
    host = Host()
    for cycle in (3, 5, 7):
        host.store(TOHOST, 1, cycle)
    assert host.htif.due == 3 + HALF_WRITTEN_DELAY


@pytest.mark.parametrize(
    ("address", "size", "is_noted"),
    [
        (TOHOST - 1, 1, False),
        (TOHOST - 1, 2, True),
        (TOHOST + 3, 1, True),
        (TOHOST + 7, 1, True),
        (TOHOST + 8, 4, False),
        (FROMHOST, 4, False),
    ],
)
def test_only_stores_into_tohost_are_noted(address: int, size: int, is_noted: bool) -> None:
    htif = Host().htif
    htif.stored(address, size, 1)
    assert (htif.due is not None) == is_noted


def test_a_store_across_the_middle_writes_both_halves() -> None:
    htif = Host().htif
    htif.stored(TOHOST + 2, 4, 5)
    assert htif.due == 5


@pytest.mark.parametrize(("low", "code"), [(1, 0), (3, 1), (1337, 668), (0xFFFF_FFFF, 0x7FFF_FFFF)])
def test_an_odd_word_of_device_0_ends_the_program(low: int, code: int) -> None:
    host = Host()
    with pytest.raises(Exited) as caught:
        host.command(low)
    assert caught.value.code == code
    assert host.htif.due is None


def test_a_look_at_zero_does_nothing() -> None:
    host = Host()
    host.command(0)
    assert host.word(FROMHOST) == 0
    assert host.htif.due is None


def test_device_1_prints_and_acknowledges_without_an_answer() -> None:
    host = Host()
    for character in b"ok":
        host.command(0x0101 << 48 | character)
        assert host.word(TOHOST) == 0
    assert host.output.data == b"ok"
    assert host.word(FROMHOST) == 0


def test_a_full_output_is_told() -> None:
    host = Host(max_output=1)
    host.command(0x0101 << 48 | 65)
    with pytest.raises(OutputFull):
        host.command(0x0101 << 48 | 65)


def test_an_unknown_command_is_acknowledged() -> None:
    host = Host()
    for command in (0xFFFF_FFFF_FFFF_FFFF, 0x0100 << 48, 0x0001 << 48 | 1):
        host.command(command)
        assert host.word(TOHOST) == 0
    assert host.output.data == b""


def test_a_system_call_writes_and_answers() -> None:
    host = Host()
    host.ram.write(TEXT, b"text")
    assert host.call(64, 1, TEXT, 4) == 4
    assert host.call(64, 2, TEXT + 1, 2) == 2
    assert host.output.data == b"textex"
    assert host.word(FROMHOST) == 1


def test_an_answer_that_waits_is_not_overwritten() -> None:
    host = Host()
    host.ram.write(FROMHOST, (0x0100 << 48 | 0x141).to_bytes(8, "little"))
    host.call(64, 1, TEXT, 1)
    assert host.word(FROMHOST) == 0x0100 << 48 | 0x141


def test_a_program_without_fromhost_gets_no_answer() -> None:
    host = Host(fromhost=None)
    before = bytes(host.ram.data)
    host.command(0x0101 << 48 | 65)
    host.call(64, 1, TEXT, 1)
    assert host.word(FROMHOST) == int.from_bytes(before[FROMHOST : FROMHOST + 8], "little")
    assert host.output.data == b"A\0"


def test_a_long_write_is_done_in_part() -> None:
    host = Host()
    assert host.call(64, 1, 0x400, MAX_WRITE_BYTES) == MAX_WRITE_BYTES
    assert host.call(64, 1, 0x400, MAX_WRITE_BYTES + 1) == MAX_WRITE_BYTES


@pytest.mark.parametrize(
    ("number", "arguments", "error"),
    [
        (64, (0, TEXT, 1), 9),
        (64, (3, TEXT, 1), 9),
        (64, (1, 0x1FFF, 2), 14),
        (64, (1, 1 << 63, 1 << 63), 14),
        (63, (0, TEXT, 1), 38),
    ],
)
def test_a_system_call_that_fails_returns_its_error(
    number: int, arguments: tuple[int, ...], error: int
) -> None:
    host = Host()
    assert host.call(number, *arguments) == (1 << 64) - error
    assert host.output.data == b""


def test_the_system_call_exit_ends_the_program() -> None:
    with pytest.raises(Exited) as caught:
        Host().call(93, 7)
    assert caught.value.code == 7


def test_a_system_call_outside_of_ram_is_acknowledged() -> None:
    host = Host()
    host.command(0x7FFF_FFFE)
    assert host.word(TOHOST) == 0


@pytest.mark.parametrize(("tohost", "fromhost"), [(0x1FF9, None), (TOHOST, 0x1FF9)])
def test_both_words_must_lie_in_ram(tohost: int, fromhost: int | None) -> None:
    Htif(0x1FF8, 0x1FF8, Ram(), Output(0))
    with pytest.raises(ValueError, match="0x1ff9"):
        Htif(tohost, fromhost, Ram(), Output(0))


def test_a_restored_host_looks_at_the_same_cycle() -> None:
    host, other = Host(), Host()
    host.store(TOHOST + 4, 0, cycle=5)
    other.htif.restore(Fields(host.htif.state()))
    assert other.htif.due == 5 + HALF_WRITTEN_DELAY
    other.store(TOHOST, 1, cycle=6)
    assert other.htif.due == 6


@pytest.mark.parametrize(
    "state", [{"due": 1, "halves": 0}, {"due": None, "halves": 1}, {"due": -1, "halves": 1}, {}]
)
def test_a_state_that_cannot_be_is_refused(state: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"due|halves"):
        Host().htif.restore(Fields(state))
