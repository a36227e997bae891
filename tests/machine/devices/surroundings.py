"""What stands around a device in the tests: RAM, lines, and state as it is stored."""

import json
from collections.abc import Iterator
from typing import Any

from courseware.machine.devices import BusError, Device
from courseware.machine.fields import Fields
from courseware.machine.memory_map import RAM_BASE


class Memory:
    """RAM of ``size`` bytes; ``written`` are the addresses that the device has written."""

    def __init__(self, size: int = 0x1_0000) -> None:
        self.data = bytearray(size)
        self.written: set[int] = set()
        self.accesses = 0

    def read(self, address: int, size: int) -> bytes:
        self.accesses += 1
        start = self._start(address, size)
        return bytes(self.data[start : start + size])

    def write(self, address: int, data: bytes) -> None:
        self.accesses += 1
        start = self._start(address, len(data))
        self.data[start : start + len(data)] = data
        self.written.update(range(address, address + len(data)))

    def _start(self, address: int, size: int) -> int:
        start = address - RAM_BASE
        if not 0 <= start <= len(self.data) - size:
            raise BusError(address)
        return start


class Signal:
    """A line that remembers its level and how often it rose."""

    def __init__(self) -> None:
        self.level = False
        self.rises = 0

    def __call__(self, level: bool) -> None:
        self.rises += level and not self.level
        self.level = level


def stored(device: Device) -> Any:
    """Return a device's state after it has been text."""
    return json.loads(json.dumps(device.state()))


def restore(device: Device, state: object) -> None:
    """Put a stored state into a device."""
    device.restore(Fields(state))


def damaged_states(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield states that no device can have, each wrong in one member, at any depth."""
    for name, value in state.items():
        yield {other: state[other] for other in state if other != name}
        wrong: list[Any] = [None, -1, 1 << 200, 0.5, True, "あ", "x" * 5_000, {}, [], [-1], [[]]]
        for replacement in wrong:
            if not (isinstance(value, bool) or replacement == value):
                yield {**state, name: replacement}
        if isinstance(value, dict):
            for inner in damaged_states(value):
                yield {**state, name: inner}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for inner in damaged_states(value[0]):
                yield {**state, name: [inner, *value[1:]]}
            yield {**state, name: value * 2}
