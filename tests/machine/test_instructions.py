"""Every instruction of the table against an expectation that is written down here, apart from it.

Sources: RISC-V unprivileged specification 20240411, chapters on RV32I, M, A, C, Zicsr, Zifencei;
privileged specification, "Machine-Level ISA", "Supervisor-Level ISA" and "H Extension".
"""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import INSTRUCTIONS, Engine, Machine, MachineLimits, Program, assemble
from courseware.machine.isa.decoder import decode
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Segment
from tests.machine.programs import values

WORD = 0xFFFF_FFFF
A0, A1, A2 = 10, 11, 12
DATA = RAM_BASE + 0x2000
LIMITS = MachineLimits(memory_bytes=0x4000)
HANDLER = RAM_BASE + 0x1000

engines = st.sampled_from(Engine)


def signed(value: int, bits: int = 32) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def machine_with(
    source: str, registers: dict[int, int] | None = None, engine: Engine = Engine.INTERPRETER
) -> Machine:
    machine = Machine(assemble(source), LIMITS, engine=engine)
    for number, value in (registers or {}).items():
        machine.registers[number] = value & WORD
    return machine


# --- RV32I and M: what a0 becomes from a1 and a2, or from a1 and an immediate ---


def truncated(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def div(a: int, b: int) -> int:
    return -1 if signed(b) == 0 else truncated(signed(a), signed(b))


def rem(a: int, b: int) -> int:
    return a if signed(b) == 0 else signed(a) - signed(b) * div(a, b)


REGISTER: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "sll": lambda a, b: a << b % 32,
    "slt": lambda a, b: signed(a) < signed(b),
    "sltu": lambda a, b: a < b,
    "xor": lambda a, b: a ^ b,
    "srl": lambda a, b: a >> b % 32,
    "sra": lambda a, b: signed(a) >> b % 32,
    "or": lambda a, b: a | b,
    "and": lambda a, b: a & b,
    "mul": lambda a, b: a * b,
    "mulh": lambda a, b: signed(a) * signed(b) >> 32,
    "mulhsu": lambda a, b: signed(a) * b >> 32,
    "mulhu": lambda a, b: a * b >> 32,
    "div": div,
    "divu": lambda a, b: WORD if b == 0 else a // b,
    "rem": rem,
    "remu": lambda a, b: a if b == 0 else a % b,
}
IMMEDIATE = ("addi", "slti", "sltiu", "xori", "ori", "andi")
SHIFTS = ("slli", "srli", "srai")


@pytest.mark.parametrize("mnemonic", REGISTER)
@given(values, values, engines)
def test_register_arithmetic(mnemonic: str, a: int, b: int, engine: Engine) -> None:
    machine = machine_with(f"{mnemonic} a0, a1, a2", {A1: a, A2: b}, engine)
    machine.step()
    assert machine.registers[A0] == int(REGISTER[mnemonic](a, b)) & WORD


@pytest.mark.parametrize("mnemonic", IMMEDIATE)
@given(values, st.integers(-2048, 2047))
def test_immediate_arithmetic(mnemonic: str, a: int, b: int) -> None:
    machine = machine_with(f"{mnemonic} a0, a1, {b}", {A1: a})
    machine.step()
    plain = {"sltiu": "sltu"}.get(mnemonic, mnemonic.removesuffix("i"))
    assert machine.registers[A0] == int(REGISTER[plain](a, b & WORD)) & WORD


@pytest.mark.parametrize("mnemonic", SHIFTS)
@given(values, st.integers(0, 31))
def test_shifts_by_an_immediate(mnemonic: str, a: int, b: int) -> None:
    machine = machine_with(f"{mnemonic} a0, a1, {b}", {A1: a})
    machine.step()
    assert machine.registers[A0] == REGISTER[mnemonic.removesuffix("i")](a, b) & WORD


@given(st.integers(0, 0xFFFFF))
def test_lui_and_auipc(number: int) -> None:
    machine = machine_with(f"lui a0, {number}\nauipc a1, {number}")
    machine.step()
    machine.step()
    assert machine.registers[A0] == number << 12
    assert machine.registers[A1] == RAM_BASE + 4 + (number << 12) & WORD


# --- RV32I: jumps, branches, memory ---

BRANCHES: dict[str, Callable[[int, int], bool]] = {
    "beq": lambda a, b: a == b,
    "bne": lambda a, b: a != b,
    "blt": lambda a, b: signed(a) < signed(b),
    "bge": lambda a, b: signed(a) >= signed(b),
    "bltu": lambda a, b: a < b,
    "bgeu": lambda a, b: a >= b,
}


@pytest.mark.parametrize("mnemonic", BRANCHES)
@given(values, st.none() | values)
def test_branches(mnemonic: str, a: int, other: int | None) -> None:
    b = a if other is None else other
    machine = machine_with(f"{mnemonic} a1, a2, . + 64", {A1: a, A2: b})
    machine.step()
    assert machine.pc == RAM_BASE + (64 if BRANCHES[mnemonic](a, b) else 4)


def test_jal_and_jalr() -> None:
    machine = machine_with("jal a0, . + 2046")
    machine.step()
    assert (machine.pc, machine.registers[A0]) == (RAM_BASE + 2046, RAM_BASE + 4)
    machine = machine_with("jalr a0, -3(a1)", {A1: RAM_BASE + 0x104})
    machine.step()
    assert (machine.pc, machine.registers[A0]) == (RAM_BASE + 0x100, RAM_BASE + 4)


LOADS = {"lb": (1, True), "lh": (2, True), "lw": (4, True), "lbu": (1, False), "lhu": (2, False)}
STORES = {"sb": 1, "sh": 2, "sw": 4}


@pytest.mark.parametrize("mnemonic", LOADS)
@given(st.binary(min_size=16, max_size=16), st.integers(-4, 8))
def test_loads(mnemonic: str, data: bytes, offset: int) -> None:
    size, has_sign = LOADS[mnemonic]
    machine = machine_with(f"{mnemonic} a0, {offset}(a1)", {A1: DATA + 4})
    machine.write_memory(DATA, data)
    machine.step()
    expected = int.from_bytes(data[4 + offset :][:size], "little", signed=has_sign)
    assert machine.registers[A0] == expected & WORD


@pytest.mark.parametrize("mnemonic", STORES)
@given(values, st.integers(-4, 8))
def test_stores(mnemonic: str, value: int, offset: int) -> None:
    machine = machine_with(f"{mnemonic} a0, {offset}(a1)", {A0: value, A1: DATA + 4})
    machine.write_memory(DATA, b"\x55" * 16)
    step = machine.step()
    expected = bytearray(b"\x55" * 16)
    size = STORES[mnemonic]
    expected[4 + offset : 4 + offset + size] = value.to_bytes(4, "little")[:size]
    assert machine.read_memory(DATA, 16) == expected
    assert step.written == ((DATA + 4 + offset, size),)


# --- A ---

AMOS: dict[str, Callable[[int, int], int]] = {
    "amoswap.w": lambda old, b: b,
    "amoadd.w": lambda old, b: old + b,
    "amoxor.w": lambda old, b: old ^ b,
    "amoand.w": lambda old, b: old & b,
    "amoor.w": lambda old, b: old | b,
    "amomin.w": lambda old, b: min(old, b, key=signed),
    "amomax.w": lambda old, b: max(old, b, key=signed),
    "amominu.w": min,
    "amomaxu.w": max,
}


@pytest.mark.parametrize("mnemonic", AMOS)
@given(values, values, st.sampled_from(("", ".aq", ".rl", ".aqrl")), engines)
def test_amos(mnemonic: str, old: int, operand: int, order: str, engine: Engine) -> None:
    machine = machine_with(f"{mnemonic}{order} a0, a2, (a1)", {A1: DATA, A2: operand}, engine)
    machine.write_memory(DATA, old.to_bytes(4, "little"))
    step = machine.step()
    new = int.from_bytes(machine.read_memory(DATA, 4), "little")
    assert (machine.registers[A0], new) == (old, AMOS[mnemonic](old, operand) & WORD)
    assert step.written == ((DATA, 4),)


@pytest.mark.parametrize("mnemonic", [*AMOS, "lr.w", "sc.w"])
def test_atomics_must_be_aligned(mnemonic: str) -> None:
    operands = "a0, (a1)" if mnemonic == "lr.w" else "a0, a2, (a1)"
    machine = machine_with(f"{mnemonic} {operands}", {A1: DATA + 2})
    stop = machine.step().stop
    assert stop is not None
    assert (stop.cause, stop.tval) == (4 if mnemonic == "lr.w" else 6, DATA + 2)


@pytest.mark.parametrize(
    ("between", "succeeds"), [("nop", True), ("sc.w a3, a2, (a4)", False), ("lr.w a3, (a4)", False)]
)
def test_store_conditional_needs_the_reservation(between: str, succeeds: bool) -> None:
    machine = machine_with(
        f"lr.w a0, (a1)\n{between}\nsc.w a0, a2, (a1)\nsc.w a5, a2, (a1)",
        {A1: DATA, A2: 7, 14: DATA + 64},
    )
    machine.write_memory(DATA, b"\x05\0\0\0")
    machine.step()
    assert machine.registers[A0] == 5
    machine.step()
    step = machine.step()
    assert machine.registers[A0] == (0 if succeeds else 1)
    assert machine.read_memory(DATA, 1) == (b"\7" if succeeds else b"\5")
    assert step.written == (((DATA, 4),) if succeeds else ())
    machine.step()
    assert machine.registers[15] == 1  # a reservation serves once


# --- Zicsr ---

CSRS: dict[str, Callable[[int, int], int]] = {
    "csrrw": lambda old, new: new,
    "csrrs": lambda old, bits: old | bits,
    "csrrc": lambda old, bits: old & ~bits,
}


@pytest.mark.parametrize("mnemonic", CSRS)
@given(values, values)
def test_csr_instructions(mnemonic: str, old: int, operand: int) -> None:
    source = f"csrw mscratch, a2\n{mnemonic} a0, mscratch, a1\n{mnemonic} a0, mscratch, x0"
    machine = machine_with(source, {A1: operand, A2: old})
    machine.step()
    machine.step()
    new = CSRS[mnemonic](old, operand) & WORD
    assert (machine.registers[A0], machine.csr("mscratch")) == (old, new)
    machine.step()
    assert machine.registers[A0] == new
    assert machine.csr("mscratch") == (0 if mnemonic == "csrrw" else new)


@pytest.mark.parametrize("mnemonic", CSRS)
@given(values, st.integers(0, 31))
def test_csr_instructions_with_an_immediate(mnemonic: str, old: int, operand: int) -> None:
    machine = machine_with(f"csrw mscratch, a2\n{mnemonic}i a0, mscratch, {operand}", {A2: old})
    machine.step()
    machine.step()
    expected = (old, CSRS[mnemonic](old, operand) & WORD)
    assert (machine.registers[A0], machine.csr("mscratch")) == expected


def test_csrs_that_are_read_only_may_be_read_alone() -> None:
    machine = machine_with("csrrs a0, mhartid, x0\ncsrrc a0, mhartid, x0\ncsrrwi x0, mhartid, 0")
    assert machine.step().stop is None
    assert machine.step().stop is None
    stop = machine.step().stop
    assert stop is not None
    assert stop.cause == 2


# --- privileged ---


def in_mode(mode: str, body: str, *csrs: tuple[str, int]) -> Machine:
    """Return a machine in front of a body, in M, S, U, VS or VU mode, with mtvec set."""
    lines = [f"li t0, {HANDLER}", "csrw mtvec, t0", "li t0, -1", "csrw pmpaddr0, t0"]
    lines += ["li t0, 0x1f", "csrw pmpcfg0, t0"]
    for name, value in csrs:
        lines += [f"li t0, {value}", f"csrw {name}, t0"]
    previous = {"M": 3, "S": 1, "U": 0, "VS": 1, "VU": 0}[mode] << 11
    if mode.startswith("V"):
        lines += ["li t0, 0x80", "csrw mstatush, t0"]
    lines += [f"li t0, {previous}", "csrs mstatus, t0", "la t0, body", "csrw mepc, t0", "mret"]
    program = assemble("\n".join([*lines, f"body: {body}"]))
    machine = Machine(program, LIMITS)
    while machine.pc != program.symbols["body"]:
        machine.step()
    return machine


@pytest.mark.parametrize(("mode", "cause"), [("M", 11), ("S", 9), ("U", 8), ("VS", 10), ("VU", 8)])
def test_ecall_names_the_mode(mode: str, cause: int) -> None:
    machine = in_mode(mode, "ecall")
    at = machine.pc
    step = machine.step()
    assert step.trap is not None
    assert (step.trap.cause, step.trap.tval, machine.pc, machine.mode) == (cause, 0, HANDLER, 3)
    assert machine.csr("mepc") == at
    assert machine.csr("mcause") == cause


def test_ebreak_traps_with_its_address() -> None:
    machine = in_mode("U", "ebreak")
    at = machine.pc
    machine.step()
    assert (machine.csr("mcause"), machine.csr("mtval"), machine.pc) == (3, at, HANDLER)


@pytest.mark.parametrize(("mode", "virtual"), [(3, False), (1, False), (0, False), (1, True)])
def test_mret_goes_to_the_previous_mode(mode: int, virtual: bool) -> None:
    machine = machine_with(
        f"li t0, {mode << 11 | 0x80}\ncsrw mstatus, t0\nli t0, {0x80 if virtual else 0}\n"
        f"csrw mstatush, t0\nli t0, {RAM_BASE + 0x40}\ncsrw mepc, t0\nret_: mret"
    )
    while "mret" not in machine.next_instruction():
        machine.step()
    machine.step()
    assert (machine.mode, machine.virtual, machine.pc) == (mode, virtual, RAM_BASE + 0x40)
    # MIE comes from MPIE, which becomes 1; MPP becomes U.
    assert machine.csr("mstatus") & 0x1888 == 0x88


@pytest.mark.parametrize(("spp", "mode"), [(0x100, 1), (0, 0)])
def test_sret_goes_to_the_previous_mode(spp: int, mode: int) -> None:
    machine = in_mode("S", "sret", ("sepc", RAM_BASE + 0x40), ("sstatus", spp | 0x20))
    machine.step()
    assert (machine.mode, machine.pc) == (mode, RAM_BASE + 0x40)
    assert machine.csr("sstatus") & 0x122 == 0x22


@pytest.mark.parametrize(
    ("body", "mode", "cause"),
    [
        ("mret", "S", 2),
        ("sret", "U", 2),
        ("mret", "VS", 2),
        ("sret", "VU", 22),
        ("wfi", "U", 2),
        ("wfi", "VU", 22),
        ("sfence.vma", "U", 2),
        ("sfence.vma", "VU", 22),
        ("hfence.vvma", "U", 2),
        ("hfence.vvma", "VS", 22),
        ("hfence.gvma", "U", 2),
        ("hfence.gvma", "VS", 22),
        ("hlv.w a0, (a1)", "U", 2),
        ("hlv.w a0, (a1)", "VS", 22),
        ("hsv.w a0, (a1)", "U", 2),
        ("hsv.w a0, (a1)", "VU", 22),
        ("csrr a0, mstatus", "S", 2),
        ("csrr a0, hstatus", "VS", 22),
        ("csrr a0, sstatus", "U", 2),
        ("csrr a0, sstatus", "VU", 22),
    ],
)
def test_modes_that_may_not_are_trapped(body: str, mode: str, cause: int) -> None:
    machine = in_mode(mode, body)
    machine.step()
    assert machine.csr("mcause") == cause


def test_wfi_waits_for_the_timer() -> None:
    source = (
        "li t0, 0x02004000\nsw zero, 4(t0)\nli t1, 500\nsw t1, 0(t0)\nli t1, 0x80\ncsrw mie, t1\n"
        "wfi\nebreak"
    )
    machine = machine_with(source)
    stop = machine.run(10_000)
    assert stop.cause == 3
    assert machine.cycle == 500  # the ebreak has not retired
    assert machine.csr("mip") == 0x80


def test_fence_and_fence_i_go_on() -> None:
    machine = machine_with("fence\nfence.i\nfence.tso\nebreak")
    before = list(machine.registers)
    for _ in range(3):
        assert machine.step().stop is None
    assert (machine.registers, machine.pc) == (before, RAM_BASE + 12)


# --- the hypervisor's instructions ---

ROOT = RAM_BASE + 0x3000  # vsatp: one page of 4 MiB that maps 0x0040_0000 to RAM
VSATP = 1 << 31 | ROOT >> 12
V, R, W, X, A, D = 1, 2, 4, 8, 64, 128
GUEST = 0x0040_0000 + DATA - RAM_BASE

GUEST_LOADS = {
    "hlv.b": (1, True, R),
    "hlv.bu": (1, False, R),
    "hlv.h": (2, True, R),
    "hlv.hu": (2, False, R),
    "hlv.w": (4, True, R),
    "hlvx.hu": (2, False, X),
    "hlvx.wu": (4, False, X),
}
GUEST_STORES = {"hsv.b": 1, "hsv.h": 2, "hsv.w": 4}
FENCES = ("sfence.vma", "hfence.vvma", "hfence.gvma")


def with_guest_page(body: str, flags: int) -> Machine:
    """Return a machine in HS mode whose guest, in VS mode, has one superpage."""
    machine = in_mode("S", body, ("vsatp", VSATP), ("hstatus", 1 << 8))
    machine.write_memory(ROOT + 4, (RAM_BASE >> 2 | flags).to_bytes(4, "little"))
    return machine


@pytest.mark.parametrize("mnemonic", GUEST_LOADS)
@given(data=st.binary(min_size=4, max_size=4))
def test_guest_loads(mnemonic: str, data: bytes) -> None:
    size, has_sign, needed = GUEST_LOADS[mnemonic]
    machine = with_guest_page(f"{mnemonic} a0, (a1)", V | needed | A)
    machine.registers[A1] = GUEST
    machine.write_memory(DATA, data)
    step = machine.step()
    assert step.trap is None
    expected = int.from_bytes(data[:size], "little", signed=has_sign)
    assert machine.registers[A0] == expected & WORD
    assert step.explanation.startswith("VS モードの権限で、")


@pytest.mark.parametrize("mnemonic", GUEST_LOADS)
def test_guest_loads_need_their_permission(mnemonic: str) -> None:
    other = X if GUEST_LOADS[mnemonic][2] == R else R
    machine = with_guest_page(f"{mnemonic} a0, (a1)", V | other | A)
    machine.registers[A1] = GUEST
    machine.step()
    assert (machine.csr("mcause"), machine.csr("mtval")) == (13, GUEST)


@pytest.mark.parametrize("mnemonic", GUEST_STORES)
@given(value=values)
def test_guest_stores(mnemonic: str, value: int) -> None:
    machine = with_guest_page(f"{mnemonic} a0, (a1)", V | R | W | A | D)
    machine.registers[A0], machine.registers[A1] = value, GUEST
    machine.write_memory(DATA, b"\x55" * 4)
    step = machine.step()
    size = GUEST_STORES[mnemonic]
    expected = value.to_bytes(4, "little")[:size] + b"\x55" * (4 - size)
    assert machine.read_memory(DATA, 4) == expected
    assert step.written == ((GUEST, size),)


@pytest.mark.parametrize(
    ("fence", "is_removed"),
    [
        ("nop", False),
        ("sfence.vma", False),  # those of the hypervisor itself
        ("hfence.vvma", True),
        ("hfence.vvma a1", True),
        ("hfence.vvma a3", False),  # another address
        ("hfence.vvma x0, a4", False),  # another address space
        ("hfence.gvma", True),
        ("hfence.gvma x0, a4", False),  # another virtual machine
    ],
)
def test_fences_remove_what_they_name(fence: str, is_removed: bool) -> None:
    body = f"hlv.w a0, (a1)\nsw a2, (a5)\n{fence}\nhlv.w a0, (a1)"
    machine = with_guest_page(body, V | R | A)
    machine.registers[A1], machine.registers[A2] = GUEST, 0  # the entry becomes invalid
    machine.registers[13], machine.registers[14], machine.registers[15] = (
        GUEST + (1 << 22),
        5,
        ROOT + 4,
    )
    for _ in range(3):
        assert machine.step().trap is None
    step = machine.step()
    assert (step.trap is not None) == is_removed


def test_sfence_vma_removes_the_translations_of_its_own_space() -> None:
    body = "lw a0, (a1)\nsw a2, (a5)\nlw a0, (a1)\nsfence.vma\nlw a0, (a1)"
    machine = in_mode("S", body, ("satp", VSATP))
    # The program itself is in a superpage of its own.
    code = RAM_BASE >> 2 | V | R | W | X | A | D
    machine.write_memory(ROOT + 4 * (RAM_BASE >> 22), code.to_bytes(4, "little"))
    machine.write_memory(ROOT + 4, (RAM_BASE >> 2 | V | R | A).to_bytes(4, "little"))
    machine.registers[A1], machine.registers[A2], machine.registers[15] = GUEST, 0, ROOT + 4
    assert [machine.step().trap for _ in range(4)] == [None] * 4
    step = machine.step()
    assert step.trap is not None
    assert (step.trap.cause, step.trap.tval) == (13, GUEST)


# --- C: each 16-bit instruction by hand, from the listing of its quadrant ---

EXPANSIONS = [
    (0x0808, "addi a0, sp, 16"),  # c.addi4spn
    (0x41C8, "lw a0, 4(a1)"),  # c.lw
    (0xC1C8, "sw a0, 4(a1)"),  # c.sw
    (0x0001, "addi zero, zero, 0"),  # c.nop
    (0x157D, "addi a0, a0, -1"),  # c.addi
    (0x2011, "jal ra, . + 4"),  # c.jal
    (0x5501, "addi a0, zero, -32"),  # c.li
    (0x7139, "addi sp, sp, -64"),  # c.addi16sp
    (0x657D, "lui a0, 31"),  # c.lui
    (0x757D, "lui a0, 0xfffff"),
    (0x810D, "srli a0, a0, 3"),  # c.srli
    (0x850D, "srai a0, a0, 3"),  # c.srai
    (0x990D, "andi a0, a0, -29"),  # c.andi
    (0x8D0D, "sub a0, a0, a1"),  # c.sub
    (0x8D2D, "xor a0, a0, a1"),  # c.xor
    (0x8D4D, "or a0, a0, a1"),  # c.or
    (0x8D6D, "and a0, a0, a1"),  # c.and
    (0xA011, "jal zero, . + 4"),  # c.j
    (0xC111, "beq a0, zero, . + 4"),  # c.beqz
    (0xFD7D, "bne a0, zero, . - 2"),  # c.bnez
    (0x050E, "slli a0, a0, 3"),  # c.slli
    (0x4512, "lw a0, 4(sp)"),  # c.lwsp
    (0x8502, "jalr zero, 0(a0)"),  # c.jr
    (0x852E, "add a0, zero, a1"),  # c.mv
    (0x9002, "ebreak"),  # c.ebreak
    (0x9502, "jalr ra, 0(a0)"),  # c.jalr
    (0x952E, "add a0, a0, a1"),  # c.add
    (0xC22A, "sw a0, 4(sp)"),  # c.swsp
]


@pytest.mark.parametrize(("halfword", "text"), EXPANSIONS)
def test_a_16_bit_instruction_stands_for_a_32_bit_one(halfword: int, text: str) -> None:
    short = decode(halfword)
    full = decode(int.from_bytes(assemble(text).segments[0].data, "little"))
    assert short is not None
    assert full is not None
    assert (short.instruction, short.fields, short.length) == (full.instruction, full.fields, 2)


@pytest.mark.parametrize("halfword", [0x0000, 0x2000, 0x6101, 0x6501, 0x8002, 0x4002, 0x9C01])
def test_reserved_16_bit_instructions_are_illegal(halfword: int) -> None:
    code = halfword.to_bytes(2, "little") + b"\1\0"
    machine = Machine(Program((Segment(RAM_BASE, code),), RAM_BASE, {}, {}), LIMITS)
    stop = machine.step().stop
    assert stop is not None
    assert (stop.cause, stop.tval) == (2, halfword)


def test_16_bit_instructions_run_and_link_behind_themselves() -> None:
    machine = machine_with(".option rvc\nc.jalr a1\nc.nop\nf: c.li a0, 7\nebreak")
    machine.registers[A1] = RAM_BASE + 4
    machine.step()
    assert (machine.pc, machine.registers[1]) == (RAM_BASE + 4, RAM_BASE + 2)
    step = machine.step()
    assert (machine.registers[A0], machine.pc) == (7, RAM_BASE + 6)
    assert step.explanation.endswith("(16 ビットの c.li は、addi を短くした命令です)。")


# --- nothing is left out ---


def covered() -> Iterable[str]:
    yield from REGISTER
    yield from (*IMMEDIATE, *SHIFTS, "lui", "auipc", "jal", "jalr")
    yield from (*BRANCHES, *LOADS, *STORES, *AMOS, "lr.w", "sc.w")
    yield from (mnemonic + suffix for mnemonic in CSRS for suffix in ("", "i"))
    yield from ("fence", "fence.i", "ecall", "ebreak", "mret", "sret", "wfi")
    yield from (*FENCES, *GUEST_LOADS, *GUEST_STORES)


def test_every_instruction_of_the_table_is_expected_here() -> None:
    assert sorted(covered()) == sorted(i.mnemonic for i in INSTRUCTIONS)
