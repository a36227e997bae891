"""Why a machine stopped: traps, and the sentences that a student reads about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from courseware.machine.trap import INTERRUPT_BIT, Cause, Trap

if TYPE_CHECKING:
    from courseware.machine.watch import WatchHit


class StopReason(StrEnum):
    """What ended a run."""

    EXIT = "exit"
    TRAP = "trap"
    BREAKPOINT = "breakpoint"
    INSTRUCTION_LIMIT = "instruction-limit"
    TIME_LIMIT = "time-limit"
    OUTPUT_LIMIT = "output-limit"
    WAITING = "waiting"
    WATCHPOINT = "watchpoint"


@dataclass(frozen=True)
class Stop:
    """Why the machine stopped: a reason, a Japanese message, and numbers where they apply.

    ``exit_code`` comes with EXIT; ``cause`` and ``tval`` (as mcause and mtval would read) with
    TRAP and with the BREAKPOINT of an ebreak. WAITING is no end: console input may wake WFI. A
    WATCHPOINT is reached after the instruction that wrote.
    """

    reason: StopReason
    message: str
    exit_code: int | None = None
    cause: int | None = None
    tval: int | None = None


class Exited(Exception):
    """The program wrote its exit code to the test finisher. The store has completed."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class OutputFull(Exception):
    """The program sent a byte more than the output may hold. The byte was not taken."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


_SHOWN_BYTES = 16  # of watched memory

_ADDRESS_ADVICE = "アドレスを入れたレジスターとオフセットを確かめてください。"
_TABLE_ADVICE = "ページ表のエントリーと、その V、R、W、X、U のビットを確かめてください。"
_GUEST_ADVICE = "hgatp が指す G 段のページ表を確かめてください。"

# Name, then what happened at {pc} with {tval}, then what to do.
_TRAPS: dict[int, tuple[str, str]] = {
    Cause.INSTRUCTION_ADDRESS_MISALIGNED: (
        "命令アドレス・ミスアライン例外 (instruction address misaligned)",
        "{pc} 番地の命令は {tval} 番地へ移ろうとしましたが、命令は偶数の番地に置きます。"
        "飛び先の計算を確かめてください。",
    ),
    Cause.INSTRUCTION_ACCESS_FAULT: (
        "命令アクセス・フォールト例外 (instruction access fault)",
        "{tval} 番地には RAM がないか、物理メモリー保護 (PMP) が実行を許していないので、"
        "命令を読めません。飛び先、または戻り番地 ra が壊れていないかを確かめてください。",
    ),
    Cause.ILLEGAL_INSTRUCTION: (
        "不正命令例外 (illegal instruction)",
        "{pc} 番地の値 {tval} は、今のモードで実行できる命令ではありません。"
        "データを命令として実行していないか、命令を書き換えていないか、"
        "権限の要る命令や CSR を使っていないかを確かめてください。",
    ),
    Cause.BREAKPOINT: (
        "ブレークポイント例外 (breakpoint)",
        "{pc} 番地で ebreak を実行しました。",
    ),
    Cause.LOAD_ADDRESS_MISALIGNED: (
        "ロード・アドレス・ミスアライン例外 (load address misaligned)",
        "{pc} 番地の lr.w が読もうとした {tval} 番地は、4 の倍数ではありません。" + _ADDRESS_ADVICE,
    ),
    Cause.LOAD_ACCESS_FAULT: (
        "ロード・アクセス・フォールト例外 (load access fault)",
        "{pc} 番地の命令が読もうとした {tval} 番地には、その大きさで読めるものがないか、"
        "物理メモリー保護 (PMP) が許していません。" + _ADDRESS_ADVICE,
    ),
    Cause.STORE_ADDRESS_MISALIGNED: (
        "ストア・アドレス・ミスアライン例外 (store/AMO address misaligned)",
        "{pc} 番地の不可分操作の命令が使おうとした {tval} 番地は、4 の倍数ではありません。"
        + _ADDRESS_ADVICE,
    ),
    Cause.STORE_ACCESS_FAULT: (
        "ストア・アクセス・フォールト例外 (store/AMO access fault)",
        "{pc} 番地の命令が書こうとした {tval} 番地には、その大きさで書けるものがないか、"
        "物理メモリー保護 (PMP) が許していません。" + _ADDRESS_ADVICE,
    ),
    Cause.ECALL_FROM_U: (
        "U モードからの環境呼び出し例外 (environment call from U-mode)",
        "{pc} 番地の ecall は M モードへのトラップになります。"
        "トラップを処理する番地を mtvec に入れておいてください。",
    ),
    Cause.ECALL_FROM_S: (
        "S モードからの環境呼び出し例外 (environment call from S-mode)",
        "{pc} 番地の ecall は M モードへのトラップになります。"
        "トラップを処理する番地を mtvec に入れておいてください。",
    ),
    Cause.ECALL_FROM_VS: (
        "VS モードからの環境呼び出し例外 (environment call from VS-mode)",
        "{pc} 番地の ecall は M モードへのトラップになります。"
        "トラップを処理する番地を mtvec に入れるか、medeleg で HS モードに任せてください。",
    ),
    Cause.ECALL_FROM_M: (
        "M モードからの環境呼び出し例外 (environment call from M-mode)",
        "{pc} 番地の ecall を受け取るプログラムがありません。"
        "終わるときは ebreak を使い、文字を出すときは UART (0x10000000 番地) に書いてください。",
    ),
    Cause.INSTRUCTION_PAGE_FAULT: (
        "命令ページ・フォールト例外 (instruction page fault)",
        "{tval} 番地の命令を、ページ表が実行させません。" + _TABLE_ADVICE,
    ),
    Cause.LOAD_PAGE_FAULT: (
        "ロード・ページ・フォールト例外 (load page fault)",
        "{pc} 番地の命令が読もうとした {tval} 番地を、ページ表が読ませません。" + _TABLE_ADVICE,
    ),
    Cause.STORE_PAGE_FAULT: (
        "ストア・ページ・フォールト例外 (store/AMO page fault)",
        "{pc} 番地の命令が書こうとした {tval} 番地を、ページ表が書かせません。" + _TABLE_ADVICE,
    ),
    Cause.INSTRUCTION_GUEST_PAGE_FAULT: (
        "命令ゲスト・ページ・フォールト例外 (instruction guest-page fault)",
        "ゲストの {tval} 番地の命令を、G 段のページ表が実行させません。" + _GUEST_ADVICE,
    ),
    Cause.LOAD_GUEST_PAGE_FAULT: (
        "ロード・ゲスト・ページ・フォールト例外 (load guest-page fault)",
        "{pc} 番地の命令が読もうとした {tval} 番地を、G 段のページ表が読ませません。"
        + _GUEST_ADVICE,
    ),
    Cause.VIRTUAL_INSTRUCTION: (
        "仮想命令例外 (virtual instruction)",
        "{pc} 番地の値 {tval} は、ゲスト (V=1) には許されない命令です。"
        "hstatus と hcounteren を確かめるか、ハイパーバイザーでエミュレートしてください。",
    ),
    Cause.STORE_GUEST_PAGE_FAULT: (
        "ストア・ゲスト・ページ・フォールト例外 (store/AMO guest-page fault)",
        "{pc} 番地の命令が書こうとした {tval} 番地を、G 段のページ表が書かせません。"
        + _GUEST_ADVICE,
    ),
}


def trap_name(cause: int) -> str:
    """Return the Japanese name of a trap, with the English one, by mcause."""
    if not cause & INTERRUPT_BIT:
        return _TRAPS[cause][0]
    code = cause & ~INTERRUPT_BIT
    kind, level = divmod(code, 4)
    name = ("ソフトウエア", "タイマー", "外部")[kind]
    english = ("software", "timer", "external")[kind]
    mode = {1: "S モード", 2: "VS モード", 3: "M モード"}[level]
    prefix = {1: "supervisor", 2: "virtual supervisor", 3: "machine"}[level]
    return f"{mode}の{name}割り込み ({prefix} {english} interrupt)"


def hexadecimal(value: int) -> str:
    """Return a 32-bit number as students see it: ``0x80000000``."""
    return f"0x{value:08x}"


def unhandled(trap: Trap, pc: int) -> Stop:
    """Return the stop for a trap at pc that nobody handles. An ebreak is a BREAKPOINT."""
    if trap.cause == Cause.BREAKPOINT:
        message = (
            f"{hexadecimal(pc)} 番地の ebreak で止まりました。"
            "もう一度実行するときは、最初に戻してください。"
        )
        return Stop(StopReason.BREAKPOINT, message, cause=trap.cause, tval=trap.tval)
    if trap.cause & INTERRUPT_BIT:
        details = (
            "割り込みを処理する番地を mtvec に入れてから、mie と mstatus で割り込みを"
            "許してください。"
        )
    else:
        details = _TRAPS[trap.cause][1]
    if trap.cause == Cause.ILLEGAL_INSTRUCTION and trap.tval == 0:
        details = (
            "プログラムの終わりを越えました ({pc} 番地の値は 0 で、命令ではありません)。"
            "プログラムは ebreak で終えてください。"
        )
    details = details.format(pc=hexadecimal(pc), tval=hexadecimal(trap.tval))
    return Stop(
        StopReason.TRAP,
        f"{trap_name(trap.cause)} が起きたので止めました。{details}",
        cause=trap.cause,
        tval=trap.tval,
    )


def exited(code: int) -> Stop:
    """Return the stop for an exit code written to the test finisher."""
    what = "正常に終わりました" if code == 0 else "失敗を知らせて終わりました"
    message = (
        f"プログラムは終了コード {code} で{what}。もう一度実行するときは、最初に戻してください。"
    )
    return Stop(StopReason.EXIT, message, exit_code=code)


def output_full(limit: int) -> Stop:
    """Return the stop for a program that prints more than it may."""
    message = (
        f"出力の上限 {limit:,} バイトに達したので止めました。"
        "出力を繰り返すループに、終わりの条件があるかを確かめてください。"
    )
    return Stop(StopReason.OUTPUT_LIMIT, message)


def waiting() -> Stop:
    """Return the stop for WFI when no interrupt can come."""
    message = (
        "wfi で割り込みを待っていますが、起きる割り込みがありません。"
        "タイマー (mtimecmp) か装置の割り込みと、mie のビットを設定してから待ってください。"
    )
    return Stop(StopReason.WAITING, message)


def breakpoint_reached(pc: int) -> Stop:
    """Return the stop in front of an address where the caller asked to stop."""
    message = (
        f"{hexadecimal(pc)} 番地のブレークポイントで止まりました。"
        "この番地の命令はまだ実行していません。続けるときは、もう一度実行してください。"
    )
    return Stop(StopReason.BREAKPOINT, message)


def watchpoint_reached(hits: Sequence["WatchHit"]) -> Stop:
    """Return the stop right after an instruction in which watched bytes were written."""
    first, *others = hits
    who = "命令の間に、装置 (DMA) が" if first.by_device else "命令が"
    more = "".join(f"同時に、{_written(hit)}にも書きました。{_change(hit)}。" for hit in others)
    message = (
        f"{hexadecimal(first.pc)} 番地の{who}、監視している {_written(first)}に書いたので"
        f"止めました。{_change(first)}。{more}"
    )
    return Stop(StopReason.WATCHPOINT, message)


def _written(hit: "WatchHit") -> str:
    return f"{hexadecimal(hit.watchpoint.address)} 番地からの {len(hit.new)} バイト"


def _change(hit: "WatchHit") -> str:
    if hit.old == hit.new:
        return f"書き込みの前も後も {_bytes_text(hit.new)} です"
    return f"{_bytes_text(hit.old)} が {_bytes_text(hit.new)} になりました"


def _bytes_text(data: bytes) -> str:
    """Return up to a word as a number, and more as bytes in their order."""
    if len(data) in (1, 2, 4):
        return f"0x{int.from_bytes(data, 'little'):0{2 * len(data)}x}"
    shown = data[:_SHOWN_BYTES].hex(" ")
    return f"{shown} …" if len(data) > _SHOWN_BYTES else shown


def instruction_limit(limit: int) -> Stop:
    """Return the stop for a run that used up its instructions."""
    return _limited(limit, "無限ループになっていないか、ループを終える条件を確かめてください。")


def trap_loop(limit: int, handler: int, cause: int) -> Stop:
    """Return the stop for a run that used them up in traps of a handler's first instruction."""
    return _limited(
        limit,
        f"トラップを処理する {hexadecimal(handler)} 番地の、最初の命令がまたトラップになることを"
        f"繰り返しています ({trap_name(cause)})。mtvec (stvec、vstvec) に入れた番地と、"
        "その命令が使うレジスターを確かめてください。",
    )


def _limited(limit: int, advice: str) -> Stop:
    message = f"命令数の上限 {limit:,} 命令に達したので止めました。{advice}"
    return Stop(StopReason.INSTRUCTION_LIMIT, message)


def time_limit() -> Stop:
    """Return the stop for a run that took too long."""
    message = (
        "実行時間の上限に達したので止めました。"
        "無限ループになっていないかを確かめ、計算の量を減らしてください。"
    )
    return Stop(StopReason.TIME_LIMIT, message)
