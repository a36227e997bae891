"""The machine that a command runs a program on."""

from pathlib import Path

from courseware.machine.cli.arguments import Arguments, Option, UsageError, choice, size
from courseware.machine.cli.files import reading
from courseware.machine.devices.disk import MAX_DISK_BYTES
from courseware.machine.loaders import LoadError
from courseware.machine.machine import Engine
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Program
from courseware.machine.state import MAX_MEMORY_BYTES, MAX_OUTPUT_BYTES, MachineLimits

DEFAULT_MEMORY_BYTES = 16 * 1024 * 1024
_HTIF_BYTES = 8


def _memory_bytes(text: str) -> int:
    """Return a size of RAM that there can be. Raises UsageError."""
    memory = size(text)
    try:
        MachineLimits(memory, MAX_OUTPUT_BYTES)
    except ValueError as error:
        raise UsageError(
            f"4,096 から {MAX_MEMORY_BYTES:,} までの 2 の累乗のバイト数を指定してください。"
        ) from error
    return memory


ENGINE = Option(
    "--engine",
    "実行のしかた。既定は translator です。",
    "interpreter|translator",
    choice(*Engine),
    Engine.TRANSLATOR,
)
MEMORY = Option(
    "--memory",
    f"RAM の大きさ。4,096 から {MAX_MEMORY_BYTES:,} までの 2 の累乗 (16M のようにも書けます)。"
    f"既定は {DEFAULT_MEMORY_BYTES:,} で、プログラムが大きければ足りるだけ増やします。",
    "バイト数",
    _memory_bytes,
)
DISK = Option(
    "--disk",
    f"ディスクの中身にするファイル ({MAX_DISK_BYTES:,} バイトまで)。このファイルは変わりません。",
    "ファイル",
    Path,
)


def limits_for(program: Program, arguments: Arguments) -> MachineLimits:
    """Return the sizes for a program. Raises UsageError and LoadError when it does not fit."""
    needed = _needed_bytes(program)
    memory = arguments["memory"]
    if memory is None:
        memory = max(DEFAULT_MEMORY_BYTES, 1 << (needed - 1).bit_length())
    if needed > memory:
        raise UsageError(
            f"--memory {memory:,}: このプログラムには {needed:,} バイト以上が必要です。"
        )
    return MachineLimits(memory, MAX_OUTPUT_BYTES)


def _needed_bytes(program: Program) -> int:
    """Return how far into RAM the program reaches, at least 1."""
    ends = [segment.address + len(segment.data) for segment in program.segments]
    if program.tohost is not None:
        words = (program.tohost, program.symbols.get("fromhost", program.tohost))
        if not all(RAM_BASE <= word < RAM_BASE + MAX_MEMORY_BYTES for word in words):
            raise LoadError(
                "tohost と fromhost は RAM の番地でなければなりません。"
                "ホストと話さないプログラムなら、別の名前にしてください。"
            )
        ends += [word + _HTIF_BYTES for word in words]
    return max([1, *(end - RAM_BASE for end in ends)])


def disk_image(arguments: Arguments) -> bytes:
    """Return the disk's content. Raises UsageError for too much of it, and FileProblem."""
    path = arguments["disk"]
    if path is None:
        return b""
    with reading(path), path.open("rb") as file:
        image: bytes = file.read(MAX_DISK_BYTES + 1)
    if len(image) > MAX_DISK_BYTES:
        raise UsageError(f"--disk {path}: ディスクは {MAX_DISK_BYTES:,} バイトまでです。")
    return image
