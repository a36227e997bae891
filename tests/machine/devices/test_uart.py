"""The serial port (PC16550D data sheet, section 8)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import Output, Uart
from courseware.machine.devices.uart import FIFO_BYTES, MAX_INPUT_BYTES
from courseware.machine.stop import OutputFull
from tests.machine.devices.surroundings import Signal, damaged_states, restore, stored

RBR = THR = DLL = 0
IER = DLM = 1
IIR = FCR = 2
LCR, MCR, LSR, MSR, SCR = 3, 4, 5, 6, 7
DATA_READY, OVERRUN = 0x01, 0x02
RECEIVED, THR_EMPTY, LINE_STATUS = 0x01, 0x02, 0x04


class Board:
    """A port with its output and its line."""

    def __init__(self, max_output_bytes: int = 100) -> None:
        self.output = Output(max_output_bytes)
        self.line = Signal()
        self.uart = Uart(self.output, self.line)

    def read(self, offset: int) -> int:
        return self.uart.read(offset, 1)

    def write(self, offset: int, value: int) -> None:
        self.uart.write(offset, 1, value)

    def read_all(self) -> bytes:
        data = bytearray()
        while self.read(LSR) & DATA_READY:
            data.append(self.read(RBR))
        return bytes(data)


def test_what_is_sent_is_output_until_it_is_full() -> None:
    board = Board(max_output_bytes=2)
    board.write(THR, 0x141)
    board.write(THR, 0x42)
    assert board.read(LSR) == 0x60
    before = stored(board.uart)
    with pytest.raises(OutputFull):
        board.write(THR, 0x43)
    assert board.output.data == b"AB"
    assert stored(board.uart) == before


def test_registers_after_reset() -> None:
    board = Board()
    assert [board.read(offset) for offset in range(8)] == [0, 0, 1, 0, 0, 0x60, 0xB0, 0]
    assert not board.line.level


def test_divisor_latches_lie_behind_dlab() -> None:
    board = Board()
    board.write(LCR, 0x83)
    board.write(DLL, 0x34)
    board.write(DLM, 0x12)
    assert (board.read(DLL), board.read(DLM), board.read(LCR)) == (0x34, 0x12, 0x83)
    board.write(LCR, 0x03)
    board.write(IER, 0xFF)
    assert (board.read(RBR), board.read(IER)) == (0, 0x0F)
    board.write(LCR, 0x83)
    assert (board.read(DLL), board.read(DLM)) == (0x34, 0x12)
    assert board.output.data == b""


def test_scratch_and_masks() -> None:
    board = Board()
    board.write(SCR, 0xA5)
    board.write(MCR, 0xEF)
    assert (board.read(SCR), board.read(MCR)) == (0xA5, 0x0F)
    board.write(LSR, 0)
    board.write(MSR, 0)
    assert (board.read(LSR), board.read(MSR)) == (0x60, 0xB0)


@pytest.mark.parametrize("offset", [8, 0x40, 0xFF])
def test_behind_the_registers_is_nothing(offset: int) -> None:
    board = Board()
    before = stored(board.uart)
    board.write(offset, 0xFF)
    assert board.read(offset) == 0
    assert stored(board.uart) == before


@given(st.binary(max_size=60), st.sampled_from([0x00, 0x01, 0xC1]))
def test_all_input_is_read_in_order(data: bytes, fcr: int) -> None:
    board = Board()
    assert board.uart.receive(data) == len(data)
    board.write(FCR, fcr)
    assert board.read_all() == data
    assert not board.read(LSR) & OVERRUN


def test_input_is_bounded_and_the_rest_is_the_senders() -> None:
    board = Board()
    data = bytes(range(256)) * 17
    assert board.uart.receive(data) == MAX_INPUT_BYTES
    assert board.uart.receive(b"x") == 0
    assert board.read_all() == data[:MAX_INPUT_BYTES]
    assert board.uart.receive(b"x") == 1


def test_input_sent_before_the_program_sets_up_the_port_is_kept() -> None:
    """The order in which drivers do it: interrupts off, baud rate, FIFOs cleared, interrupts on."""
    board = Board()
    board.uart.receive(b"hello")
    for offset, value in ((IER, 0), (LCR, 0x80), (DLL, 3), (DLM, 0), (LCR, 3), (FCR, 7)):
        board.write(offset, value)
    board.write(IER, RECEIVED | THR_EMPTY)
    assert board.line.level
    assert board.read_all() == b"hello"


def test_clearing_the_receiver_drops_what_has_arrived() -> None:
    board = Board()
    board.uart.receive(bytes(range(20)))
    board.write(FCR, 0x01)
    assert board.read(LSR) & DATA_READY
    board.write(FCR, 0x03)
    assert board.read_all() == bytes(range(FIFO_BYTES, 20))


@pytest.mark.parametrize("fcr", [0x00, 0x01])
def test_toggling_the_fifos_empties_them(fcr: int) -> None:
    board = Board()
    board.write(FCR, fcr)
    board.uart.receive(b"x")
    assert board.read(LSR) & DATA_READY
    board.write(FCR, fcr ^ 1)
    assert not board.read(LSR) & DATA_READY


def test_received_data_interrupts_until_it_is_read() -> None:
    board = Board()
    board.uart.receive(b"ab")
    assert not board.line.level
    board.write(IER, RECEIVED)
    assert board.line.level
    assert board.read(IIR) == 0x04
    assert board.read(IIR) == 0x04
    assert board.read(RBR) == ord("a")
    assert board.line.level
    assert board.read(RBR) == ord("b")
    assert not board.line.level
    assert board.read(IIR) == 0x01
    board.uart.receive(b"c")
    assert board.line.level


@pytest.mark.parametrize(("setting", "level"), [(0x01, 1), (0x41, 4), (0x81, 8), (0xC1, 14)])
def test_trigger_level_separates_received_data_from_timeout(setting: int, level: int) -> None:
    board = Board()
    board.write(FCR, setting)
    board.write(IER, RECEIVED)
    board.uart.receive(bytes(level))
    assert board.read(IIR) == 0xC4
    board.read(RBR)
    assert board.read(IIR) == (0xCC if level > 1 else 0xC1)
    assert board.line.level == (level > 1)


def test_thr_empty_interrupts_when_enabled_and_after_each_byte() -> None:
    board = Board()
    board.write(IER, THR_EMPTY)
    assert board.line.level
    assert board.read(IIR) == 0x02  # reading it acknowledges
    assert not board.line.level
    assert board.read(IIR) == 0x01
    board.write(IER, THR_EMPTY)  # it was enabled before
    assert not board.line.level
    board.write(THR, 0x41)
    assert board.line.level
    board.write(IER, 0)
    assert not board.line.level
    board.write(IER, THR_EMPTY)
    assert board.read(IIR) == 0x02


def test_causes_come_in_the_order_of_their_priority() -> None:
    board = Board()
    board.write(IER, RECEIVED | THR_EMPTY | LINE_STATUS)
    board.write(MCR, 0x10)
    board.write(THR, 1)
    board.write(THR, 2)
    assert board.read(IIR) == 0x06
    assert board.read(LSR) == 0x60 | DATA_READY | OVERRUN  # acknowledges line status
    assert board.read(IIR) == 0x04  # and not THR empty, which was not named
    assert board.read(RBR) == 2
    assert board.read(IIR) == 0x02
    assert board.read(IIR) == 0x01
    assert not board.line.level


def test_loopback_receives_what_is_sent_and_overruns() -> None:
    board = Board()
    board.write(FCR, 0x01)
    board.write(MCR, 0x10)
    board.uart.receive(b"waits outside")
    for byte in range(FIFO_BYTES):
        board.write(THR, byte)
    assert not board.read(LSR) & OVERRUN
    board.write(THR, 0xFF)
    assert board.read(LSR) & OVERRUN
    assert not board.read(LSR) & OVERRUN
    assert board.read_all() == bytes(range(FIFO_BYTES))
    assert board.output.data == b""
    board.write(MCR, 0)
    assert board.read_all() == b"waits outside"


@pytest.mark.parametrize(
    ("mcr", "msr"), [(0x10, 0x00), (0x11, 0x20), (0x12, 0x10), (0x14, 0x40), (0x18, 0x80)]
)
def test_loopback_shows_the_modem_outputs_as_inputs(mcr: int, msr: int) -> None:
    board = Board()
    board.write(MCR, mcr)
    assert board.read(MSR) == msr


Action = Callable[[Board], object]
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(lambda o: lambda b: b.read(o), st.integers(0, 8)),
    st.builds(lambda o, v: lambda b: b.write(o, v), st.integers(0, 8), st.integers(0, 255)),
    st.builds(lambda data: lambda b: b.uart.receive(data), st.binary(max_size=20)),
)


@given(st.lists(actions, max_size=50), st.lists(actions, max_size=20))
def test_restored_port_has_the_same_future(past: list[Action], future: list[Action]) -> None:
    board, other = Board(), Board()
    for action in past:
        action(board)
    restore(other.uart, stored(board.uart))
    other.output.data[:] = board.output.data
    assert other.line.level == board.line.level
    for action in future:
        assert action(board) == action(other)
        assert stored(other.uart) == stored(board.uart)
        assert other.line.level == board.line.level
    assert other.output.data == board.output.data


def test_damaged_state_is_refused_and_changes_nothing() -> None:
    board = Board()
    board.uart.receive(b"abc")
    board.read(LSR)
    before = stored(board.uart)
    wrong = [
        *damaged_states(before),
        {**before, "received": "ab"},  # without FIFOs there is room for one
        {**before, "fcr": 0xC1, "received": "x" * 17},
    ]
    for state in wrong:
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
            restore(board.uart, state)
        assert stored(board.uart) == before
