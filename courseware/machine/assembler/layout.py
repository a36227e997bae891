"""Where everything comes to lie: the sections of one program and the place that is being filled."""

from collections.abc import Callable

from courseware.machine.assembler.expressions import Expression
from courseware.machine.assembler.problems import Place, Problem, Problems
from courseware.machine.assembler.relaxation import relax
from courseware.machine.assembler.sections import (
    SECTION_NAMES,
    Fragment,
    Item,
    Location,
    Section,
    Subsection,
    Tail,
    in_memory_order,
    new_section,
)
from courseware.machine.assembler.symbols import Symbols

# Where GNU ld's script for RISC-V has gp point: 12-bit offsets reach 4 KiB of small data around it.
_GLOBAL_POINTER = "__global_pointer$"
_GLOBAL_POINTER_OFFSET = 0x800


class Layout:
    """The sections and symbols of one program, which begins at the address ``origin``."""

    def __init__(self, problems: Problems, max_image_bytes: int, origin: int) -> None:
        self.sections = {name: new_section(name) for name in SECTION_NAMES}
        self.symbols = Symbols(problems.suggestion)
        self._problems = problems
        self._max_image_bytes = max_image_bytes
        self._origin = origin
        self._total = 0
        self.is_full = False
        self._enter(self.sections[SECTION_NAMES[0]], 0)
        self._previous = (self.section, self._part)
        self._stack: list[tuple[Section, Subsection]] = []

    # --- sections ---

    def enter(self, section: Section, subsection: int = 0) -> None:
        """Go on at the end of a section."""
        self._previous = (self.section, self._part)
        self._enter(section, subsection)

    def _enter(self, section: Section, subsection: int) -> None:
        self.section, self._part = section, section.part(subsection)

    def enter_previous(self) -> None:
        """Go back to the section in front of the last change."""
        (self.section, self._part), self._previous = self._previous, (self.section, self._part)

    def push(self) -> None:
        """Remember the present section."""
        self._stack.append((self.section, self._part))

    def pop(self) -> bool:
        """Return to the section remembered last; say whether there was one."""
        if not self._stack:
            return False
        self._previous = (self.section, self._part)
        self.section, self._part = self._stack.pop()
        return True

    @property
    def fragment(self) -> Fragment:
        """Return the fragment that is being filled."""
        return self._part.fragments[-1]

    @property
    def here(self) -> Location:
        """Return the place where the next byte will lie."""
        return Location(self.fragment, self.fragment.size)

    # --- filling ---

    def emit(self, place: Place, size: int, make: Callable[[], bytes]) -> None:
        """Add ``size`` bytes to the present section, which ``make`` returns later."""
        if size:
            self._check_contents(place)
        offset = self.fragment.size
        if self.reserve(place, size):
            self.fragment.items.append(Item(offset, make))

    def reserve(self, place: Place, size: int) -> bool:
        """Add zeroes to the present section; say whether there is room for them."""
        if self.is_full:
            return False
        if self._total + size > self._max_image_bytes:
            self.report_full(place)
            return False
        self._total += size
        self.fragment.size += size
        return True

    def align(self, place: Place, alignment: int) -> None:
        """Add zeroes up to a multiple of a number, in a section whose sizes are settled."""
        self.section.alignment = max(self.section.alignment, alignment)
        self.reserve(place, -self.here.offset % alignment)

    def end_fragment(self, place: Place, tail: Tail, least: int = 0) -> None:
        """Add a piece of open size, of at least ``least`` bytes."""
        if least:
            self._check_contents(place)
        if self.is_full:
            return
        if self._total + least > self._max_image_bytes:
            self.report_full(place)
            return
        self._total += least
        self.fragment.tail = tail
        self._part.fragments.append(Fragment(self.section))

    def _check_contents(self, place: Place) -> None:
        if self.section.is_empty:
            raise Problem(
                place,
                f"{self.section.name} には値や命令を置けません (すべて 0 で始まります)。"
                ".data か .text に移すか、.space で場所だけを取ってください。",
            )

    def report_full(self, place: Place) -> None:
        """Say that the program is too large, once."""
        if not self.is_full:
            self.is_full = True
            self._problems.add(
                place,
                f"プログラムとデータの大きさが上限の {self._max_image_bytes:,} バイトを"
                "超えます (.align や .balign でそろえるために空く場所も数えます)。"
                ".space などで取る場所を小さくしてください。",
            )

    # --- values ---

    def constant(self, expression: Expression) -> int | None:
        """Return an expression's value here when it is known, wherever things come to lie."""
        try:
            value = self.symbols.evaluate(self.symbols.settle(expression), self.here)
        except Problem:
            return None
        return None if value.bases else value.number

    def value(self, expression: Expression, location: Location) -> int:
        """Return a settled expression's value at a place; ``place_sections`` comes first.

        Raises Problem when it has none.
        """
        return self.symbols.number(expression, location)

    def address(self, location: Location) -> int:
        """Return the address of a place; ``place_sections`` comes first."""
        return location.section.address + location.fragment.start + location.offset

    def place_sections(self) -> int:
        """Settle all addresses, once everything has been read; return the image's size."""
        data = self.sections.get(".sdata", self.sections[".data"])
        middle = Location(data.part(0).fragments[0], _GLOBAL_POINTER_OFFSET)
        self.symbols.define_implicitly(_GLOBAL_POINTER, middle)
        relax(self.sections.values(), self.symbols.forget_estimates)
        address = end = self._origin
        for section in in_memory_order(self.sections.values()):
            address += -address % section.alignment
            section.address = address
            address += section.size
            end = address if section.size else end
        return end - self._origin
