"""The virtio console (virtio 1.2, section 5.3): one port, a queue in each direction."""

from typing import Any

from courseware.machine.devices.device import Dma, Line, Output, bytes_from, text_of
from courseware.machine.devices.virtio.mmio import VirtioMmio
from courseware.machine.devices.virtio.ring import Ring
from courseware.machine.fields import Fields

MAX_INPUT_BYTES = 4_096

# 5.3.2.
_RECEIVE_QUEUE = 0


class VirtioConsole(VirtioMmio):
    """The device; what the driver transmits goes to ``output``."""

    device_id = 3
    queue_count = 2

    # 5.3.4: cols, rows, max_nr_ports and emerg_wr, none of whose features is offered.
    _features = 0
    _configuration = bytes(12)

    def __init__(self, output: Output, dma: Dma, line: Line) -> None:
        self._output = output
        self._input = bytearray()
        super().__init__(dma, line)

    def receive(self, data: bytes) -> int:
        """Send console input to the device. Returns how many bytes it took from the front.

        Input that finds no buffer waits for the driver to offer one.
        """
        taken = data[: MAX_INPUT_BYTES - len(self._input)]
        self._input += taken
        self._serve(_RECEIVE_QUEUE)
        self._drive()
        return len(taken)

    def state(self) -> dict[str, Any]:
        """Return the state of the transport, and the input that waits."""
        return {**super().state(), "input": text_of(self._input)}

    def restore(self, fields: Fields) -> None:
        """Take on a state. Raises ValueError for a wrong one."""
        waiting = bytes_from(fields, "input", MAX_INPUT_BYTES)
        super().restore(fields)
        self._input = waiting

    def _use(self, index: int, ring: Ring) -> None:
        if index == _RECEIVE_QUEUE:
            self._receive_into(ring)
        else:
            self._transmit(ring)

    def _receive_into(self, ring: Ring) -> None:
        for _ in range(ring.waiting()):
            if not self._input:
                return
            chain = ring.take()
            data = bytes(self._input[: chain.room])
            chain.write(0, data)
            del self._input[: len(data)]
            ring.give_back(chain, len(data))

    def _transmit(self, ring: Ring) -> None:
        """Put out what the driver sends. Raises OutputFull when the output holds no more."""
        for _ in range(ring.waiting()):
            chain = ring.take()
            for byte in chain.read():
                self._output.append(byte)
            ring.give_back(chain, 0)
