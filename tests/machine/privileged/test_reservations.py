"""A device that writes to the reserved word ends the reservation ("A extension", LR and SC)."""

import pytest

from courseware.machine import Engine, Machine, StopReason, assemble

_SOURCE = """
    li s0, 0x10010000          # the bare block device
    sw zero, 0x0c(s0)
    li t0, {buffer}
    sw t0, 0x10(s0)
    li t0, 1
    sw t0, 0x14(s0)
    li t0, {command}
    li s1, 0x80004000
    lr.w t1, (s1)
    sw t0, 0x18(s0)
    sc.w a0, t0, (s1)
    lw a1, 0(s1)
    ebreak
"""


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    ("buffer", "command", "expected"),
    [
        (0x8000_4000, 1, (1, 0x2A2A2A2A)),  # its first bytes
        (0x8000_3E04, 1, (1, 0x2A2A2A2A)),  # its last bytes
        (0x8000_4004, 1, (0, 1)),  # behind the word
        (0x8000_3E00, 1, (0, 1)),  # in front of it
        (0x8000_4000, 2, (0, 2)),  # the device reads
    ],
)
def test_dma(engine: Engine, buffer: int, command: int, expected: tuple[int, int]) -> None:
    source = _SOURCE.format(buffer=buffer, command=command)
    machine = Machine(assemble(source), disk=b"*" * 512, engine=engine)
    assert machine.run(1_000).reason == StopReason.BREAKPOINT
    assert tuple(machine.registers[10:12]) == expected
