"""From a region to the source of one Python function.

    def unit(n, x, words, guard, ...):     # n: cycles left; returns (next pc, cycles left)
        r5 = x[5]
        r6 = x[6]
        while n >= 5:
            i = r5 - 2147483648
            r7 = words[i >> 2] if not i & -262141 else load32(r5)
            r5 = r5 + 4 & 4294967295
            n -= 3
            if r5 == r6: break
        else:
            x[5] = r5; x[7] = r7
            return 2147483664, n
        ...

Registers are locals; loops of the program are loops of Python, and branches that meet again are
if and else. ``n`` is brought up to date where paths part or meet. Every access to memory proves
that it is aligned and in RAM, or calls the slow way, which may give up (``Retreat``); ``notes``
say, for each line where that can happen, which instruction it is of and how many have been
executed since ``n`` was changed.

Only numbers get into the source: addresses, register numbers and immediates of decoded
instructions, all as int.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from courseware.machine.isa.python_text import (
    Range,
    condition_text,
    range_of,
    substitute,
    text,
    word_text,
)
from courseware.machine.isa.semantics import (
    WORD,
    Binary,
    Expression,
    Memory,
    Name,
    Number,
    SetPc,
    SetRd,
    Signed,
    Store,
)
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.ram import LINE_SHIFT, PAGE_BYTES, PAGE_SHIFT
from courseware.machine.translator.regions import Block, Operation, Region

MAX_EMITTED = 640  # instructions, those written more than once counted each time
MAX_WRITTEN = 96  # blocks, likewise
MAX_COPIES = 6  # of a block
MAX_LOOPS = 12  # inside one another; Python allows 20
MAX_DEPTH = 40  # of ifs, elses and loops inside one another

# What a function gets of its hart: registers, RAM in three views, its guards, the page maps of
# loads and stores, the slow ways, and the memory management unit.
PARAMETERS = (
    "x data halves words guard loads stores load8 load16 load32 store8 store16 store32 retreat mmu"
).split()

_VIEWS = {8: "data", 16: "halves", 32: "words"}
_SHIFTS = {8: "", 16: " >> 1", 32: " >> 2"}
_MAX_SPAN = 1_024  # bytes between two words of one base
_NEED = "NEED"  # stands for the number that is known only at the end


# What an address was proved for: under page maps loads and stores need a proof of their own.
_USES = ("any", "loads", "stores")


@dataclass(frozen=True)
class Note:
    """What a line of the source belongs to.

    ``done`` instructions and ``accesses`` to memory come before it that ``n`` and ``m`` do not
    tell of.
    """

    pc: int
    done: int
    accesses: int


@dataclass(frozen=True)
class Unit:
    """The source of a function. It must not be called with fewer cycles than ``need``."""

    source: str
    notes: dict[int, Note]
    need: int


@dataclass(frozen=True)
class Line:
    """A line of source, its indentation in steps, and what it belongs to."""

    text: str
    depth: int = 0
    note: Note | None = None


@dataclass(frozen=True)
class _Base:
    """An address that is known to lie in RAM, aligned for words.

    The register plus ``offset`` is the word ``name``, and what lies higher, up to ``highest``, is
    known too; so is, where addresses are physical, all up to the end of RAM, where Python checks
    it.
    """

    name: str
    offset: int
    highest: int

    def proves(self, offset: int, to_the_end: bool) -> bool:
        """Say whether the word at the register plus an offset is known to be in RAM."""
        is_known = to_the_end or offset <= self.highest
        return is_known and offset >= self.offset and (offset - self.offset) % 4 == 0


@dataclass
class _Path:
    """What is known where the source is being written.

    ``done`` and ``accesses`` are those not yet in ``n`` and ``m``; ``dirty`` the registers that
    are newer than in ``x``. ``bases`` go by register and by what they may be used for.
    """

    constants: dict[int, int] = field(default_factory=dict)
    ranges: dict[str, Range] = field(default_factory=dict)
    bases: dict[tuple[int, str], _Base] = field(default_factory=dict)
    dirty: frozenset[int] = frozenset()
    done: int = 0
    accesses: int = 0

    def copy(self) -> "_Path":
        return replace(
            self,
            constants=dict(self.constants),
            ranges=dict(self.ranges),
            bases=dict(self.bases),
        )

    def forget(self, registers: Iterable[int]) -> None:
        for register in registers:
            self.constants.pop(register, None)
            self.ranges.pop(f"r{register}", None)
            for use in _USES:
                self.bases.pop((register, use), None)

    def meet(self, other: "_Path") -> None:
        """Keep what holds on both paths."""
        self.constants = {r: c for r, c in self.constants.items() if other.constants.get(r) == c}
        self.bases = {r: b for r, b in self.bases.items() if other.bases.get(r) == b}
        self.ranges = {
            name: (min(low, other.ranges[name][0]), max(high, other.ranges[name][1]))
            for name, (low, high) in self.ranges.items()
            if name in other.ranges
        }
        self.dirty |= other.dirty


@dataclass
class _Loop:
    header: int
    body: frozenset[int]
    exits: list[int]
    depth: int


@dataclass(frozen=True)
class _Place:
    """Where in the nesting: the innermost loop, and the block behind the present if and else."""

    loop: _Loop | None = None
    stop: int | None = None
    depth: int = 0


# Lines, and what is known behind them; None when control does not get there.
_Written = tuple[list[Line], _Path | None]


def emit(region: Region, ram_size: int, is_direct: bool) -> Unit:
    """Return the function for a region.

    ``is_direct``: addresses are physical and nothing but RAM itself limits accesses to it.
    Otherwise they go through the page maps, and accesses are counted.
    """
    return _Emitter(region, ram_size, is_direct).unit()


class _Emitter:
    def __init__(self, region: Region, ram_size: int, is_direct: bool) -> None:
        self._region = region
        self._is_direct = is_direct
        self._size = ram_size
        self._emitted = 0
        self._written = 0
        self._copies: dict[int, int] = {}
        self._bases = 0
        self._order = {start: index for index, start in enumerate(region.order)}

    def unit(self) -> Unit:
        entry = self._region.entry
        lines, _ = self._go(entry, _Path(), _Place(), is_entry=True)
        lines = [
            *(Line(f"r{register} = x[{register}]") for register in self._loaded()),
            *([] if self._is_direct else [Line("m = 0")]),
            *lines,
        ]
        need = str(self._emitted)
        source = [f"def unit(n, {', '.join(PARAMETERS)}):"]
        notes: dict[int, Note] = {}
        for line in lines:
            source.append("    " * (line.depth + 1) + line.text.replace(_NEED, need))
            if line.note:
                notes[len(source)] = line.note
        return Unit("\n".join(source) + "\n", notes, self._emitted)

    def _loaded(self) -> list[int]:
        """Return the registers that must be in locals from the start."""
        blocks = self._region.blocks.values()
        written_first = _written_first(self._region.blocks[self._region.entry])
        read = {register for block in blocks for o in block.operations for register in o.reads}
        looped = {
            register
            for body in self._region.loops.values()
            for start in body
            for register in self._region.blocks[start].writes
        }
        joined = {register for block in blocks for register in block.writes}
        is_single = len(self._region.blocks) == 1
        return sorted(
            (read - written_first) | looped | (set() if is_single else joined - written_first)
        )

    # --- control flow ---

    def _go(self, target: int, path: _Path, place: _Place, is_entry: bool = False) -> _Written:
        """Write what happens when control goes to an address."""
        loop = place.loop
        if target == place.stop:
            return [], path
        if loop and target == loop.header:
            return [*self._settle(path), Line("continue")], None
        if target not in self._region.blocks:
            return self._leave(target, path), None
        if loop and target not in loop.body:
            lines = self._settle(path)
            if len(loop.exits) > 1:
                lines.append(Line(f"k = {loop.exits.index(target)}"))
            return [*lines, Line("break")], None
        copies = self._copies[target] = self._copies.get(target, 0) + 1
        self._written += 1
        if not is_entry and (
            self._emitted >= MAX_EMITTED
            or self._written > MAX_WRITTEN
            or copies > MAX_COPIES
            or place.depth > MAX_DEPTH
            or (loop and loop.depth > MAX_LOOPS)
        ):
            return self._leave(target, path), None
        if target in self._region.loops:
            return self._loop(target, path, place)
        return self._block(self._region.blocks[target], path, place)

    def _leave(self, pc: int, path: _Path) -> list[Line]:
        return self._return(str(pc), path)

    def _return(self, pc: str, path: _Path) -> list[Line]:
        lines = [Line(f"x[{register}] = r{register}") for register in sorted(path.dirty)]
        if not self._is_direct:
            more = f" + {path.accesses}" if path.accesses else ""
            lines.append(Line(f"mmu.accesses += m{more}"))
        left = f"n - {path.done}" if path.done else "n"
        return [*lines, Line(f"return {pc}, {left}")]

    def _settle(self, path: _Path) -> list[Line]:
        """Bring n, and m, up to date."""
        lines = [Line(f"n -= {path.done}")] if path.done else []
        if path.accesses and not self._is_direct:
            lines.append(Line(f"m += {path.accesses}"))
        path.done = path.accesses = 0
        return lines

    def _loop(self, header: int, path: _Path, place: _Place) -> _Written:
        body = self._region.loops[header]
        blocks = self._region.blocks
        before = self._settle(path)
        writes = frozenset(r for start in body for r in blocks[start].writes)
        path.forget(writes)
        path.dirty |= writes
        targets = (t for start in sorted(body) for t in blocks[start].targets)
        exits = list(dict.fromkeys(t for t in targets if t in blocks and t not in body))
        depth = place.loop.depth + 1 if place.loop else 1
        loop = _Loop(header, body, exits, depth)
        inner, _ = self._block(blocks[header], path.copy(), _Place(loop, depth=place.depth + 1))
        lines = [
            *before,
            Line(f"while n >= {_NEED}:"),
            *_indented(_without_last_continue(inner)),
            Line("else:"),
            *_indented(self._leave(header, path)),
        ]
        if not exits:
            return lines, None
        after, end = self._choose(exits, 0, path, place)
        return lines + after, end

    def _choose(self, exits: list[int], index: int, path: _Path, place: _Place) -> _Written:
        """Go on from a loop to the exit that it was left by."""
        first, end = self._go(exits[index], path.copy(), place)
        if index == len(exits) - 1:
            return first, end
        others, other_end = self._choose(exits, index + 1, path.copy(), place)
        return self._alternatives(f"k == {index}", (first, end), (others, other_end))

    def _alternatives(self, condition: str, yes: _Written, no: _Written) -> _Written:
        """Write an if and else whose ends meet."""
        yes_lines, yes_end = yes
        no_lines, no_end = no
        if (
            yes_end
            and no_end
            and (yes_end.done, yes_end.accesses)
            != (
                no_end.done,
                no_end.accesses,
            )
        ):
            yes_lines = yes_lines + self._settle(yes_end)
            no_lines = no_lines + self._settle(no_end)
        lines = [Line(f"if {condition}:"), *_indented(yes_lines or [Line("pass")])]
        if yes_end is None:
            return lines + no_lines, no_end
        if no_lines:
            lines += [Line("else:"), *_indented(no_lines)]
        if no_end is not None:
            yes_end.meet(no_end)
        return lines, yes_end

    def _block(self, block: Block, path: _Path, place: _Place) -> _Written:
        lines: list[Line] = []
        for index, current in enumerate(block.operations):
            self._emitted += 1
            jump = current.jump
            if jump is not None and block.leaves:
                more, end = self._indirect(block, current, jump, path, place)
                return lines + more, end
            lines += self._operation(current, block.operations[index:], path)
            path.done += 1
            if jump is not None and jump.condition is not None:
                more, end = self._branch(block, jump.condition, path, place)
                return lines + more, end
        target = block.taken if block.following is None else block.following
        if target is None:
            raise ValueError(f"block {block.start:#x} has no end")
        more, end = self._go(target, path, place)
        return lines + more, end

    def _indirect(
        self, block: Block, current: Operation, jump: SetPc, path: _Path, place: _Place
    ) -> _Written:
        value = self._known(jump.value, path)
        target = word_text(value, path.ranges)
        if current.rd == 0 and isinstance(value, Number):
            path.done += 1
            return self._go(int(target), path, place)
        if current.rd == 0 and not block.returns:
            path.done += 1
            return self._return(target, path), None
        lines = [Line(f"t = {target}"), *self._operation(current, [current], path)]
        path.done += 1
        inner = replace(place, depth=place.depth + 1)
        more, end = self._return_to(block.returns, path, inner)
        return lines + more, end

    def _return_to(self, addresses: list[int], path: _Path, place: _Place) -> _Written:
        """Go to the address in t, which may be one of those given."""
        if not addresses:
            return self._return("t", path), None
        yes = self._go(addresses[0], path.copy(), place)
        no = self._return_to(addresses[1:], path.copy(), place)
        return self._alternatives(f"t == {addresses[0]}", yes, no)

    def _branch(self, block: Block, condition: Expression, path: _Path, place: _Place) -> _Written:
        taken, following = block.taken, block.following
        if taken is None or following is None:
            raise ValueError(f"branch at the end of {block.start:#x} has no target")
        chosen = self._known(condition, path)
        if isinstance(chosen, Number) or taken == following:
            is_taken = isinstance(chosen, Number) and chosen.value
            return self._go(taken if is_taken else following, path, place)
        meeting = self._meeting(taken, following, place)
        inner = replace(
            place, stop=place.stop if meeting is None else meeting, depth=place.depth + 1
        )
        yes = self._go(taken, path.copy(), inner)
        no = self._go(following, path.copy(), inner)
        if yes[1] is not None and not yes[0]:  # nothing is done when it is taken
            lines, end = self._alternatives(f"not ({condition_text(chosen, path.ranges)})", no, yes)
        else:
            lines, end = self._alternatives(condition_text(chosen, path.ranges), yes, no)
        if meeting is None or end is None:
            return lines, end
        more, end = self._go(meeting, end, place)
        return lines + more, end

    def _meeting(self, taken: int, following: int, place: _Place) -> int | None:
        """Return the first block where both ways come together inside the innermost loop."""
        common = self._reachable(taken, place) & self._reachable(following, place)
        if place.stop is not None and place.stop in common:
            common -= self._reachable(place.stop, place) - {place.stop}
        first = min(common, key=self._order.__getitem__, default=None)
        return None if first == place.stop else first

    def _reachable(self, start: int, place: _Place) -> set[int]:
        loop = place.loop
        blocks = self._region.blocks
        inside = loop.body - {loop.header} if loop else blocks.keys()
        found: set[int] = set()
        waiting = [start]
        while waiting:
            current = waiting.pop()
            if current in inside and current not in found:
                found.add(current)
                waiting += blocks[current].targets
        return found

    # --- instructions ---

    def _known(self, expression: Expression, path: _Path) -> Expression:
        """Put the registers whose value is known into an expression."""

        def name(register: str) -> Expression:
            value = path.constants.get(int(register[1:]))
            return Name(register) if value is None else Number(value)

        return substitute(expression, name) if path.constants else expression

    def _operation(self, current: Operation, ahead: list[Operation], path: _Path) -> list[Line]:
        lines: list[Line] = []
        for statement in current.statements:
            match statement:
                case SetRd(Memory() as memory):
                    lines += self._load(current, memory, None, ahead, path)
                case SetRd(Signed(bits, Memory() as memory)):
                    lines += self._load(current, memory, bits, ahead, path)
                case SetRd(value) if current.rd:
                    lines += self._set(current.rd, self._known(value, path), path)
                case Store(target, value):
                    lines += self._store(current, target, value, ahead, path)
        return lines

    def _set(self, rd: int, value: Expression, path: _Path) -> list[Line]:
        bases = self._moved_bases(value, path)
        known = range_of(value, path.ranges)
        value = _shortened(value)
        line = Line(f"r{rd} = {word_text(value, path.ranges)}")
        path.forget([rd])
        path.dirty |= {rd}
        if isinstance(value, Number):
            path.constants[rd] = value.value & WORD
            known = (value.value & WORD,) * 2
        if known[0] >= 0 and known[1] <= WORD:
            path.ranges[f"r{rd}"] = known
        path.bases.update(((rd, use), base) for use, base in bases.items())
        return [line]

    def _moved_bases(self, value: Expression, path: _Path) -> dict[str, _Base]:
        """Return what is known of an address plus a number."""
        register, by = _address(value)
        return {
            use: replace(base, offset=base.offset - by, highest=base.highest - by)
            for (number, use), base in path.bases.items()
            if number == register
        }

    def _load(
        self,
        current: Operation,
        memory: Memory,
        signed: int | None,
        ahead: list[Operation],
        path: _Path,
    ) -> list[Line]:
        note = Note(current.pc, path.done, path.accesses)
        lines, place, check = self._place(memory, ahead, path, note)
        path.accesses += 1
        view, bits = _VIEWS[memory.bits], memory.bits
        slow = f"load{bits}({self._address_text(memory, path)})"
        value = (
            f"{view}[{place}]" if check is None else f"{view}[{place}] if not {check} else {slow}"
        )
        if current.rd == 0:
            return [*lines, Line(value, note=note)]
        target = f"r{current.rd}"
        lines.append(Line(f"{target} = {value}", note=note))
        path.forget([current.rd])
        path.dirty |= {current.rd}
        if signed is None:
            path.ranges[target] = (0, (1 << bits) - 1)
        elif bits < 32:
            high = WORD + 1 - (1 << bits)
            lines.append(Line(f"if {target} > {(1 << bits - 1) - 1}: {target} |= {high}"))
        return lines

    def _store(
        self,
        current: Operation,
        memory: Memory,
        value: Expression,
        ahead: list[Operation],
        path: _Path,
    ) -> list[Line]:
        note = Note(current.pc, path.done, path.accesses)
        lines, place, check = self._place(memory, ahead, path, note, is_store=True)
        path.accesses += 1
        bits = memory.bits
        stored = self._known(value, path)
        if bits < 32:
            stored = substitute(
                Binary("&", stored, Number((1 << bits) - 1)), lambda name: Name(name)
            )
            if range_of(self._known(value, path), path.ranges)[1] < 1 << bits:
                stored = self._known(value, path)
        what = word_text(stored, path.ranges)
        guard = f"guard[{_line_of(place, bits)}]"
        checks = guard if check is None else f"{check} or {guard}"
        slow = f"store{bits}({self._address_text(memory, path)}, {what})"
        return [
            *lines,
            Line(f"if {checks}: {slow}", note=note),
            Line(f"else: {_VIEWS[bits]}[{place}] = {what}", note=note),
        ]

    def _address_text(self, memory: Memory, path: _Path) -> str:
        return word_text(_shortened(self._known(memory.address, path)), path.ranges)

    def _place(
        self,
        memory: Memory,
        ahead: list[Operation],
        path: _Path,
        note: Note,
        is_store: bool = False,
    ) -> tuple[list[Line], str, str | None]:
        """Return lines, the index into the view, and the condition under which it is wrong."""
        bits = memory.bits
        mask = ~(self._size - 1) | (bits // 8 - 1)
        address = self._known(memory.address, path)
        shift = _SHIFTS[bits]
        if isinstance(address, Number):
            offset = (address.value & WORD) - RAM_BASE
            if self._is_direct and not offset & mask:
                return [], str(offset // (bits // 8)), None
        register, offset = _address(address)
        if register is not None and bits == 32:
            use = "any" if self._is_direct else "stores" if is_store else "loads"
            lines, base = self._base(register, offset, use, ahead, path, note)
            if base:
                return lines, _sum(base.name, (offset - base.offset) // 4), None
        if not self._is_direct:
            lines = self._mapped(address, "stores" if is_store else "loads", path)
        elif register is None:
            lines = [Line(f"i = ({word_text(address, path.ranges)}) - {RAM_BASE}")]
        else:
            lines = [Line(f"i = {_sum(f'r{register}', offset - RAM_BASE)}")]
        return lines, f"i{shift}", f"i & {mask}"

    def _mapped(self, address: Expression, where: str, path: _Path) -> list[Line]:
        """Write i, the offset in RAM by a page map; it is far out where the map has nothing."""
        if isinstance(address, Name):
            return [Line(f"i = {address.name} + {where}[{address.name} >> {PAGE_SHIFT}]")]
        return [
            Line(f"a = {text(_shortened(address), path.ranges)}"),
            Line(f"i = a + {where}[a >> {PAGE_SHIFT}]"),
        ]

    def _base(
        self,
        register: int,
        offset: int,
        use: str,
        ahead: list[Operation],
        path: _Path,
        note: Note,
    ) -> tuple[list[Line], _Base | None]:
        """Return a base for a word, if it is known or if more words by it are to come."""
        base = path.bases.get((register, use))
        if base and base.proves(offset, to_the_end=self._is_direct):
            return [], base
        offsets = _word_offsets(register, offset, ahead, None if use == "any" else use)
        if len(offsets) == 1:
            return [], None
        lowest, highest = min(offsets), max(offsets)
        self._bases += 1
        base = path.bases[register, use] = _Base(f"q{self._bases}", lowest, highest)
        mask = ~(self._size - 1) | 3
        if self._is_direct:
            lines = [Line(f"i = {_sum(f'r{register}', lowest - RAM_BASE)}")]
            wrong = f"i & {mask}"
        else:
            lines = [
                Line(f"a = {_sum(f'r{register}', lowest)}"),
                Line(f"i = a + {use}[a >> {PAGE_SHIFT}]"),
            ]
            last = PAGE_BYTES - 4 - (highest - lowest)
            wrong = f"i & {mask} or i & {PAGE_BYTES - 1} > {last}"
        lines += [Line(f"if {wrong}: retreat()", note=note), Line(f"{base.name} = i >> 2")]
        return lines, base


def _word_offsets(register: int, offset: int, ahead: list[Operation], use: str | None) -> set[int]:
    """Return the offsets of the word accesses to come by a register, aligned with the first.

    ``use`` asks for loads or for stores alone.
    """
    offsets = {offset}
    for current in ahead[1:] if ahead[0].rd != register else ():
        for statement in current.statements:
            match statement:
                case SetRd(Memory(32, address)) if use != "stores":
                    pass
                case Store(Memory(32, address), _) if use != "loads":
                    pass
                case _:
                    continue
            other, distance = _address(address)
            if other == register and (distance - offset) % 4 == 0:
                offsets.add(distance)
        if current.rd == register:
            break
    return {o for o in offsets if abs(o - offset) <= _MAX_SPAN}


def _address(expression: Expression) -> tuple[int | None, int]:
    """Return the register and the signed offset of an address, or None and 0."""
    match expression:
        case Name(name):
            return int(name[1:]), 0
        case Binary("+", Name(name), Number(offset)):
            return int(name[1:]), _signed(offset)
    return None, 0


def _signed(value: int) -> int:
    return (value & WORD ^ 1 << 31) - (1 << 31)


def _shortened(value: Expression) -> Expression:
    """Return what is the same word with a smaller number in it."""
    match value:
        case Binary("+", left, Number(number)) if number > WORD >> 1:
            return Binary("-", left, Number(WORD + 1 - number))
    return value


def _sum(name: str, number: int) -> str:
    if number == 0:
        return name
    return f"{name} + {number}" if number > 0 else f"{name} - {-number}"


def _line_of(place: str, bits: int) -> str:
    """Return the index of the guard for an index into a view."""
    if place.startswith("i"):
        return f"i >> {LINE_SHIFT}"
    shift = LINE_SHIFT - {8: 0, 16: 1, 32: 2}[bits]
    return str(int(place) >> shift) if place.isdigit() else f"{place} >> {shift}"


def _indented(lines: list[Line]) -> list[Line]:
    return [replace(line, depth=line.depth + 1) for line in lines]


def _without_last_continue(lines: list[Line]) -> list[Line]:
    is_last = lines and lines[-1].depth == 0 and lines[-1].text == "continue"
    return (lines[:-1] or [Line("pass")]) if is_last else lines


def _written_first(block: Block) -> set[int]:
    """Return the registers that a block writes before it reads them, and before it may end."""
    read: set[int] = set()
    written: set[int] = set()
    for current in block.operations:
        read |= current.reads - written
        if current.jump is None and current.rd and current.rd not in read:
            written.add(current.rd)
    return written - read
