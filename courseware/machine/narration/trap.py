"""Traps and waits in sentences."""

from courseware.machine.hart.traps import TrapRecord
from courseware.machine.privilege import mode_name
from courseware.machine.stop import hexadecimal, trap_name
from courseware.machine.trap import INTERRUPT_BIT, Cause

_CSR_PREFIX = {"M": "m", "HS": "s", "VS": "vs"}

_MEANINGS: dict[int, str] = {  # of xtval
    Cause.INSTRUCTION_ADDRESS_MISALIGNED: "飛ぼうとした番地",
    Cause.INSTRUCTION_ACCESS_FAULT: "命令を読もうとした番地",
    Cause.INSTRUCTION_PAGE_FAULT: "命令を読もうとした番地",
    Cause.INSTRUCTION_GUEST_PAGE_FAULT: "命令を読もうとした番地",
    Cause.LOAD_ADDRESS_MISALIGNED: "読もうとした番地",
    Cause.LOAD_ACCESS_FAULT: "読もうとした番地",
    Cause.LOAD_PAGE_FAULT: "読もうとした番地",
    Cause.LOAD_GUEST_PAGE_FAULT: "読もうとした番地",
    Cause.STORE_ADDRESS_MISALIGNED: "書こうとした番地",
    Cause.STORE_ACCESS_FAULT: "書こうとした番地",
    Cause.STORE_PAGE_FAULT: "書こうとした番地",
    Cause.STORE_GUEST_PAGE_FAULT: "書こうとした番地",
    Cause.ILLEGAL_INSTRUCTION: "その命令の値",
    Cause.VIRTUAL_INSTRUCTION: "その命令の値",
    Cause.BREAKPOINT: "ebreak の番地",
}


def handler_mode_name(record: TrapRecord) -> str:
    """Return the name of the mode that a trap led to; S below a guest is called HS."""
    if record.level == "HS":
        return "HS モード" if record.virtual else "S モード"
    return f"{record.level} モード"


def trap_sentence(record: TrapRecord, text: str = "") -> str:
    """Return what a trap was and where it led; ``text`` is the instruction that caused it."""
    prefix = _CSR_PREFIX[record.level]
    source = mode_name(record.mode, record.virtual)
    where = f"{hexadecimal(record.pc)} 番地"
    if record.cause & INTERRUPT_BIT:
        cause = f"{source}で {where}の命令を実行する前に、{trap_name(record.cause)} を受け付け、"
    else:
        instruction = f"{where}の {text} " if text else f"{where}の命令"
        cause = f"{source}の {instruction}で、{trap_name(record.cause)} が起き、"
    target = f"{handler_mode_name(record)}の {hexadecimal(record.handler)} 番地 ({prefix}tvec)"
    return f"{cause}{target} へ移りました{_tval_text(record, prefix)}。"


def _tval_text(record: TrapRecord, prefix: str) -> str:
    """Return what xtval holds, in parentheses, where it has a meaning."""
    meaning = _MEANINGS.get(record.cause)
    return f" ({prefix}tval の {hexadecimal(record.tval)} は、{meaning}です)" if meaning else ""


def wait_sentence(start: int, end: int, is_waiting: bool) -> str:
    """Return what a step of WFI's waiting did to the clock."""
    passed = f"wfi で割り込みを待つ間に、時計が {end - start:,} サイクル進みました"
    if is_waiting:
        return f"{passed} (まだ待っています)。"
    return f"{passed}。待っていた割り込みが来ました。"
