"""The host-target interface (HTIF): how RISC-V test programs end and print.

A program talks to its host through two 64-bit words in RAM that its ELF file names, ``tohost``
and ``fromhost``. A command in tohost has a device in bits 63:56, the device's command in bits
55:48 and a payload in bits 47:0. Sources: riscv-isa-sim, fesvr/htif.cc, fesvr/device.h and
fesvr/syscall.cc; riscv-test-env, p/riscv_test.h and v/vm.c.
"""

from typing import Any, NoReturn

from courseware.machine.devices.device import BusError, Dma, Output
from courseware.machine.fields import Fields
from courseware.machine.stop import Exited

# Cycles from the first store into one half of tohost to the look at it, when no store into the
# other half comes: RV32 writes the word in two instructions, in either order, or just one half.
HALF_WRITTEN_DELAY = 16
# More bytes at once are written in part, as write(2) may do.
MAX_WRITE_BYTES = 4_096

_HALF_BYTES = 4
_BOTH_HALVES = 0b11
_WORD = 0xFFFF_FFFF
_MAX_CYCLE = (1 << 63) - 1

_SYSTEM_CALL = (0, 0)  # device and command; an odd payload is an exit instead
_WRITE_CHARACTER = (1, 1)

# Numbers and errors of Linux for RISC-V, which the proxied system calls use.
_SYS_WRITE = 64
_SYS_EXIT = 93
_ENOSYS = 38
_EBADF = 9
_EFAULT = 14
_CALL_WORDS = 8  # number, then up to seven arguments; the result replaces the number


class Htif:
    """The host's end. ``due`` is the cycle of the next look at tohost; None: there is none."""

    def __init__(self, tohost: int, fromhost: int | None, dma: Dma, output: Output) -> None:
        """Listen at tohost. Raises ValueError when one of the words does not lie in RAM."""
        self.due: int | None = None
        self._tohost = tohost
        self._fromhost = fromhost
        self._dma = dma
        self._output = output
        self._halves = 0  # bit 0: the low one was written since the last look; bit 1: the high one
        for name, address in (("tohost", tohost), ("fromhost", fromhost)):
            try:
                if address is not None:
                    self._read_word(address)
            except BusError as error:
                raise ValueError(f"{name} at {address:#x} does not lie in RAM") from error

    def stored(self, address: int, size: int, cycle: int) -> None:
        """Take note of a store near tohost that was completed in the given cycle."""
        for half in (0, 1):
            start = self._tohost + half * _HALF_BYTES
            if address < start + _HALF_BYTES and start < address + size:
                self._halves |= 1 << half
        if self._halves == _BOTH_HALVES:
            self.due = cycle
        elif self._halves and self.due is None:
            self.due = cycle + HALF_WRITTEN_DELAY

    def poll(self) -> None:
        """Take the command that is in tohost, and acknowledge it by a zero there.

        Raises Exited for an exit, and OutputFull. Unknown commands do nothing.
        """
        self.due, self._halves = None, 0
        word = self._read_word(self._tohost)
        if word == 0:
            return
        self._write_word(self._tohost, 0)
        device_and_command, payload = (word >> 56, word >> 48 & 0xFF), word & (1 << 48) - 1
        if device_and_command == _WRITE_CHARACTER:
            self._output.append(payload & 0xFF)
        elif device_and_command == _SYSTEM_CALL and payload & 1:
            _exit(payload >> 1)
        elif device_and_command == _SYSTEM_CALL:
            self._system_call(payload)
            self._answer()

    def _answer(self) -> None:
        """Say 1 in fromhost. While an answer waits there, which is the same one, it will do."""
        if self._fromhost is not None and self._read_word(self._fromhost) == 0:
            self._write_word(self._fromhost, 1)

    def _system_call(self, address: int) -> None:
        """Do the system call that is described at an address; nothing when RAM is not there."""
        try:
            block = self._dma.read(address, 8 * _CALL_WORDS)
        except BusError:
            return
        number, *arguments = (int.from_bytes(block[i : i + 8], "little") for i in range(0, 64, 8))
        match number:
            case _ if number == _SYS_EXIT:
                _exit(arguments[0])
            case _ if number == _SYS_WRITE:
                result = self._write(*arguments[:3])
            case _:
                result = -_ENOSYS
        self._write_word(address, result)

    def _write(self, descriptor: int, address: int, size: int) -> int:
        """Return how many bytes went to standard output or error, or a negative error."""
        if descriptor not in (1, 2):
            return -_EBADF
        try:
            data = self._dma.read(address, min(size, MAX_WRITE_BYTES))
        except BusError:
            return -_EFAULT
        for byte in data:
            self._output.append(byte)
        return len(data)

    def _read_word(self, address: int) -> int:
        return int.from_bytes(self._dma.read(address, 8), "little")

    def _write_word(self, address: int, value: int) -> None:
        self._dma.write(address, (value & (1 << 64) - 1).to_bytes(8, "little"))

    def state(self) -> dict[str, Any]:
        """Return, as JSON data, what the host will do next; its commands are in RAM."""
        return {"due": self.due, "halves": self._halves}

    def restore(self, fields: Fields) -> None:
        """Take on a state. Raises ValueError for what ``state`` cannot have returned."""
        due = fields.integer("due", 0, _MAX_CYCLE) if fields.has("due") else None
        halves = fields.integer("halves", 0, _BOTH_HALVES)
        if (due is None) != (halves == 0):
            raise ValueError("due: there is a look exactly when a half was written")
        self.due, self._halves = due, halves


def _exit(code: int) -> NoReturn:
    raise Exited(code & _WORD)
