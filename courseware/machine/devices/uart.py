"""A serial port of the 16550 kind (National Semiconductor, PC16550D data sheet, section 8).

Registers of 8 bits; as on QEMU's board an access of any size touches one of them, and what lies
behind them reads as 0:

    0  RBR (read), THR (write)   received and transmitted byte; DLAB: divisor latch, low
    1  IER   interrupt enable    bit 0 received data, 1 THR empty, 2 line status, 3 modem status
                                 DLAB: divisor latch, high
    2  IIR (read), FCR (write)   cause of the interrupt; FIFO control
    3  LCR   line control        bit 7 is DLAB
    4  MCR   modem control       bit 4 connects the transmitter with the receiver
    5  LSR   line status         bit 0 data ready, 1 overrun, 5 THR empty, 6 transmitter empty
    6  MSR   modem status        the other side is always there
    7  SCR   scratch

A byte is sent in no time, so that the transmitter is always empty; the divisor has no effect.
For the same reason a FIFO that holds less than its trigger level interrupts at once, as it does
after the silence of four characters (the cause is then the character timeout).

Console input waits on the line until the program reads a register, or has enabled the interrupt
for received data. A program may therefore clear the FIFOs when it starts without losing input,
and input never overruns. What the program sends to itself (MCR bit 4) can.
"""

from typing import Any

from courseware.machine.devices.device import Line, Output, bytes_from, text_of
from courseware.machine.fields import Fields

FIFO_BYTES = 16
MAX_INPUT_BYTES = 4_096

_DATA, _IER, _IIR_FCR, _LCR, _MCR, _LSR, _MSR, _SCR = range(8)

_IER_RECEIVED = 1 << 0
_IER_THR_EMPTY = 1 << 1
_IER_LINE_STATUS = 1 << 2
_IER_MASK = 0x0F

# Causes in the order of their priority; those of received data have the same.
_IIR_LINE_STATUS = 0x06
_IIR_RECEIVED = 0x04
_IIR_TIMEOUT = 0x0C
_IIR_THR_EMPTY = 0x02
_IIR_NONE = 0x01
_IIR_FIFOS = 0xC0

_FCR_ENABLE = 1 << 0
_FCR_CLEAR_RECEIVER = 1 << 1
_FCR_KEPT = 0xC9  # enable, DMA mode, trigger level; the rest acts once
_TRIGGER_LEVELS = (1, 4, 8, 14)

_LCR_DLAB = 1 << 7
_MCR_LOOP = 1 << 4
_MCR_MASK = 0x1F

_LSR_DATA_READY = 1 << 0
_LSR_OVERRUN = 1 << 1
_LSR_IDLE = 0x60  # THR empty, transmitter empty

_MSR_CONNECTED = 0xB0  # DCD, DSR, CTS

_REGISTERS = ("ier", "fcr", "lcr", "mcr", "scr", "divisor")


class Uart:
    """The port; what it sends goes to ``output``."""

    access_sizes = frozenset({1, 2, 4})

    def __init__(self, output: Output, line: Line) -> None:
        self._output = output
        self._line = line
        self._ier = self._fcr = self._lcr = self._mcr = self._scr = 0
        self._divisor = 0x000C
        self._overrun = False
        self._thr_empty_pending = False
        self._received = bytearray()
        self._input = bytearray()

    def receive(self, data: bytes) -> int:
        """Send console input to the port. Returns how many bytes it took from the front."""
        taken = data[: MAX_INPUT_BYTES - len(self._input)]
        self._input += taken
        self._update()
        return len(taken)

    def read(self, offset: int, size: int) -> int:
        """Return the register's value; reading some of them acknowledges an interrupt."""
        self._arrive()
        value = self._value(offset)
        self._update()
        return value

    def write(self, offset: int, size: int, value: int) -> None:
        """Write the register. Raises OutputFull when the output holds no more."""
        value &= 0xFF
        if offset == _DATA and self._lcr & _LCR_DLAB:
            self._divisor = self._divisor & 0xFF00 | value
        elif offset == _DATA:
            self._transmit(value)
        elif offset == _IER and self._lcr & _LCR_DLAB:
            self._divisor = self._divisor & 0x00FF | value << 8
        elif offset == _IER:
            self._enable(value & _IER_MASK)
        elif offset == _IIR_FCR:
            self._control_fifos(value)
        elif offset == _LCR:
            self._lcr = value
        elif offset == _MCR:
            self._mcr = value & _MCR_MASK
        elif offset == _SCR:
            self._scr = value
        self._update()

    def state(self) -> dict[str, Any]:
        """Return the registers, the FIFO and the input that waits."""
        return {
            **{name: getattr(self, f"_{name}") for name in _REGISTERS},
            "overrun": int(self._overrun),
            "thr_empty_pending": int(self._thr_empty_pending),
            "received": text_of(self._received),
            "input": text_of(self._input),
        }

    def restore(self, fields: Fields) -> None:
        """Take on a state. Raises ValueError for a wrong one."""
        ier = fields.integer("ier", 0, _IER_MASK)
        fcr = fields.integer("fcr", 0, _FCR_KEPT) & _FCR_KEPT
        lcr = fields.integer("lcr", 0, 0xFF)
        mcr = fields.integer("mcr", 0, _MCR_MASK)
        scr = fields.integer("scr", 0, 0xFF)
        divisor = fields.integer("divisor", 0, 0xFFFF)
        overrun = bool(fields.integer("overrun", 0, 1))
        thr_empty_pending = bool(fields.integer("thr_empty_pending", 0, 1))
        received = bytes_from(fields, "received", FIFO_BYTES if fcr & _FCR_ENABLE else 1)
        self._input = bytes_from(fields, "input", MAX_INPUT_BYTES)
        self._ier, self._fcr, self._lcr, self._mcr, self._scr = ier, fcr, lcr, mcr, scr
        self._divisor, self._overrun = divisor, overrun
        self._thr_empty_pending, self._received = thr_empty_pending, received
        self._update()

    # --- registers ---

    def _value(self, offset: int) -> int:
        if offset == _DATA:
            return self._divisor & 0xFF if self._lcr & _LCR_DLAB else self._take()
        if offset == _IER:
            return self._divisor >> 8 if self._lcr & _LCR_DLAB else self._ier
        if offset == _IIR_FCR:
            return self._identify()
        if offset == _LCR:
            return self._lcr
        if offset == _MCR:
            return self._mcr
        if offset == _LSR:
            return self._line_status()
        if offset == _MSR:
            return self._modem_status()
        if offset == _SCR:
            return self._scr
        return 0

    def _take(self) -> int:
        return self._received.pop(0) if self._received else 0

    def _identify(self) -> int:
        cause = self._cause()
        if cause == _IIR_THR_EMPTY:
            self._thr_empty_pending = False
        return cause | (_IIR_FIFOS if self._fcr & _FCR_ENABLE else 0)

    def _line_status(self) -> int:
        status = _LSR_IDLE
        if self._received:
            status |= _LSR_DATA_READY
        if self._overrun:
            status |= _LSR_OVERRUN
            self._overrun = False
        return status

    def _modem_status(self) -> int:
        if not self._mcr & _MCR_LOOP:
            return _MSR_CONNECTED
        # Loopback: RTS is CTS, DTR is DSR, OUT1 is RI, OUT2 is DCD.
        dtr_rts, out = self._mcr & 3, self._mcr >> 2 & 3
        return (dtr_rts & 1) << 5 | (dtr_rts >> 1) << 4 | out << 6

    def _transmit(self, byte: int) -> None:
        if not self._mcr & _MCR_LOOP:
            self._output.append(byte)
        elif len(self._received) < self._capacity:
            self._received.append(byte)
        else:
            self._lose(byte)
        self._thr_empty_pending = True

    def _lose(self, byte: int) -> None:
        """Overrun: with the FIFOs the new byte is lost, without them the one that was there."""
        self._overrun = True
        if not self._fcr & _FCR_ENABLE:
            self._received[0] = byte

    def _enable(self, ier: int) -> None:
        if ier & ~self._ier & _IER_THR_EMPTY:
            self._thr_empty_pending = True
        self._ier = ier

    def _control_fifos(self, value: int) -> None:
        if (value ^ self._fcr) & _FCR_ENABLE or value & _FCR_CLEAR_RECEIVER:
            self._received.clear()
        # The other bits may only be written together with the enable bit.
        self._fcr = value & _FCR_KEPT if value & _FCR_ENABLE else 0

    # --- receiver and interrupt ---

    @property
    def _capacity(self) -> int:
        return FIFO_BYTES if self._fcr & _FCR_ENABLE else 1

    def _arrive(self) -> None:
        """Let waiting input into the receiver, as far as there is room."""
        if self._input and not self._mcr & _MCR_LOOP:
            room = self._capacity - len(self._received)
            self._received += self._input[:room]
            del self._input[:room]

    def _update(self) -> None:
        if self._ier & _IER_RECEIVED:
            self._arrive()
        self._line(self._cause() != _IIR_NONE)

    def _cause(self) -> int:
        if self._ier & _IER_LINE_STATUS and self._overrun:
            return _IIR_LINE_STATUS
        if self._ier & _IER_RECEIVED and self._received:
            full = len(self._received) >= self._trigger_level
            return _IIR_RECEIVED if full else _IIR_TIMEOUT
        if self._ier & _IER_THR_EMPTY and self._thr_empty_pending:
            return _IIR_THR_EMPTY
        return _IIR_NONE

    @property
    def _trigger_level(self) -> int:
        return _TRIGGER_LEVELS[self._fcr >> 6] if self._fcr & _FCR_ENABLE else 1
