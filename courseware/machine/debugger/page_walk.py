"""How an address is translated, entry by entry, without changing anything."""

from dataclasses import dataclass

from courseware.machine.hart.access import ACCESS_FAULT, MACHINE, SUPERVISOR, USER, Access, View
from courseware.machine.hart.tlb import Entry
from courseware.machine.hart.walk import A, D, G, R, U, V, W, WalkStep, X, allows_both
from courseware.machine.machine import Machine
from courseware.machine.privilege import mode_name
from courseware.machine.stop import hexadecimal, trap_name
from courseware.machine.trap import Trap

_FLAGS = tuple(zip("VRWXUGAD", (V, R, W, X, U, G, A, D), strict=True))
_VERBS = {Access.FETCH: "命令の読み出し", Access.LOAD: "読み出し", Access.STORE: "書き込み"}
_BY_FAULT = {
    "V=0": "V が 0 (無効) です",
    "R=0, W=1": "R が 0 で W が 1 の組み合わせは、予約されています",
    "A, D, U": "次の表を指すエントリーでは、A、D、U は 0 でなければなりません",
    "superpage": "4 MiB のページの番地が、4 MiB の倍数ではありません",
    "pointer": "最後のレベルなのに、次の表を指しています (R、W、X がすべて 0 です)",
}
# By stage: why a root that was filled in may not be the one that is read.
_ROOT_ADVICE = {
    1: "。表を別の所に作ったのなら、表が 4 KiB の境界にあるか、その番地を 12 ビット右へ"
    "ずらしたものが PPN に入っているかを確かめてください",
    2: "。表を別の所に作ったのなら、16 KiB の境界にあるかを確かめてください。hgatp の PPN は"
    "下位 2 ビットが常に 0 なので、境界にない表の番地は切り下げられます",
}
_IN_PAGE = 0xFFF


@dataclass(frozen=True)
class PageWalkStep:
    """One page table entry that was looked at.

    ``stage`` is 1 (satp, vsatp) or 2 (hgatp), ``level`` 1 for the root and 0 below it.
    ``address`` is where the entry lies: in stage 1 of a guest a guest physical address. ``flags``
    are the letters of the bits that are set, "-" for others, as ``V R W - U - A D``.
    """

    stage: int
    level: int
    address: int
    pte: int
    flags: str
    sentence: str


@dataclass(frozen=True)
class PageWalk:
    """The translation of an address for an access.

    ``physical`` is the address that the tables give, None where they give none; ``fault`` is the
    name of the exception that the access would raise by them, or "". ``stale`` tells of another
    translation that the TLB still holds, which the access would use instead; or "".
    """

    address: int
    access: Access
    mode: str
    steps: tuple[PageWalkStep, ...]
    physical: int | None
    fault: str
    result: str
    stale: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the whole walk in Japanese: each step, the result, and what the TLB holds."""
        steps = tuple(step.sentence for step in self.steps)
        return (*steps, self.result, *([self.stale] if self.stale else ()))


def walk(
    machine: Machine,
    address: int,
    access: Access = Access.LOAD,
    mode: int | None = None,
    virtual: bool = False,
) -> PageWalk:
    """Return how an address is translated with a privilege; None: as the next instruction would.

    Nothing changes: no counter, no A or D bit, no TLB entry.
    """
    hart = machine.hart
    if mode is not None:
        view = hart.view(mode, virtual)
    else:
        view = hart.mmu.fetch_view if access == Access.FETCH else hart.mmu.data_view
    found: list[WalkStep] = []
    entry: Entry | None = None
    fault = ""
    try:
        entry = hart.mmu.walker.walk(address, access, view, found)
    except Trap as trap:
        fault = trap_name(trap.cause)
    physical = None if entry is None else entry.page << 12 | address & _IN_PAGE
    if physical is not None and not fault:
        fault = _fault_at(machine, physical, access, view)
    return PageWalk(
        address,
        access,
        mode_name(view.mode, view.virtual),
        tuple(_told(step, found[index + 1 :], access, view) for index, step in enumerate(found)),
        physical,
        fault,
        _result(address, access, view, physical, fault),
        _stale(machine, address, access, view, entry),
    )


def _fault_at(machine: Machine, physical: int, access: Access, view: View) -> str:
    """Return the access fault at a physical address, or ""."""
    hart = machine.hart
    allowed = hart.pmp.allows(physical, 1, access, view.mode)
    if allowed and machine.hart.bus.answers(physical):
        return ""
    return trap_name(ACCESS_FAULT[access])


def _told(step: WalkStep, rest: list[WalkStep], access: Access, view: View) -> PageWalkStep:
    sentence = (
        f"{_place(step, rest, view)} {_flag_values(step.pte)}。{_meaning(step, access, view)}。"
    )
    return PageWalkStep(
        step.stage, step.level, step.address, step.pte, _letters(step.pte), sentence
    )


def _place(step: WalkStep, rest: list[WalkStep], view: View) -> str:
    entry = f"レベル {step.level} のエントリー {hexadecimal(step.pte)}"
    if step.stage == 2:
        later = next((other for other in rest if other.stage == 1), None)
        purpose = (
            f"VS 段の表 (ゲスト物理アドレス {hexadecimal(later.address)}) を探すため、"
            if later
            else ""
        )
        return f"{purpose}G 段の {hexadecimal(step.address)} 番地にある{entry} を読みます:"
    if view.gatp:
        return f"VS 段の、ゲスト物理アドレス {hexadecimal(step.address)} にある{entry} を読みます:"
    return f"{hexadecimal(step.address)} 番地にある{entry} を読みます:"


def _letters(pte: int) -> str:
    return " ".join(letter if pte & bit else "-" for letter, bit in _FLAGS)


def _flag_values(pte: int) -> str:
    return " ".join(f"{letter}={int(bool(pte & bit))}" for letter, bit in _FLAGS)


def _meaning(step: WalkStep, access: Access, view: View) -> str:
    """Return what follows from an entry."""
    if step.fault == "permission":
        return f"{_refusal(step, access, view)}ので、ここで止まります"
    if step.fault:
        where = _ROOT_ADVICE[step.stage] if step.level == 1 and step.fault == "V=0" else ""
        return f"{_BY_FAULT[step.fault]}。ここで止まります{where}"
    target = step.pte >> 10 << 12
    if not step.pte & (R | X):
        return f"次の表 ({target:#x} 番地) へ進みます"
    kind = "4 MiB のページ" if step.level else "4 KiB のページ"
    updates = [
        letter
        for letter, bit in (("A", A), ("D", D))
        if not step.pte & bit and (bit == A or access == Access.STORE)
    ]
    later = f"。アクセスのときに、計算機が {' と '.join(updates)} を 1 にします" if updates else ""
    return f"{kind} ({target:#x} 番地) が見つかりました{later}"


def _refusal(step: WalkStep, access: Access, view: View) -> str:
    if step.stage == 2 and not step.pte & U:
        return "G 段のエントリーでは U が 1 でなければならない"
    if step.stage == 1:
        if view.mode == USER and not step.pte & U:
            return f"{mode_name(view.mode, view.virtual)}では、U が 0 のページを使えない"
        if view.mode == SUPERVISOR and step.pte & U:
            who = mode_name(view.mode, view.virtual)
            if access == Access.FETCH:
                return f"{who}では、U が 1 のページの命令を実行できない"
            if not view.sum:
                return f"SUM が 0 の{who}では、U が 1 のページを使えない"
    needed = {Access.FETCH: "X", Access.LOAD: "R", Access.STORE: "W"}[access]
    if view.executable:
        needed = "X"
    return f"{_VERBS[access]}に要る {needed} が 0 な"


def _result(address: int, access: Access, view: View, physical: int | None, fault: str) -> str:
    who, what = mode_name(view.mode, view.virtual), _VERBS[access]
    start = f"{who}の{what}: {hexadecimal(address)} 番地"
    if physical is None:
        return f"{start}は変換できず、{fault} になります。"
    if not view.is_translated:
        why = "M モードでは" if view.mode == MACHINE else "ページングの MODE が Bare なので、"
        done = f"{start}は、{why}変換せず、そのまま物理アドレスになります"
    else:
        done = f"{start}は、物理アドレス {physical:#010x} になります"
    if not fault:
        return f"{done}。"
    return (
        f"{done}。ただし、そこには RAM も装置もないか、物理メモリー保護 (PMP) が許さないので、"
        f"{fault} になります。"
    )


def _stale(machine: Machine, address: int, access: Access, view: View, walked: Entry | None) -> str:
    """Return what the TLB still holds against the tables, or ""."""
    if not view.is_translated:
        return ""
    held = machine.hart.mmu.tlb.find(view.space, address >> 12)
    if held is None or not allows_both(held, access, view) or _same(held, walked):
        return ""
    physical = held.page << 12 | address & _IN_PAGE
    fence = "hfence.vvma か hfence.gvma" if view.virtual else "sfence.vma"
    return (
        f"TLB には、表と違う古い変換 (物理アドレス {physical:#010x}) が残っていて、"
        f"アクセスにはこれが使われます。表を書き換えた後は、{fence} で取り除きます。"
    )


def _same(held: Entry, walked: Entry | None) -> bool:
    """Say whether two translations agree, but for the A and D bits that hardware sets."""
    if walked is None or held.page != walked.page:
        return False
    pairs = ((held.flags, walked.flags), (held.guest_flags, walked.guest_flags))
    return all(_rights(old) == _rights(new) for old, new in pairs)


def _rights(flags: int | None) -> int | None:
    return None if flags is None else flags & ~(A | D)
