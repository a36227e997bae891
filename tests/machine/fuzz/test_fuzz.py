"""Random programs in lockstep on both engines: a part of what ``make fuzz`` runs."""

from collections import Counter

import pytest
from hypothesis import given, settings

from courseware.machine.machine import Engine, Machine
from courseware.machine.stop import StopReason
from courseware.machine.translator.translator import HOT, Translator
from courseware.machine.trap import INTERRUPT_BIT, Cause, Interrupt
from tests.machine.fuzz.__main__ import case_of, main, names
from tests.machine.fuzz.cases import KINDS, Built, Case, build
from tests.machine.fuzz.lockstep import Change, Pair, Restore, Run, compare, difference, plan
from tests.machine.fuzz.shrink import listing, shrink
from tests.machine.fuzz.strategies import cases

# For each kind: programs that run on both engines, and those whose run is looked at.
_SEEDS, _LOOKED_AT = range(24), range(60)


@pytest.mark.parametrize("kind", KINDS)
def test_both_engines_do_the_same(kind: str) -> None:
    for seed in _SEEDS:
        assert difference(Case.of(kind, f"test-{seed}")) == "", f"make fuzz CASE={kind}:test-{seed}"


@settings(max_examples=40)
@given(cases())
def test_both_engines_do_the_same_on_any_fragments(case: Case) -> None:
    assert difference(case) == ""


# --- the programs do what they are for ---


def _power_on(built: Built) -> Machine:
    return Machine(
        built.program,
        built.limits,
        options=built.options,
        disk=built.disk,
        engine=Engine.INTERPRETER,
    )


def _traps(kind: str) -> Counter[tuple[str, int]]:
    """Return the traps that the programs of a kind take, by level and cause."""
    taken: Counter[tuple[str, int]] = Counter()
    for seed in _LOOKED_AT:
        machine = _power_on(build(Case.of(kind, f"test-{seed}")))
        machine.run(6_000)
        taken.update(machine.counters.traps)
    return taken


@pytest.mark.parametrize(
    ("kind", "causes"),
    [
        ("trapping", (Cause.ILLEGAL_INSTRUCTION, Cause.BREAKPOINT, Cause.ECALL_FROM_U,
                      Cause.ECALL_FROM_M, Cause.STORE_ADDRESS_MISALIGNED, Cause.LOAD_ACCESS_FAULT,
                      Cause.INSTRUCTION_ACCESS_FAULT)),
        ("interrupted", (INTERRUPT_BIT | Interrupt.MACHINE_TIMER,
                         INTERRUPT_BIT | Interrupt.MACHINE_SOFTWARE)),
        ("protected", (Cause.LOAD_ACCESS_FAULT, Cause.STORE_ACCESS_FAULT)),
        ("paging", (Cause.LOAD_PAGE_FAULT, Cause.STORE_PAGE_FAULT, Cause.INSTRUCTION_PAGE_FAULT,
                    Cause.ECALL_FROM_S)),
        ("guests", (Cause.VIRTUAL_INSTRUCTION, Cause.ECALL_FROM_VS, Cause.LOAD_GUEST_PAGE_FAULT,
                    Cause.STORE_GUEST_PAGE_FAULT)),
    ],
)  # fmt: skip
def test_programs_trap(kind: str, causes: tuple[int, ...]) -> None:
    taken = {cause for _, cause in _traps(kind)}
    assert taken >= set(causes)


def test_traps_come_to_every_level() -> None:
    assert {level for level, _ in _traps("guests") + _traps("everything")} == {"M", "HS", "VS"}


@pytest.mark.parametrize("kind", KINDS)
def test_programs_have_hot_loops(kind: str) -> None:
    """Most of the programs execute some instruction often enough to be translated."""
    hot = 0
    for seed in range(10):
        machine = _power_on(build(Case.of(kind, f"test-{seed}")))
        executed: Counter[int] = Counter()
        for _ in range(3_000):
            executed[machine.pc] += 1
            if machine.run(1).reason is not StopReason.INSTRUCTION_LIMIT:
                break
        hot += max(executed.values()) > 2 * HOT
    assert hot >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_functions_of_the_translator_run(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good part of the cycles is not interpreted."""
    translated = 0
    make = Translator._function

    def counting(self: Translator, *parts: object) -> object:
        run = make(self, *parts)  # type: ignore[arg-type]

        def counted(left: int) -> tuple[int, int]:
            nonlocal translated
            pc, rest = run(left)
            translated += left - rest
            return pc, rest

        return counted

    monkeypatch.setattr(Translator, "_function", counting)
    total = 0
    for seed in range(10):
        case = Case.of(kind, f"test-{seed}")
        built = build(case)
        pair = Pair(built, Engine.TRANSLATOR)
        for action in plan(case, built):
            assert pair.do(action) == ""
        total += pair.reference.cycle
    assert translated > 0.05 * total


def test_programs_write_their_code_and_use_devices() -> None:
    written = outputs = transferred = 0
    for kind in ("rewriting", "devices"):
        for seed in _LOOKED_AT:
            machine = _power_on(build(Case.of(kind, f"test-{seed}")))
            before = machine.read_memory(0x8000_0000, 0x3000)
            machine.run(6_000)
            written += kind == "rewriting" and machine.read_memory(0x8000_0000, 0x3000) != before
            outputs += machine.output != b""
            transferred += machine.read_memory(0x8000_7000, 4) != bytes(4)
    assert written >= 20
    assert outputs >= 3
    assert transferred >= 3


def test_plans_cut_restore_change_and_stop_at_addresses() -> None:
    made = [Case.of(kind, f"test-{seed}") for kind in KINDS for seed in _SEEDS]
    actions = [action for case in made for action in plan(case, build(case))]
    assert {action.what for action in actions if isinstance(action, Change)} == {
        "send", "clean", "register", "memory",
    }  # fmt: skip
    assert {action.of_reference for action in actions if isinstance(action, Restore)} == {
        True,
        False,
    }
    runs = [action for action in actions if isinstance(action, Run)]
    assert any(run.until for run in runs)
    assert any(run.parts > 1 for run in runs)
    assert {1, 2, 3, 7} <= {run.cycles for run in runs}


# --- a difference is found, and made small ---


def test_a_difference_is_found_and_made_small(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A translator that does not notice stores into its code."""
    monkeypatch.setattr(Translator, "_overlapping", lambda *_: set())
    name = next(n for n in (f"rewriting:{i}" for i in range(200)) if difference(case_of(n)))
    case = case_of(name)
    built = build(case)
    small, actions = shrink(built, plan(case, built))
    assert compare(small, actions) != ""
    assert len(listing(small)) < len(built.starts) / 3
    assert main([name]) == 1
    told = capsys.readouterr().out
    assert "食い違い" in told
    assert "addi" in told or "sw" in told


def test_an_exception_of_an_engine_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Translator, "execute", fail)
    assert "ZeroDivisionError" in difference(case_of("plain:0"))


# --- on request ---


def test_names_go_through_the_kinds() -> None:
    made = list(names(2 * len(KINDS), "s"))
    assert len(set(made)) == len(made)
    assert Counter(case_of(name).kind for name in made) == dict.fromkeys(KINDS, 2)


def test_a_case_is_the_same_each_time() -> None:
    assert build(case_of("everything:7")) == build(case_of("everything:7"))
    assert build(case_of("everything:7")) != build(case_of("everything:8"))


@pytest.mark.parametrize("arguments", [[], ["x"], ["1"], ["x", "1"], ["nothing:1"]])
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "種類" in capsys.readouterr().err


def test_a_few_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["22", "few"]) == 0
    assert "22 本のすべてで" in capsys.readouterr().out
