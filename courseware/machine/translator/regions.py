"""Regions: the hot code around an address, as basic blocks with their loops.

A region is what one Python function will do. It begins at its entry, follows branches and direct
jumps, and ends where it would leave what may be translated: at an instruction that needs the
hart (CSRs, traps, atomics), at an indirect jump, or at its limits.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

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
    Statement,
    Store,
    uses,
)

MAX_INSTRUCTIONS = 128
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

    @cached_property
    def following(self) -> int | None:
        """Return the address behind it, when control may get there."""
        is_always = self.jump is not None and self.jump.condition is None
        return None if is_always else self.next_pc

    @cached_property
    def taken(self) -> int | None:
        """Return the address that it jumps to, when that is known."""
        jump = self.jump
        return jump.value.value & WORD if jump and isinstance(jump.value, Number) else None

    @cached_property
    def is_call(self) -> bool:
        """Say whether it is a direct call: a jump that links to ra or t0."""
        jump = self.jump
        return self.rd in _LINKS and jump is not None and isinstance(jump.value, Number)

    @cached_property
    def is_return(self) -> bool:
        """Say whether it is a return: an indirect jump to the address that a call left."""
        is_indirect = self.jump is not None and not isinstance(self.jump.value, Number)
        return is_indirect and self.rd == 0 and self.reads <= _LINKS

    @cached_property
    def jump(self) -> SetPc | None:
        """Return where it jumps, if it does."""
        return next((s for s in self.statements if isinstance(s, SetPc)), None)


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
    """Blocks by address, and the loops among them: by header, the blocks of the body.

    ``order`` has the blocks so that, loops aside, each comes before those that follow it.
    """

    entry: int
    blocks: dict[int, Block]
    order: list[int]
    loops: dict[int, frozenset[int]]

    @property
    def addresses(self) -> list[tuple[int, int]]:
        """Return (address, length in bytes) of every instruction."""
        return [(o.pc, o.next_pc - o.pc & WORD) for b in self.blocks.values() for o in b.operations]


# Returns the instruction at an address, or None where a region has to end.
Read = Callable[[int], Operation | None]


def find_region(entry: int, read: Read) -> Region | None:
    """Return the region that begins at an address, or None when nothing can be translated.

    Where the entry is part of a loop, the region is what belongs to loops around it; what comes
    behind them is no hotter for it.
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
    graph = _Graph(entry, blocks)
    around = graph.around_entry()
    if around:
        graph = _Graph(entry, {start: blocks[start] for start in around})
    return Region(entry, graph.blocks, graph.order, graph.loops())


# --- instructions and blocks ---


def _collect(entry: int, read: Read, found: dict[int, Operation], starts: set[int]) -> None:
    """Find the instructions that can be reached from an address, nearest first."""
    waiting = deque([entry])
    while waiting and len(found) < MAX_INSTRUCTIONS:
        pc: int | None = waiting.popleft()
        while pc is not None and pc not in found and len(found) < MAX_INSTRUCTIONS:
            current = read(pc)
            if current is None:
                break
            found[pc] = current
            taken = current.taken
            if taken is not None and taken not in starts and len(starts) < MAX_BLOCKS:
                starts.add(taken)
                waiting.append(taken)
            pc = current.following


def _blocks(starts: set[int], operations: dict[int, Operation]) -> dict[int, Block]:
    leaders = set(starts)
    for current in operations.values():
        if current.jump is not None:
            leaders.update(t for t in (current.following, current.taken) if t is not None)
    blocks: dict[int, Block] = {}
    for start in leaders & operations.keys():
        block = blocks[start] = Block(start)
        pc: int | None = start
        while pc is not None:
            current = operations[pc]
            block.operations.append(current)
            is_inside = current.jump is None and current.next_pc in operations
            pc = current.next_pc if is_inside and current.next_pc not in leaders else None
        block.following, block.taken = current.following, current.taken
        block.leaves = block.following is None and block.taken is None
    return blocks


# --- calls and returns ---


def _add_returns(
    blocks: dict[int, Block], found: dict[int, Operation], starts: set[int], read: Read
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
    links: dict[int, set[int]] = {}
    for address, callee in _calls(blocks):
        if address in blocks:
            for block in _returning(callee, blocks):
                links.setdefault(block.start, set()).add(address)
    for start, addresses in links.items():
        blocks[start].returns = sorted(addresses)[:MAX_RETURNS]


# --- loops ---


class _Graph:
    """Blocks that can be reached from an entry, with the ways between them.

    ``order`` has them so that, loops aside, each comes before those that follow it.
    """

    def __init__(self, entry: int, blocks: dict[int, Block]) -> None:
        self._entry = entry
        self._ways = {
            start: [t for t in block.targets if t in blocks] for start, block in blocks.items()
        }
        self.order = self._reverse_postorder()
        self.blocks = {start: blocks[start] for start in self.order}
        self._before: dict[int, list[int]] = {start: [] for start in self.order}
        for start in self.order:
            for target in self._ways[start]:
                self._before[target].append(start)

    def around_entry(self) -> set[int]:
        """Return the blocks from which the entry is reached again; none where it never is."""
        return self._reaching(self._before[self._entry], stop=None)

    def loops(self) -> dict[int, frozenset[int]]:
        """Return the natural loops: header, and the blocks that reach it without leaving."""
        dominators = self._dominators()
        sources: dict[int, list[int]] = {}
        for start in self.order:
            for header in self._ways[start]:
                if header in dominators[start]:
                    sources.setdefault(header, []).append(start)
        return {
            header: frozenset(self._reaching(found, stop=header) | {header})
            for header, found in sources.items()
        }

    def _reverse_postorder(self) -> list[int]:
        order: list[int] = []
        seen = {self._entry}
        stack = [(self._entry, iter(self._ways[self._entry]))]
        while stack:
            start, targets = stack[-1]
            following = next((target for target in targets if target not in seen), None)
            if following is None:
                order.append(start)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(self._ways[following])))
        return order[::-1]

    def _dominators(self) -> dict[int, set[int]]:
        """Return, for each block, the blocks that every way to it goes through."""
        everything = set(self.order)
        dominators = dict.fromkeys(self.order, everything)
        dominators[self._entry] = {self._entry}
        changed = True
        while changed:
            changed = False
            for start in self.order[1:]:
                new = set.intersection(*(dominators[p] for p in self._before[start])) | {start}
                if new != dominators[start]:
                    dominators[start] = new
                    changed = True
        return dominators

    def _reaching(self, sources: list[int], stop: int | None) -> set[int]:
        """Return the sources, and the blocks that reach them without passing ``stop``."""
        found: set[int] = set()
        waiting = list(sources)
        while waiting:
            start = waiting.pop()
            if start not in found:
                found.add(start)
                if start != stop:
                    waiting += self._before[start]
        return found
