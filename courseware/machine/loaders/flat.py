"""Flat binaries: bytes that lie in memory as they lie in the file."""

from courseware.machine.loaders.problem import LoadError
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Program, Segment
from courseware.machine.state import MAX_MEMORY_BYTES
from courseware.machine.stop import hexadecimal


def load_flat(data: bytes, address: int = RAM_BASE) -> Program:
    """Return a program of bytes at an address, where execution begins, too.

    Raises LoadError for no bytes, and for bytes that do not fit into the largest RAM.
    """
    if not data:
        raise LoadError("ファイルが空です。プログラムの入ったファイルを指定してください。")
    if not RAM_BASE <= address <= RAM_BASE + MAX_MEMORY_BYTES - len(data):
        raise LoadError(
            f"{hexadecimal(address)} 番地からの {len(data):,} バイトは RAM に入りません。"
            f"RAM は {hexadecimal(RAM_BASE)} 番地から、最大で {MAX_MEMORY_BYTES:,} バイトです。"
        )
    return Program((Segment(address, data),), address, {}, {})
