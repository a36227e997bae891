"""The page-walk trace: one stage and two, faults, and what the TLB still holds."""

from dataclasses import dataclass

import pytest

from courseware.machine import Access, Machine, MachineLimits, PageWalk, assemble, walk
from courseware.machine.memory_map import RAM_BASE

V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
LIMITS = MachineLimits(memory_bytes=0x4_0000)
ROOT, TABLE, GUEST_ROOT, GUEST_TABLE, PAGE = (RAM_BASE + n for n in (
    0x4000, 0x5000, 0x8000, 0xC000, 0x1_0000,
))  # fmt: skip
SV32 = 1 << 31


@dataclass
class Memory:
    """A machine whose tables a test writes."""

    machine: Machine

    def entry(self, table: int, index: int, target: int, flags: int) -> None:
        """Write a page table entry."""
        pte = target >> 12 << 10 | flags
        self.machine.write_memory(table + 4 * index, pte.to_bytes(4, "little"))


def machine_with(*csrs: tuple[str, int], mode: str = "S", body: str = "nop") -> Memory:
    """Return a machine in S, U, VS or VU mode with CSRs set; its code is not translated away."""
    lines = ["li t0, -1", "csrw pmpaddr0, t0", "li t0, 0x1f", "csrw pmpcfg0, t0"]
    for name, value in csrs:
        lines += [f"li t0, {value}", f"csrw {name}, t0"]
    if mode.startswith("V"):
        lines += ["li t0, 0x80", "csrw mstatush, t0"]
    lines += [f"li t0, {0x800 if mode.endswith('S') else 0}", "csrw mstatus, t0"]
    lines += ["la t0, body", "csrw mepc, t0", "mret", f"body: {body}", "ebreak"]
    machine = Machine(assemble("\n".join(lines)), LIMITS)
    while machine.mode == 3:
        machine.step()
    return Memory(machine)


def traced(found: PageWalk) -> list[tuple[int, int, int, str]]:
    return [(step.stage, step.level, step.address, step.flags) for step in found.steps]


def test_without_translation_the_address_is_physical() -> None:
    machine = Machine(assemble("nop"), LIMITS)
    found = walk(machine, RAM_BASE + 5)
    assert (found.steps, found.physical, found.fault, found.stale) == ((), RAM_BASE + 5, "", "")
    assert found.sentences == (
        "M モードの読み出し: 0x80000005 番地は、M モードでは変換せず、"
        "そのまま物理アドレスになります。",
    )
    bare = walk(machine_with().machine, RAM_BASE, Access.STORE)
    assert "MODE が Bare" in bare.result
    assert bare.mode == "S モード"


def test_an_address_without_memory_is_an_access_fault() -> None:
    found = walk(Machine(assemble("nop"), LIMITS), 0x4000_0000, Access.FETCH)
    assert found.fault.startswith("命令アクセス・フォールト例外")
    assert found.fault in found.result


def test_one_stage_is_told_entry_by_entry() -> None:
    memory = machine_with(("satp", SV32 | ROOT >> 12))
    memory.entry(ROOT, 1, TABLE, V)
    memory.entry(TABLE, 2, PAGE, V | R | W | A)
    before = memory.machine.state()
    found = walk(memory.machine, 0x0040_2345, Access.STORE)
    assert traced(found) == [
        (1, 1, ROOT + 4, "V - - - - - - -"),
        (1, 0, TABLE + 8, "V R W - - - A -"),
    ]
    assert found.physical == PAGE + 0x345
    assert found.sentences == (
        "0x80004004 番地にあるレベル 1 のエントリー 0x20001401 を読みます: "
        "V=1 R=0 W=0 X=0 U=0 G=0 A=0 D=0。次の表 (0x80005000 番地) へ進みます。",
        "0x80005008 番地にあるレベル 0 のエントリー 0x20004047 を読みます: "
        "V=1 R=1 W=1 X=0 U=0 G=0 A=1 D=0。4 KiB のページ (0x80010000 番地) が見つかりました。"
        "アクセスのときに、計算機が D を 1 にします。",
        "S モードの書き込み: 0x00402345 番地は、物理アドレス 0x80010345 になります。",
    )
    assert memory.machine.state() == before


def test_a_superpage_ends_at_the_root() -> None:
    memory = machine_with(("satp", SV32 | ROOT >> 12))
    memory.entry(ROOT, 3, RAM_BASE, V | R | X | A | D)
    found = walk(memory.machine, 0x00C1_2345)
    assert (len(found.steps), found.physical) == (1, RAM_BASE + 0x1_2345)
    assert "4 MiB のページ" in found.steps[0].sentence


@pytest.mark.parametrize(
    ("flags", "access", "mode", "reason"),
    [
        (0, Access.LOAD, "S", "V が 0 (無効)"),
        (V | W, Access.LOAD, "S", "予約されています"),
        (V, Access.LOAD, "S", "最後のレベルなのに"),
        (V | A, Access.LOAD, "S", "A、D、U は 0 でなければなりません"),
        (V | R | A, Access.STORE, "S", "書き込みに要る W が 0"),
        (V | R | A, Access.FETCH, "S", "命令の読み出しに要る X が 0"),
        (V | X | A, Access.LOAD, "S", "読み出しに要る R が 0"),
        (V | R | U | A, Access.LOAD, "S", "SUM が 0 の"),
        (V | X | U | A, Access.FETCH, "S", "U が 1 のページの命令を実行できない"),
        (V | R | A, Access.LOAD, "U", "U が 0 のページを使えない"),
    ],
)
def test_a_fault_says_why(flags: int, access: Access, mode: str, reason: str) -> None:
    memory = machine_with(("satp", SV32 | ROOT >> 12))
    memory.entry(ROOT, 1, TABLE, V)
    memory.entry(TABLE, 0, PAGE, flags)
    found = walk(memory.machine, 0x0040_0000, access, mode={"S": 1, "U": 0}[mode])
    assert found.physical is None
    assert "ページ・フォールト" in found.fault
    assert reason in found.steps[-1].sentence
    assert found.fault in found.result


def test_a_misplaced_superpage_and_a_table_outside_memory_are_faults() -> None:
    memory = machine_with(("satp", SV32 | ROOT >> 12))
    memory.entry(ROOT, 1, PAGE, V | R | A)
    assert "4 MiB の倍数" in walk(memory.machine, 0x0040_0000).steps[-1].sentence
    memory.entry(ROOT, 1, 0x4000_0000, V)
    found = walk(memory.machine, 0x0040_0000)
    assert len(found.steps) == 1
    assert found.fault.startswith("ロード・アクセス・フォールト例外")


def test_two_stages_show_how_each_table_is_found() -> None:
    memory = machine_with(
        ("hgatp", SV32 | GUEST_ROOT >> 12), ("vsatp", SV32 | 0x1000 >> 12), mode="VS"
    )
    # Guest physical 0x1000, 0x2000 and 0x3000 are ROOT, TABLE and PAGE of the host.
    memory.entry(GUEST_ROOT, 0, GUEST_TABLE, V)
    for number, page in ((1, ROOT), (2, TABLE), (3, PAGE)):
        memory.entry(GUEST_TABLE, number, page, V | R | W | U | A | D)
    memory.entry(ROOT, 1, 0x2000, V)
    memory.entry(TABLE, 0, 0x3000, V | R | W | A | D)
    found = walk(memory.machine, 0x0040_0010)
    assert [(step.stage, step.level, step.address) for step in found.steps] == [
        (2, 1, GUEST_ROOT),
        (2, 0, GUEST_TABLE + 4),
        (1, 1, 0x1004),
        (2, 1, GUEST_ROOT),
        (2, 0, GUEST_TABLE + 8),
        (1, 0, 0x2000),
        (2, 1, GUEST_ROOT),
        (2, 0, GUEST_TABLE + 12),
    ]
    assert found.physical == PAGE + 0x10
    assert found.mode == "VS モード"
    assert found.steps[0].sentence.startswith(
        "VS 段の表 (ゲスト物理アドレス 0x00001004) を探すため、"
    )
    assert found.steps[2].sentence.startswith("VS 段の、ゲスト物理アドレス 0x00001004 にある")
    assert found.steps[6].sentence.startswith("G 段の")
    # The second stage refuses the page itself.
    memory.entry(GUEST_TABLE, 3, PAGE, V | R | A)
    refused = walk(memory.machine, 0x0040_0010)
    assert refused.fault.startswith("ロード・ゲスト・ページ・フォールト例外")
    assert "U が 1 でなければならない" in refused.steps[-1].sentence


def test_a_stale_translation_is_told_until_a_fence() -> None:
    memory = machine_with(
        ("satp", SV32 | ROOT >> 12), body="lw a0, 0(a1)\nsfence.vma\nlw a0, 0(a1)"
    )
    machine = memory.machine
    memory.entry(ROOT, RAM_BASE >> 22, RAM_BASE, V | R | W | X | A | D)
    memory.entry(ROOT, 1, TABLE, V)
    memory.entry(TABLE, 0, PAGE, V | R | W | A | D)
    machine.registers[11] = 0x0040_0000
    assert walk(machine, 0x0040_0000).stale == ""
    machine.step()
    assert walk(machine, 0x0040_0000).stale == ""
    memory.entry(TABLE, 0, PAGE + 0x1000, V | R | W | A | D)
    found = walk(machine, 0x0040_0000)
    assert found.physical == PAGE + 0x1000
    assert "0x80010000" in found.stale
    assert "sfence.vma" in found.stale
    assert found.sentences[-1] == found.stale
    memory.entry(TABLE, 0, PAGE, 0)
    assert walk(machine, 0x0040_0000).stale
    machine.step()
    assert walk(machine, 0x0040_0000).stale == ""


def test_an_empty_root_entry_tells_of_the_alignment_of_roots() -> None:
    csrs = ("hgatp", SV32 | (GUEST_ROOT + 0x1000) >> 12), ("vsatp", 0)
    memory = machine_with(*csrs, mode="VS")
    found = walk(memory.machine, RAM_BASE)
    (step,) = found.steps
    assert step.address == GUEST_ROOT + 4 * (RAM_BASE >> 22)  # the low bits of hgatp are gone
    assert "16 KiB の境界" in step.sentence
    (step,) = walk(machine_with(("satp", SV32 | ROOT >> 12)).machine, 0).steps
    assert "4 KiB の境界" in step.sentence
    memory = machine_with(("satp", SV32 | ROOT >> 12))
    memory.entry(ROOT, 0, TABLE, V)
    assert not any("境界" in step.sentence for step in walk(memory.machine, 0).steps)
