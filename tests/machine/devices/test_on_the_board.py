"""Programs that use the devices where the memory map says they are."""

from courseware.machine import Machine, assemble
from courseware.machine.memory_map import (
    BARE_BLOCK_BASE,
    BARE_BLOCK_IRQ,
    CLINT_BASE,
    PLIC_BASE,
    UART_BASE,
    UART_IRQ,
    VIRTIO_BLOCK_BASE,
    VIRTIO_CONSOLE_BASE,
)

A0, A1, A2, A3 = 10, 11, 12, 13

ECHO = f"""
    li s0, {UART_BASE}
again:
    lbu t0, 5(s0)
    andi t0, t0, 1
    beqz t0, done
    lbu t0, 0(s0)
    sb t0, 0(s0)
    j again
done:
    ebreak
"""


def enable_source(source: int) -> str:
    """Return code that gives a source the priority 1 and enables it for context 0."""
    return f"""
    li t0, {PLIC_BASE + 4 * source}
    li t1, 1
    sw t1, 0(t0)
    li t0, {PLIC_BASE + 0x2000}
    li t1, {1 << source}
    sw t1, 0(t0)
    li s1, {PLIC_BASE + 0x20_0004}
"""


def test_program_echoes_console_input() -> None:
    machine = Machine(assemble(ECHO))
    text = bytes(range(1, 41))
    assert machine.send(text) == len(text)
    machine.run(1000)
    assert machine.output == text


def test_bare_block_moves_a_sector_and_interrupts_through_the_plic() -> None:
    source = f"""
    {enable_source(BARE_BLOCK_IRQ)}
    li s0, {BARE_BLOCK_BASE}
    la t0, buffer
    sw t0, 0x10(s0)
    li t0, 1
    sw t0, 0x0c(s0)   # sector 1
    sw t0, 0x14(s0)   # one sector
    sw t0, 0x20(s0)   # with an interrupt
    sw t0, 0x18(s0)   # read
    lw a0, 0(s1)      # claim
    sw t0, 0x24(s0)   # acknowledge
    sw a0, 0(s1)      # complete
    lw a1, 0(s1)
    lw a2, 0x1c(s0)
    la t0, buffer
    lw a3, 508(t0)
    ebreak
    .balign 4
buffer:
    .zero 512
"""
    machine = Machine(assemble(source), disk=bytes(512) + bytes(508) + b"DATA")
    machine.run(1000)
    registers = machine.registers
    assert (registers[A0], registers[A1], registers[A2]) == (BARE_BLOCK_IRQ, 0, 1)
    assert registers[A3].to_bytes(4, "little") == b"DATA"


def test_uart_interrupts_through_the_plic_until_its_input_is_read() -> None:
    source = f"""
    {enable_source(UART_IRQ)}
    li s0, {UART_BASE}
    li t0, 1
    sb t0, 1(s0)      # interrupt for received data
    lw a0, 0(s1)
    sw a0, 0(s1)      # complete while the line is high: pending again
    lw a1, 0(s1)
    lbu a2, 0(s0)
    sw a1, 0(s1)
    lw a3, 0(s1)
    ebreak
"""
    machine = Machine(assemble(source))
    machine.send(b"x")
    machine.run(1000)
    registers = machine.registers
    assert registers[A0] == registers[A1] == UART_IRQ
    assert (registers[A2], registers[A3]) == (ord("x"), 0)


def test_all_other_devices_answer_at_their_places() -> None:
    source = f"""
    li t0, {VIRTIO_BLOCK_BASE}
    lw a0, 8(t0)
    li t0, {VIRTIO_CONSOLE_BASE}
    lw a1, 8(t0)
    li t0, {CLINT_BASE + 0xBFF8}
    lw a2, 0(t0)
    lw a3, 0(t0)
    ebreak
"""
    machine = Machine(assemble(source))
    machine.run(1000)
    registers = machine.registers
    assert (registers[A0], registers[A1]) == (2, 3)
    assert registers[A3] == registers[A2] + 1


def test_restored_machine_goes_on_with_its_devices() -> None:
    machine = Machine(assemble(ECHO))
    machine.send(b"first and second")
    machine.run(20)
    restored = Machine.restore(machine.snapshot())
    for each in (machine, restored):
        each.run(1000)
    assert restored.output == machine.output == b"first and second"
    assert restored.state() == machine.state()
