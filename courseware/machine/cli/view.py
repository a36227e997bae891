"""A machine in a debugger, as lines of text."""

from collections.abc import Iterator

from courseware.machine.cli.operands import ConsoleError
from courseware.machine.cli.trace import word_text
from courseware.machine.debugger import Debugger, walk
from courseware.machine.hart.access import SUPERVISOR
from courseware.machine.hart.csrs import REGISTERS, SPV
from courseware.machine.isa.csr_numbers import CSR_NAMES
from courseware.machine.isa.decoder import disassemble
from courseware.machine.machine import Machine
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.privilege import mode_name
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.registers import REGISTER_NAMES
from courseware.machine.stop import hexadecimal
from courseware.machine.trap import Trap

_WORD = 0xFFFF_FFFF
_REGISTERS_A_LINE = 4
_BYTES_A_LINE = 16
_FAR = 65_536  # bytes behind a symbol that no longer belong to it


def place(debugger: Debugger) -> str:
    """Return the privilege and the instruction that comes next."""
    return f"[{_mode(debugger.machine)}] {_instruction(debugger, debugger.machine.pc)}"


def instructions(debugger: Debugger, address: int, count: int) -> Iterator[str]:
    """Yield instructions as a fetch would find them, one a line."""
    for _ in range(count):
        note = "   (ソースではデータ)" if _is_data(debugger, address) else ""
        yield _instruction(debugger, address) + note
        word = _word(debugger.machine, address)
        address = address + (2 if word is not None and word & 3 != 3 else 4) & _WORD


def is_fetchable(machine: Machine, address: int) -> bool:
    """Say whether there is something to execute at an address, as things are now."""
    return _word(machine, address) is not None


def named(debugger: Debugger, address: int) -> str:
    """Return an address with the symbol before it."""
    near = [
        (value, name)
        for name, value in debugger.program.symbols.items()
        if value <= address < value + _FAR
    ]
    if not near:
        return f"{address:08x}"
    value, name = max(near, key=lambda item: item[0])
    offset = f"+{address - value}" if address > value else ""
    return f"{address:08x} <{name}{offset}>"


def registers(debugger: Debugger) -> Iterator[str]:
    """Yield the registers; a star marks those that the last action changed."""
    machine, changed = debugger.machine, debugger.changed
    cells = [
        f"{'*' if number in changed else ' '}{name:<4} {value:08x}"
        for number, (name, value) in enumerate(zip(REGISTER_NAMES, machine.registers, strict=True))
    ]
    for start in range(0, len(cells), _REGISTERS_A_LINE):
        yield "  ".join(cells[start : start + _REGISTERS_A_LINE])
    yield f" pc   {machine.pc:08x}   [{_mode(machine)}]   (* は直前の命令で変わったもの)"


def csrs(machine: Machine) -> Iterator[str]:
    """Yield the CSRs by number; of those with numbers in their names only the ones in use."""
    for number in sorted(REGISTERS):
        name, value = CSR_NAMES[number], machine.csr(CSR_NAMES[number])
        if value or not any(character.isdigit() for character in name):
            yield f"{number:03x} {name:<14} {hexadecimal(value)}"


def memory(machine: Machine, address: int, size: int) -> Iterator[str]:
    """Yield bytes as loads find them now. Raises ConsoleError where one would fault."""
    for start, length in _rows(address, size):
        yield _row(start, _loaded(machine, start, length))


def physical_memory(machine: Machine, address: int, size: int) -> Iterator[str]:
    """Yield bytes of RAM by physical address. Raises ConsoleError for others."""
    _check_ram(machine, address, size)
    for start, length in _rows(address, size):
        yield _row(start, machine.read_memory(start, length))


def _is_data(debugger: Debugger, address: int) -> bool:
    """Say whether a source put something else than an instruction at an address."""
    program = debugger.program
    if not program.lines or address in program.lines:
        return False
    return any(s.address <= address < s.address + len(s.data) for s in program.segments)


def _mode(machine: Machine) -> str:
    """Return the mode; S is called HS where a guest is set up, as the traps out of it call it."""
    has_guest = machine.csr("hgatp") or machine.csr("hstatus") & SPV
    if machine.mode == SUPERVISOR and not machine.virtual and has_guest:
        return "HS モード"
    return mode_name(machine.mode, machine.virtual)


def _instruction(debugger: Debugger, address: int) -> str:
    mark = "●" if address in debugger.breakpoints else " "
    word = _word(debugger.machine, address)
    if word is None:
        return f"{mark}{named(debugger, address)}  (読めません)"
    text = disassemble(word, address)
    return f"{mark}{named(debugger, address)}  {word_text(word):<8}  {text}"


def _word(machine: Machine, address: int) -> int | None:
    try:
        return machine.hart.mmu.peek_instruction(address)
    except Trap:
        return None


def _loaded(machine: Machine, address: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        here = address + len(data) & _WORD
        translation = walk(machine, here)
        if translation.physical is None or translation.fault:
            raise ConsoleError(f"{hexadecimal(here)} 番地は読めません: {translation.fault}")
        part = min(size - len(data), PAGE_BYTES - here % PAGE_BYTES)
        _check_ram(machine, translation.physical, part)
        data += machine.read_memory(translation.physical, part)
    return data


def _check_ram(machine: Machine, address: int, size: int) -> None:
    end = RAM_BASE + machine.limits.memory_bytes
    if not RAM_BASE <= address <= end - size:
        raise ConsoleError(
            f"物理番地 {hexadecimal(address)} からの {size:,} バイトは RAM ではありません。RAM は "
            f"{hexadecimal(RAM_BASE)} から {hexadecimal(end - 1)} までです。"
            "装置のレジスターは、読むだけで変わることがあるので表示しません。"
        )


def _rows(address: int, size: int) -> Iterator[tuple[int, int]]:
    for start in range(address, address + size, _BYTES_A_LINE):
        yield start, min(_BYTES_A_LINE, address + size - start)


def _row(address: int, data: bytes) -> str:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
    return f"{address & _WORD:08x}: {data.hex(' '):<47}  {text}"
