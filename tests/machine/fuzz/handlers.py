"""Trap handlers that let a random program go on, whatever it did.

The handler of M mode skips an instruction that trapped, goes on at the next of the program's
entries after a jump into nowhere, comes back from an ecall in M mode, and calms interrupts.
Those of S and VS mode (one code, as each sees registers of its own) skip instructions, and ask
M mode when they are in trouble themselves.
"""

from collections.abc import Sequence
from random import Random

from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.memory_map import CLINT_BASE, PLIC_BASE
from courseware.machine.trap import Cause, Interrupt
from tests.machine.fuzz.emitter import ZERO, Code, Label
from tests.machine.fuzz.layout import HANDLERS, SAVED

T4, T5, T6 = 29, 30, 31
_MPP, _MPRV, _MXR, _SUM = 3 << 11, 1 << 17, 1 << 19, 1 << 18
_MPV = 1 << 7
_NEXT_ENTRY = 16  # offset from SAVED: which entry is next
SUPERVISOR_SAVED = SAVED + 0x40
GUEST_SAVED = SAVED + 0x80
_FETCH_FAULTS = (
    Cause.INSTRUCTION_ACCESS_FAULT,
    Cause.INSTRUCTION_PAGE_FAULT,
    Cause.INSTRUCTION_GUEST_PAGE_FAULT,
)


class Handlers:
    """The handlers' code, for a program with the given entries."""

    def __init__(self, random: Random, entries: Sequence[Label]) -> None:
        self.code = Code(HANDLERS, random, short=0.3)
        self.vectors = Label()
        self._random = random
        self._recover = Label()
        self.supervisor_vectors = Label()
        self._entries = entries  # grows until ``finish``

    def finish(self) -> None:
        """Add the code, once all entries are known."""
        self._machine()
        self._supervisor()

    def _vector_table(self, label: Label, handler: Label) -> None:
        """One jump for an exception and each interrupt, so that either mode will do."""
        code = self.code
        while code.here % 4:
            code.half(0x0001)
        code.place(label)
        for _ in range(12):
            code.long_jump(handler)

    def _machine(self) -> None:
        code, random = self.code, self._random
        handler, interrupt, ecall, skip, out = (Label() for _ in range(5))
        self._vector_table(self.vectors, handler)
        code.place(handler)
        csr(code, "csrrw", T6, "mscratch", T6)
        code.emit("sw", rs1=T6, rs2=T5, imm=0)
        code.emit("sw", rs1=T6, rs2=T4, imm=4)
        csr(code, "csrrs", T5, "mcause", ZERO)
        code.branch("blt", T5, ZERO, interrupt)
        for cause in _FETCH_FAULTS:
            code.li(T4, cause)
            code.branch("beq", T5, T4, self._recover)
        code.emit("addi", rd=T4, rs1=T5, imm=-8)
        code.emit("sltiu", rd=T4, rs1=T4, imm=4)
        code.branch("bne", T4, ZERO, ecall)
        code.place(skip)
        if random.random() < 0.6:
            self._length_from_trap_registers()
        else:
            self._length_from_memory()
        csr(code, "csrrs", T5, "mepc", ZERO)
        code.emit("add", rd=T5, rs1=T5, rs2=T4)
        csr(code, "csrrw", ZERO, "mepc", T5)
        code.place(out)
        code.emit("lw", rd=T4, rs1=T6, imm=4)
        code.emit("lw", rd=T5, rs1=T6, imm=0)
        csr(code, "csrrw", T6, "mscratch", T6)
        code.emit("mret")

        code.place(ecall)  # come back in M mode, V=0
        csr(code, "csrrs", T5, "mepc", ZERO)
        code.emit("addi", rd=T5, rs1=T5, imm=4)
        csr(code, "csrrw", ZERO, "mepc", T5)
        self._return_to_machine()
        code.jump(out)

        code.place(self._recover)
        self._next_entry()
        self._return_to_machine()
        code.jump(out)

        code.place(interrupt)
        self._calm(out)

    def _return_to_machine(self) -> None:
        self.code.li(T4, _MPP)
        csr(self.code, "csrrs", ZERO, "mstatus", T4)
        self.code.li(T4, _MPV)
        csr(self.code, "csrrc", ZERO, "mstatush", T4)

    def _next_entry(self) -> None:
        code, table, behind = self.code, Label(), Label()
        code.emit("lw", rd=T5, rs1=T6, imm=_NEXT_ENTRY)
        code.emit("addi", rd=T5, rs1=T5, imm=1)
        code.li(T4, len(self._entries))
        code.emit("remu", rd=T5, rs1=T5, rs2=T4)
        code.emit("sw", rs1=T6, rs2=T5, imm=_NEXT_ENTRY)
        code.emit("slli", rd=T5, rs1=T5, imm=2)
        code.la(T4, table)
        code.emit("add", rd=T5, rs1=T5, rs2=T4)
        code.emit("lw", rd=T5, rs1=T5, imm=0)
        csr(code, "csrrw", ZERO, "mepc", T5)
        code.jump(behind)
        code.align(4)
        code.place(table)
        for entry in self._entries:
            code.address_of(entry)
        code.place(behind)

    def _length_from_trap_registers(self) -> None:
        """Put 2 or 4 into T4, by what mtinst or else mtval tells of the instruction."""
        code, known = self.code, Label()
        csr(code, "csrrs", T4, "mtinst", ZERO)
        code.branch("bne", T4, ZERO, known)
        csr(code, "csrrs", T4, "mtval", ZERO)
        code.place(known)
        code.emit("andi", rd=T4, rs1=T4, imm=3)
        code.emit("sltiu", rd=T4, rs1=T4, imm=3)
        code.emit("xori", rd=T4, rs1=T4, imm=1)
        code.emit("slli", rd=T4, rs1=T4, imm=1)
        code.emit("addi", rd=T4, rs1=T4, imm=2)

    def _length_from_memory(self) -> None:
        """Put 2 or 4 into T4, by the instruction itself, seen with the privilege that trapped."""
        code, behind, failed = self.code, Label(), Label()
        code.la(T4, failed)
        csr(code, "csrrw", T5, "mtvec", T4)
        code.emit("sw", rs1=T6, rs2=T5, imm=8)
        code.li(T5, _MPRV | _MXR | _SUM)
        csr(code, "csrrs", T4, "mstatus", T5)
        csr(code, "csrrs", T5, "mepc", ZERO)
        code.emit("lhu", rd=T5, rs1=T5, imm=0)
        csr(code, "csrrw", ZERO, "mstatus", T4)
        code.emit("lw", rd=T4, rs1=T6, imm=8)
        csr(code, "csrrw", ZERO, "mtvec", T4)
        code.emit("andi", rd=T5, rs1=T5, imm=3)
        code.emit("sltiu", rd=T4, rs1=T5, imm=3)
        code.emit("xori", rd=T4, rs1=T4, imm=1)
        code.emit("slli", rd=T4, rs1=T4, imm=1)
        code.emit("addi", rd=T4, rs1=T4, imm=2)
        code.jump(behind)
        while code.here % 4:
            code.half(0x0001)
        code.place(failed)  # it cannot be read: a trap inside of the handler
        csr(code, "csrrw", ZERO, "mstatus", T4)
        code.emit("lw", rd=T4, rs1=T6, imm=8)
        csr(code, "csrrw", ZERO, "mtvec", T4)
        code.jump(self._recover)
        code.place(behind)

    def _calm(self, out: Label) -> None:
        """Move the timer on, lower what software raised, claim, or disable the interrupt."""
        code, random = self.code, self._random
        timer, software, external = Label(), Label(), Label()
        code.emit("andi", rd=T5, rs1=T5, imm=31)
        for number, label in (
            (Interrupt.MACHINE_TIMER, timer),
            (Interrupt.MACHINE_SOFTWARE, software),
            (Interrupt.MACHINE_EXTERNAL, external),
        ):
            code.emit("addi", rd=T4, rs1=ZERO, imm=number)
            code.branch("beq", T5, T4, label)
        code.emit("addi", rd=T4, rs1=ZERO, imm=1)
        code.emit("sll", rd=T4, rs1=T4, rs2=T5)
        csr(code, "csrrc", ZERO, random.choice(("mie", "mip")), T4)
        csr(code, "csrrc", ZERO, "mie", T4)
        code.jump(out)

        code.place(timer)
        code.li(T5, CLINT_BASE + 0xBFF8)
        code.emit("lw", rd=T4, rs1=T5, imm=0)
        code.emit("addi", rd=T4, rs1=T4, imm=random.choice((40, 90, 300, 1000)))
        code.li(T5, CLINT_BASE + 0x4000)
        code.emit("sw", rs1=T5, rs2=T4, imm=0)
        if random.random() < 0.5:  # let S mode have one, too
            code.li(T4, 1 << Interrupt.SUPERVISOR_TIMER)
            csr(code, "csrrs", ZERO, "mip", T4)
        code.jump(out)

        code.place(software)
        code.li(T5, CLINT_BASE)
        code.emit("sw", rs1=T5, rs2=ZERO, imm=0)
        code.jump(out)

        code.place(external)
        code.li(T5, PLIC_BASE + 0x20_0004)
        code.emit("lw", rd=T4, rs1=T5, imm=0)
        code.emit("sw", rs1=T5, rs2=T4, imm=0)
        code.li(T4, 1 << Interrupt.MACHINE_EXTERNAL)
        csr(code, "csrrc", ZERO, "mie", T4)
        code.jump(out)

    def _supervisor(self) -> None:
        code, random = self.code, self._random
        handler, interrupt, out, trouble = (Label() for _ in range(4))
        self._vector_table(self.supervisor_vectors, handler)
        code.place(handler)
        csr(code, "csrrw", T6, "sscratch", T6)
        code.branch("beq", T6, ZERO, trouble)
        code.emit("sw", rs1=T6, rs2=T5, imm=0)
        csr(code, "csrrw", T5, "sscratch", ZERO)  # 0: inside of the handler
        code.emit("sw", rs1=T6, rs2=T5, imm=4)
        csr(code, "csrrs", T5, "scause", ZERO)
        code.branch("blt", T5, ZERO, interrupt)
        csr(code, "csrrs", T5, "sepc", ZERO)
        code.emit("addi", rd=T5, rs1=T5, imm=random.choice((2, 4)))
        csr(code, "csrrw", ZERO, "sepc", T5)
        code.place(out)
        csr(code, "csrrw", ZERO, "sscratch", T6)
        code.emit("lw", rd=T5, rs1=T6, imm=0)
        code.emit("lw", rd=T6, rs1=T6, imm=4)
        code.emit("sret")

        code.place(interrupt)
        code.emit("sw", rs1=T6, rs2=T4, imm=8)
        code.emit("andi", rd=T5, rs1=T5, imm=31)
        code.emit("addi", rd=T4, rs1=ZERO, imm=1)
        code.emit("sll", rd=T4, rs1=T4, rs2=T5)
        csr(code, "csrrc", ZERO, "sip", T4)
        if random.random() < 0.7:
            csr(code, "csrrc", ZERO, "sie", T4)
        code.emit("lw", rd=T4, rs1=T6, imm=8)
        code.jump(out)

        code.place(trouble)  # M mode skips the ecall, and then finds nonsense
        code.word(0x0000_0073)
        code.li(T5, SUPERVISOR_SAVED)
        csr(code, "csrrw", ZERO, "sscratch", T5)
        csr(code, "csrrs", T6, "mscratch", ZERO)
        code.jump(self._recover)


def csr(code: Code, mnemonic: str, rd: int, name: str, rs1: int) -> None:
    """Add an access to a CSR."""
    code.emit(mnemonic, rd=rd, csr=CSR_NUMBERS[name], rs1=rs1)
