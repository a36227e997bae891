"""Why a machine stopped: traps, and the sentences that a student reads about them."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class StopReason(StrEnum):
    """What ended a run."""

    EXIT = "exit"
    TRAP = "trap"
    BREAKPOINT = "breakpoint"
    INSTRUCTION_LIMIT = "instruction-limit"
    TIME_LIMIT = "time-limit"
    OUTPUT_LIMIT = "output-limit"


@dataclass(frozen=True)
class Stop:
    """Why the machine stopped: a reason, a Japanese message, and numbers where they apply.

    ``exit_code`` comes with EXIT; ``cause`` and ``tval`` (as mcause and mtval would read) with
    TRAP and with the BREAKPOINT of an ebreak.
    """

    reason: StopReason
    message: str
    exit_code: int | None = None
    cause: int | None = None
    tval: int | None = None


class Cause(IntEnum):
    """Exception codes of mcause (RISC-V privileged specification, table of mcause values)."""

    INSTRUCTION_ADDRESS_MISALIGNED = 0
    INSTRUCTION_ACCESS_FAULT = 1
    ILLEGAL_INSTRUCTION = 2
    BREAKPOINT = 3
    LOAD_ACCESS_FAULT = 5
    STORE_ACCESS_FAULT = 7
    ECALL_FROM_M = 11


class Trap(Exception):
    """An instruction could not complete. It has changed nothing."""

    def __init__(self, cause: int, tval: int) -> None:
        super().__init__(cause, tval)
        self.cause = int(cause)
        self.tval = tval


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


# Name, then what happened at {pc} with {tval}, then what to do.
_TRAPS: dict[int, tuple[str, str]] = {
    Cause.INSTRUCTION_ADDRESS_MISALIGNED: (
        "命令アドレス・ミスアライン例外 (instruction address misaligned)",
        "{pc} 番地の命令は {tval} 番地へ移ろうとしましたが、命令は 4 の倍数の番地に置きます。"
        "飛び先の計算を確かめてください。",
    ),
    Cause.INSTRUCTION_ACCESS_FAULT: (
        "命令アクセス・フォールト例外 (instruction access fault)",
        "{tval} 番地には RAM がないので、命令を読めません。"
        "飛び先、または戻り番地 ra が壊れていないかを確かめてください。",
    ),
    Cause.ILLEGAL_INSTRUCTION: (
        "不正命令例外 (illegal instruction)",
        "{pc} 番地の値 {tval} は、この計算機の命令ではありません。"
        "データを命令として実行していないか、命令を書き換えていないかを確かめてください。",
    ),
    Cause.LOAD_ACCESS_FAULT: (
        "ロード・アクセス・フォールト例外 (load access fault)",
        "{pc} 番地の命令が読もうとした {tval} 番地には、その大きさで読めるものがありません。"
        "アドレスを入れたレジスターとオフセットを確かめてください。",
    ),
    Cause.STORE_ACCESS_FAULT: (
        "ストア・アクセス・フォールト例外 (store/AMO access fault)",
        "{pc} 番地の命令が書こうとした {tval} 番地には、その大きさで書けるものがありません。"
        "アドレスを入れたレジスターとオフセットを確かめてください。",
    ),
    Cause.ECALL_FROM_M: (
        "M モードからの環境呼び出し例外 (environment call from M-mode)",
        "{pc} 番地の ecall を受け取るプログラムがありません。"
        "終わるときは ebreak を使い、文字を出すときは UART (0x10000000 番地) に書いてください。",
    ),
}


def hexadecimal(value: int) -> str:
    """Return a 32-bit number as students see it: ``0x80000000``."""
    return f"0x{value:08x}"


def trapped(trap: Trap, pc: int) -> Stop:
    """Return the stop for a trap of the instruction at pc. An ebreak is a BREAKPOINT."""
    if trap.cause == Cause.BREAKPOINT:
        message = (
            f"{hexadecimal(pc)} 番地の ebreak で止まりました。"
            "もう一度実行するときは、最初に戻してください。"
        )
        return Stop(StopReason.BREAKPOINT, message, cause=trap.cause, tval=trap.tval)
    name, details = _TRAPS[trap.cause]
    if trap.cause == Cause.ILLEGAL_INSTRUCTION and trap.tval == 0:
        details = (
            "プログラムの終わりを越えました ({pc} 番地の値は 0 で、命令ではありません)。"
            "プログラムは ebreak で終えてください。"
        )
    details = details.format(pc=hexadecimal(pc), tval=hexadecimal(trap.tval))
    return Stop(
        StopReason.TRAP,
        f"{name} が起きたので止めました。{details}",
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


def breakpoint_reached(pc: int) -> Stop:
    """Return the stop in front of an address where the caller asked to stop."""
    message = (
        f"{hexadecimal(pc)} 番地のブレークポイントで止まりました。"
        "この番地の命令はまだ実行していません。続けるときは、もう一度実行してください。"
    )
    return Stop(StopReason.BREAKPOINT, message)


def instruction_limit(limit: int) -> Stop:
    """Return the stop for a run that used up its instructions."""
    message = (
        f"命令数の上限 {limit:,} 命令に達したので止めました。"
        "無限ループになっていないか、ループを終える条件を確かめてください。"
    )
    return Stop(StopReason.INSTRUCTION_LIMIT, message)


def time_limit() -> Stop:
    """Return the stop for a run that took too long."""
    message = (
        "実行時間の上限に達したので止めました。"
        "無限ループになっていないかを確かめ、計算の量を減らしてください。"
    )
    return Stop(StopReason.TIME_LIMIT, message)
