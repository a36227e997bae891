"""Sensitive instructions that do not trap in U mode: MachineOptions.untrapped."""

import pytest

from courseware.machine import Engine, Machine, MachineOptions, StopReason, assemble
from courseware.machine.state import UNTRAPPED_INSTRUCTIONS
from tests.machine.privileged.test_privileged import ASSEMBLY, HERE, LIMITS

# The values that the CSRs hold when U reads them.
_BEGIN = """
main:
    open_memory
    set_csr mscratch, 0x1234
    set_bits mstatus, SUM
"""


def attempts(untrapped: set[str], engine: Engine, mode: str, *codes: str) -> list[str]:
    """Return what is said of each: mcause, mtval, mepc from its beginning on, a0."""
    source = (HERE / "prelude.s").read_text() + _BEGIN
    source += "".join(f'attempt "", {mode}, "{code}"\n' for code in codes) + "end\n"
    options = MachineOptions(frozenset(untrapped))
    machine = Machine(assemble(source, ASSEMBLY), LIMITS, options=options, engine=engine)
    stop = machine.run(100_000)
    assert stop.reason == StopReason.EXIT, stop.message
    return machine.output.decode().replace(":", "").split("\n ")[1:]


CSR_CODES = (
    "csrr a0, sstatus",
    "csrw sstatus, zero; csrr a0, sstatus",
    "csrrw a0, sstatus, zero",
    "csrrci a0, sstatus, 31; csrr a0, sstatus",
    "csrr a0, mscratch",
    "csrwi mscratch, 1; csrr a0, mscratch",
)


@pytest.mark.parametrize("engine", Engine)
def test_csrs_give_their_values_and_keep_them(engine: Engine) -> None:
    answers = attempts({"sstatus", "mscratch"}, engine, "IN_U", *CSR_CODES)
    assert [answer.strip() for answer in answers] == [
        "8 0 4 40000",
        "8 0 8 40000",
        "8 0 4 40000",
        "8 0 8 40000",
        "8 0 4 1234",
        "8 0 8 1234",
    ]


@pytest.mark.parametrize("engine", Engine)
def test_instructions_do_nothing(engine: Engine) -> None:
    names = sorted(UNTRAPPED_INSTRUCTIONS)
    answers = attempts(set(names), engine, "IN_U", *names, "sfence.vma a0, a0")
    assert {answer.strip() for answer in answers} == {"8 0 4 5a5a5a5a"}
    assert len(answers) == len(names) + 1


@pytest.mark.parametrize("engine", Engine)
def test_what_is_not_named_traps(engine: Engine) -> None:
    untrapped = {"sstatus", "wfi"}
    causes = [
        answer.split()[0]
        for answer in attempts(
            untrapped, engine, "IN_U", "csrr a0, sstatus", "csrr a0, sie", "wfi", "sret", "mret"
        )
    ]
    assert causes == ["8", "2", "8", "2", "2"]


@pytest.mark.parametrize("engine", Engine)
def test_other_modes_are_as_ever(engine: Engine) -> None:
    untrapped = {"sstatus", "mscratch", *UNTRAPPED_INSTRUCTIONS}
    codes = (
        "csrr a0, sstatus",
        "csrw sstatus, zero; csrr a0, sstatus",
        "csrr a0, mscratch",
        "mret",
    )
    supervisor = attempts(untrapped, engine, "IN_S", *codes)
    assert [answer.strip() for answer in supervisor] == [
        "9 0 4 40000", "9 0 8 0", "2 34002573 0 5a5a5a5a", "2 30200073 0 5a5a5a5a",
    ]  # fmt: skip
    guest = attempts(
        untrapped, engine, "IN_VU", "csrr a0, sstatus", "csrr a0, mscratch", "wfi", "sret"
    )
    assert [answer.split()[0] for answer in guest] == ["16", "2", "16", "16"]


@pytest.mark.parametrize("name", ["fcsr", "ecall", "SSTATUS", ""])
def test_what_cannot_be_named(name: str) -> None:
    with pytest.raises(ValueError, match="untrapped"):
        MachineOptions(frozenset({name}))
