"""The platform-level interrupt controller: device lines to the external interrupts of one hart.

Registers, all of 32 bits (RISC-V PLIC specification 1.0, chapters 3 to 10; QEMU,
hw/intc/sifive_plic.c, as on the ``virt`` board). Context 0 is M mode, context 1 is S mode:

    0x000000 + 4 * source           priority, 0 (never interrupts) to 7
    0x001000 + 4 * word             pending bits, read only
    0x002000 + 0x80 * context + ..  enable bits
    0x200000 + 0x1000 * context     threshold: only higher priorities interrupt
    0x200004 + 0x1000 * context     read: claim; write: complete

Lines are level-triggered. A source's gateway passes on one request, and the next only after the
completion; a line that is then still high is a new request. A request that has become pending
stays so when the line falls (chapter 5 of the specification).
"""

from collections.abc import Callable
from typing import Any

from courseware.machine.devices.device import WORD, Line
from courseware.machine.fields import Fields

SOURCES = 96  # with source 0, which does not exist
CONTEXTS = 2

_PENDING = 0x1000
_ENABLE = 0x2000
_ENABLE_STRIDE = 0x80
_CONTEXT = 0x20_0000
_CONTEXT_STRIDE = 0x1000
_THRESHOLD = 0
_CLAIM = 4

_PRIORITY_MASK = 7
_SOURCE_MASK = (1 << SOURCES) - 2


class Plic:
    """The controller; sets of sources are kept as bit masks."""

    access_sizes = frozenset({4})

    def __init__(self, set_external: Callable[[int, bool], None]) -> None:
        """``set_external`` is called with a context and the level of its external interrupt."""
        self._set_external = set_external
        self._priority = [0] * SOURCES
        self._threshold = [0] * CONTEXTS
        self._enabled = [0] * CONTEXTS
        self._level = 0
        self._pending = 0
        self._in_service = 0  # claimed and not yet completed

    def line(self, source: int) -> Line:
        """Return the line into a source."""
        bit = 1 << source
        if not bit & _SOURCE_MASK:
            raise ValueError(f"no interrupt source {source}")

        def set_level(level: bool) -> None:
            if level != bool(self._level & bit):
                self._level ^= bit
                self._update()

        return set_level

    def read(self, offset: int, size: int) -> int:
        """Return the register's value; the claim register claims the interrupt it names."""
        source = _index(offset, 0, 4, SOURCES)
        if source is not None:
            return self._priority[source]
        word = _index(offset, _PENDING, 4, SOURCES // 32)
        if word is not None:
            return self._pending >> 32 * word & WORD
        for context in range(CONTEXTS):
            word = _index(offset, _ENABLE + _ENABLE_STRIDE * context, 4, SOURCES // 32)
            if word is not None:
                return self._enabled[context] >> 32 * word & WORD
            registers = _CONTEXT + _CONTEXT_STRIDE * context
            if offset == registers + _THRESHOLD:
                return self._threshold[context]
            if offset == registers + _CLAIM:
                return self._claim(context)
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        """Write the register; the claim register completes the interrupt that is written."""
        source = _index(offset, 0, 4, SOURCES)
        if source:
            self._priority[source] = value & _PRIORITY_MASK
        for context in range(CONTEXTS):
            word = _index(offset, _ENABLE + _ENABLE_STRIDE * context, 4, SOURCES // 32)
            if word is not None:
                others = self._enabled[context] & ~(WORD << 32 * word)
                self._enabled[context] = (others | value << 32 * word) & _SOURCE_MASK
            registers = _CONTEXT + _CONTEXT_STRIDE * context
            if offset == registers + _THRESHOLD:
                self._threshold[context] = value & _PRIORITY_MASK
            if offset == registers + _CLAIM:
                self._complete(context, value)
        self._update()

    def state(self) -> dict[str, Any]:
        """Return the registers, the lines and the gateways."""
        return {
            "priority": list(self._priority),
            "threshold": list(self._threshold),
            "enabled": list(self._enabled),
            "level": self._level,
            "pending": self._pending,
            "in_service": self._in_service,
        }

    def restore(self, fields: Fields) -> None:
        """Take on a state. Raises ValueError for a wrong one."""
        priority = fields.integers("priority", 0, _PRIORITY_MASK)
        threshold = fields.integers("threshold", 0, _PRIORITY_MASK)
        enabled = [_sources(mask) for mask in fields.integers("enabled", 0, _SOURCE_MASK)]
        lengths = (len(priority), len(threshold), len(enabled))
        if lengths != (SOURCES, CONTEXTS, CONTEXTS) or priority[0]:
            raise ValueError("the interrupt controller's lists are wrong")
        level, pending, in_service = (
            _sources(fields.integer(name, 0, _SOURCE_MASK))
            for name in ("level", "pending", "in_service")
        )
        self._priority, self._threshold, self._enabled = priority, threshold, enabled
        self._level, self._pending, self._in_service = level, pending, in_service
        self._update()

    def _update(self) -> None:
        """Let the gateways pass on requests, and drive the hart's external interrupts."""
        self._pending |= self._level & ~self._in_service
        for context, threshold in enumerate(self._threshold):
            best = self._best(context)
            self._set_external(context, self._priority[best] > threshold)

    def _best(self, context: int) -> int:
        """Return the pending and enabled source of the highest priority, the lowest of equals.

        0 when there is none: source 0 has the priority 0.
        """
        candidates = self._pending & self._enabled[context]
        best = 0
        while candidates:
            source = (candidates & -candidates).bit_length() - 1
            candidates &= candidates - 1
            if self._priority[source] > self._priority[best]:
                best = source
        return best

    def _claim(self, context: int) -> int:
        """Claim whatever the threshold is, as the specification's chapter 9 says."""
        source = self._best(context)
        if source:
            self._pending &= ~(1 << source)
            self._in_service |= 1 << source
            self._update()
        return source

    def _complete(self, context: int, source: int) -> None:
        """Complete a source that is enabled for the context; others are silently ignored."""
        if source < SOURCES and self._enabled[context] >> source & 1:
            self._in_service &= ~(1 << source)


def _index(offset: int, base: int, stride: int, count: int) -> int | None:
    """Return which of ``count`` registers from ``base`` on is at the offset, or None."""
    index, rest = divmod(offset - base, stride)
    return index if 0 <= index < count and rest == 0 else None


def _sources(mask: int) -> int:
    if mask & ~_SOURCE_MASK:
        raise ValueError("a set of interrupt sources has members that do not exist")
    return mask
