"""Sections as they grow, in fragments of settled size with one piece of open size behind each.

Their order in memory, whatever the order of the source, as linker scripts for bare machines have
it:

1. ``.text.init``, where such programs put what is executed first;
2. ``.text``, then ``.text.*``;
3. ``.rodata``, ``.rodata.*``, ``.srodata``, ``.srodata.*``;
4. ``.data``, ``.data.*``, ``.sdata``, ``.sdata.*``;
5. every other section with contents;
6. ``.bss``, then every other section without contents: ``.bss.*``, ``.sbss``, ``@nobits``.

Those of one kind lie in the order in which the source first names them. Each begins at a multiple
of 16, or of a larger alignment that is asked for in it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

SECTION_NAMES = (".text", ".rodata", ".data", ".bss")
_FAMILIES = (".text.init", ".text", ".rodata", ".srodata", ".data", ".sdata")  # as they lie
_CODE_NAMES = (".text", ".init", ".fini")
_EMPTY_NAMES = (".bss", ".sbss")
_SECTION_ALIGNMENT = 16
MAX_ALIGNMENT_BITS = 16  # 64 KiB: more than any table of pages needs


class Tail(Protocol):
    """The piece of open size at a fragment's end."""

    @property
    def longest(self) -> int | None:
        """Return the size that always does; None when the size has to be exact."""
        ...

    def size_at(self, offset: int) -> int:
        """Return its size when it stands at an offset in its section, as things are now."""
        ...

    def make(self, size: int) -> bytes:
        """Return its bytes, once all addresses are known."""
        ...


@dataclass(frozen=True)
class Item:
    """Bytes of a fragment that ``make`` returns once the addresses are known."""

    offset: int
    make: Callable[[], bytes]


@dataclass(eq=False)
class Fragment:
    """Bytes of settled size, and perhaps a tail; ``start`` is where in the section they begin."""

    section: "Section"
    size: int = 0
    items: list[Item] = field(default_factory=list)
    tail: Tail | None = None
    tail_size: int = 0
    start: int = 0

    @property
    def end(self) -> int:
        """Return the offset in the section where the next fragment begins."""
        return self.start + self.size + self.tail_size


@dataclass(frozen=True)
class Location:
    """A place in a section."""

    fragment: Fragment
    offset: int

    @property
    def section(self) -> "Section":
        """Return the section."""
        return self.fragment.section


@dataclass(eq=False)
class Subsection:
    """A part of a section; the parts lie in the order of their numbers."""

    number: int
    fragments: list[Fragment]


class Section:
    """A section as far as it has been read."""

    def __init__(self, name: str, is_code: bool, is_empty: bool) -> None:
        self.name = name
        self.is_code = is_code
        self.is_empty = is_empty  # all zeroes, takes no place in a file
        self.alignment = _SECTION_ALIGNMENT
        self.reserved = 0  # bytes so far, at least
        self.address = 0
        self._parts: dict[int, Subsection] = {}

    def part(self, number: int) -> Subsection:
        """Return the subsection of a number."""
        if number not in self._parts:
            self._parts[number] = Subsection(number, [Fragment(self)])
        return self._parts[number]

    @property
    def fragments(self) -> Iterator[Fragment]:
        """Return the fragments in their order in memory."""
        for number in sorted(self._parts):
            yield from self._parts[number].fragments

    @property
    def is_settled(self) -> bool:
        """Say whether the size of everything so far is known."""
        return len(self._parts) <= 1 and all(len(p.fragments) == 1 for p in self._parts.values())

    @property
    def size(self) -> int:
        """Return the size in bytes, after relaxation."""
        return max((fragment.end for fragment in self.fragments), default=0)

    def contents(self) -> Iterator[tuple[int, Callable[[], bytes]]]:
        """Return what makes the bytes, and the offset in the section where they belong."""
        for fragment in self.fragments:
            for item in fragment.items:
                yield fragment.start + item.offset, item.make
            if fragment.tail is not None:
                yield (
                    fragment.start + fragment.size,
                    partial(fragment.tail.make, fragment.tail_size),
                )


def new_section(name: str, flags: str | None = None, kind: str | None = None) -> Section:
    """Return an empty section; flags and type are those of its name unless they are given."""

    is_known = name in SECTION_NAMES
    is_code = _is_any(name, _CODE_NAMES) if flags is None or is_known else "x" in flags
    is_empty = _is_any(name, _EMPTY_NAMES) if kind is None or is_known else kind == "@nobits"
    return Section(name, is_code, is_empty)


def in_memory_order(sections: Iterable[Section]) -> list[Section]:
    """Return the sections from the lowest address up, given in the order of the source."""
    return sorted(sections, key=_rank)


def _rank(section: Section) -> int:
    """Return the section's kind; a kind with a smaller number lies in front."""
    if section.is_empty:
        return len(_FAMILIES) + 1
    ranks = (rank for rank, family in enumerate(_FAMILIES) if _is_any(section.name, (family,)))
    return next(ranks, len(_FAMILIES))


def _is_any(name: str, families: tuple[str, ...]) -> bool:
    """Say whether a name is one of the families' or goes on with a dot behind it."""
    return any(name == family or name.startswith(f"{family}.") for family in families)
