"""Regions: the hot code around an address, as basic blocks with their loops.

A region is what one Python function will do. It begins at its entry, follows branches and direct
jumps, and ends where it would leave what may be translated: at an instruction that needs the
hart (CSRs, traps, atomics), at an indirect jump, or at its limits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from courseware.machine.isa.instruction import Decoded
from courseware.machine.isa.python_text import substitute
from courseware.machine.isa.semantics import (
    WORD,
    Amo,
    Expression,
    Memory,
    Name,
    Number,
    SetPc,
    SetRd,
    Signed,
    Statement,
    Store,
    uses,
)

MAX_INSTRUCTIONS = 256
MAX_BLOCKS = 48
MAX_RETURNS = 4  # addresses that a return is compared with

_LINKS = frozenset({1, 5})  # ra and t0: unprivileged specification, "JALR", return-address hints
_SIMPLE = frozenset({"rs1", "rs2", "imm", "pc", "next", "mem"})


@dataclass(frozen=True)
class Operation:
    """An instruction at its address, with the fields' numbers put into its semantics.

    The registers are the names ``r1`` to ``r31``; x0 is the number 0.
    """

    pc: int
    next_pc: int
    rd: int
    statements: tuple[Statement, ...]
    reads: frozenset[int]

    @property
    def is_call(self) -> bool:
        """Say whether it is a direct call: a jump that links to ra or t0."""
        jump = self.jump
        return self.rd in _LINKS and jump is not None and isinstance(jump.value, Number)

    @property
    def is_return(self) -> bool:
        """Say whether it is a return: an indirect jump to the address that a call left."""
        return (
            self.rd == 0
            and self.jump is not None
            and len(self.statements) > 0
            and (not isinstance(self.jump.value, Number) and self.reads <= _LINKS)
        )

    @property
    def jump(self) -> SetPc | None:
        """Return where it jumps, if it does."""
        return next((s for s in self.statements if isinstance(s, SetPc)), None)

    @property
    def accesses_memory(self) -> bool:
        """Say whether it loads or stores."""
        return any(map(_memory, self.statements))


def _memory(statement: Statement) -> Memory | None:
    """Return the memory that a statement reads or writes."""
    match statement:
        case Store(target, _):
            return target
        case SetRd(Memory() as memory) | SetRd(Signed(_, Memory() as memory)):
            return memory
    return None


def operation(decoded: Decoded, pc: int) -> Operation | None:
    """Return the instruction for a region, or None when only the interpreter executes it."""
    fields = decoded.fields
    next_pc = pc + decoded.length & WORD
    registers: set[int] = set()

    def name(text: str) -> Expression:
        match text:
            case "pc":
                return Number(pc)
            case "next":
                return Number(next_pc)
            case "imm":
                return Number(fields["imm"] & WORD)
        number = fields[text]
        if number == 0:
            return Number(0)
        registers.add(number)
        return Name(f"r{number}")

    statements: list[Statement] = []
    for statement in decoded.instruction.statements:
        match statement:
            case SetRd(Amo()):
                return None
            case SetRd(value) if uses(value) <= _SIMPLE:
                statements.append(SetRd(substitute(value, name)))
            case SetPc(value, text, None) if uses(value) <= _SIMPLE:
                statements.append(SetPc(substitute(value, name), text))
            case SetPc(value, text, condition) if condition is not None:
                statements.append(SetPc(substitute(value, name), text, substitute(condition, name)))
            case Store(Memory(bits, address, text), value):
                target = Memory(bits, substitute(address, name), text)
                statements.append(Store(target, substitute(value, name)))
            case _:
                return None
    if decoded.instruction.mnemonic == "fence.i":
        return None
    return Operation(pc, next_pc, fields.get("rd", 0), tuple(statements), frozenset(registers))


@dataclass
class Block:
    """A basic block. ``successors`` are the blocks that follow in the region.

    ``taken`` is where its last instruction jumps and ``following`` the address behind; None
    where there is no such way. Either may lie outside of the region. ``leaves`` marks a block
    whose last instruction is an indirect jump; ``returns`` are where a return may lead, behind
    the calls that are known to come here.
    """

    start: int
    operations: list[Operation] = field(default_factory=list)
    taken: int | None = None
    following: int | None = None
    leaves: bool = False
    returns: list[int] = field(default_factory=list)

    @property
    def targets(self) -> list[int]:
        """Return where control may go from here, as far as that is known."""
        return [t for t in (self.taken, self.following, *self.returns) if t is not None]

    @property
    def writes(self) -> frozenset[int]:
        """Return the registers that the block writes."""
        return frozenset(o.rd for o in self.operations if o.rd)


@dataclass
class Region:
    """Blocks by address, and the loops among them: by header, the blocks of the body."""

    entry: int
    blocks: dict[int, Block]
    loops: dict[int, frozenset[int]]

    @property
    def addresses(self) -> list[tuple[int, int]]:
        """Return (address, length in bytes) of every instruction."""
        return [(o.pc, o.next_pc - o.pc & WORD) for b in self.blocks.values() for o in b.operations]


def find_region(entry: int, read: Callable[[int], Operation | None]) -> Region | None:
    """Return the region that begins at an address, or None when nothing can be translated.

    ``read`` returns the instruction at an address, or None where the region has to end.
    """
    found: dict[int, Operation] = {}
    starts = {entry}
    _collect(entry, read, found, starts)
    if entry not in found:
        return None
    blocks = _blocks(starts, found)
    while _add_returns(blocks, found, starts, read):
        blocks = _blocks(starts, found)
    _link_returns(blocks)
    return Region(entry, blocks, _loops(entry, blocks))


def _collect(
    entry: int,
    read: Callable[[int], Operation | None],
    found: dict[int, Operation],
    starts: set[int],
) -> None:
    """Find the instructions that can be reached from an address, nearest first."""
    waiting = [entry]
    while waiting and len(found) < MAX_INSTRUCTIONS:
        pc: int | None = waiting.pop(0)
        while pc is not None and pc not in found and len(found) < MAX_INSTRUCTIONS:
            current = read(pc)
            if current is None:
                break
            found[pc] = current
            following, taken = _ways(current)
            if taken is not None and taken not in starts and len(starts) < MAX_BLOCKS:
                starts.add(taken)
                waiting.append(taken)
            pc = following


def _ways(current: Operation) -> tuple[int | None, int | None]:
    """Return the addresses behind an instruction and at the end of its jump, where known."""
    jump = current.jump
    if jump is None:
        return current.next_pc, None
    taken = jump.value.value & WORD if isinstance(jump.value, Number) else None
    return (None if jump.condition is None else current.next_pc), taken


def _add_returns(
    blocks: dict[int, Block],
    found: dict[int, Operation],
    starts: set[int],
    read: Callable[[int], Operation | None],
) -> bool:
    """Find the code behind calls whose callee returns inside the region; say if there was some."""
    behind = {
        address
        for address, callee in _calls(blocks)
        if address not in starts and _returning(callee, blocks)
    }
    for address in sorted(behind)[: MAX_BLOCKS - len(starts)]:
        starts.add(address)
        _collect(address, read, found, starts)
    return any(address in found for address in behind & starts)


def _calls(blocks: dict[int, Block]) -> list[tuple[int, int]]:
    """Return (address behind the call, address of the callee) of every call."""
    lasts = ((block, block.operations[-1]) for block in blocks.values())
    return [(o.next_pc, b.taken) for b, o in lasts if o.is_call and b.taken is not None]


def _returning(callee: int, blocks: dict[int, Block]) -> list[Block]:
    """Return the blocks by which a procedure returns, calls inside it stepped over."""
    found: set[int] = set()
    waiting = [callee]
    while waiting:
        start = waiting.pop()
        block = blocks.get(start)
        if block is None or start in found:
            continue
        found.add(start)
        last = block.operations[-1]
        waiting += [last.next_pc] if last.is_call else block.targets
    return [blocks[start] for start in sorted(found) if blocks[start].operations[-1].is_return]


def _link_returns(blocks: dict[int, Block]) -> None:
    """Let returns lead to the code behind the calls that they may answer."""
    links: dict[int, list[int]] = {}
    for address, callee in _calls(blocks):
        if address in blocks:
            for block in _returning(callee, blocks):
                links.setdefault(block.start, []).append(address)
    for start, addresses in links.items():
        blocks[start].returns = sorted(set(addresses))[:MAX_RETURNS]


def _blocks(starts: set[int], operations: dict[int, Operation]) -> dict[int, Block]:
    leaders = set(starts)
    for current in operations.values():
        if current.jump is not None:
            leaders.update(target for target in _ways(current) if target is not None)
    blocks: dict[int, Block] = {}
    for start in leaders & operations.keys():
        block = blocks[start] = Block(start)
        pc: int | None = start
        while pc is not None:
            current = operations[pc]
            block.operations.append(current)
            block.following, block.taken = _ways(current)
            block.leaves = current.jump is not None and not block.targets
            is_inside = current.jump is None and current.next_pc in operations
            pc = current.next_pc if is_inside and current.next_pc not in leaders else None
    return blocks


def _loops(entry: int, blocks: dict[int, Block]) -> dict[int, frozenset[int]]:
    """Return the natural loops: header, and the blocks that reach it again without leaving."""
    order = _reverse_postorder(entry, blocks)
    dominators = _dominators(entry, blocks, order)
    loops: dict[int, set[int]] = {}
    for start in order:
        for header in blocks[start].targets:
            if header in blocks and header in dominators[start]:
                loops.setdefault(header, {header}).update(_reaching(start, header, blocks, order))
    return {header: frozenset(body) for header, body in loops.items()}


def _reverse_postorder(entry: int, blocks: dict[int, Block]) -> list[int]:
    order: list[int] = []
    seen = {entry}
    stack = [(entry, iter(blocks[entry].targets))]
    while stack:
        start, targets = stack[-1]
        following = next((t for t in targets if t in blocks and t not in seen), None)
        if following is None:
            order.append(start)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(blocks[following].targets)))
    return order[::-1]


def _predecessors(blocks: dict[int, Block], order: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {start: [] for start in order}
    for start in order:
        for target in blocks[start].targets:
            if target in found:
                found[target].append(start)
    return found


def _dominators(entry: int, blocks: dict[int, Block], order: list[int]) -> dict[int, set[int]]:
    predecessors = _predecessors(blocks, order)
    dominators = {start: set(order) for start in order}
    dominators[entry] = {entry}
    changed = True
    while changed:
        changed = False
        for start in order[1:]:
            new = set.intersection(*(dominators[p] for p in predecessors[start])) | {start}
            if new != dominators[start]:
                dominators[start] = new
                changed = True
    return dominators


def _reaching(source: int, header: int, blocks: dict[int, Block], order: list[int]) -> set[int]:
    """Return the blocks from which ``source`` can be reached without passing ``header``."""
    predecessors = _predecessors(blocks, order)
    found, waiting = {source}, [source]
    while waiting:
        start = waiting.pop()
        if start == header:
            continue
        for predecessor in predecessors[start]:
            if predecessor not in found:
                found.add(predecessor)
                waiting.append(predecessor)
    return found
