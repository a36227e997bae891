"""Sections, the items in them, and the symbols: where everything comes to lie."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from courseware.machine.assembler.expressions import Expression
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.problems import Place, Problem, clip
from courseware.machine.memory_map import RAM_BASE

SECTION_NAMES = (".text", ".rodata", ".data", ".bss")
_SECTION_ALIGNMENT = 16
_MAX_SYMBOL_DEPTH = 50


@dataclass(frozen=True)
class Location:
    """A place in a section."""

    section: str
    offset: int


@dataclass(frozen=True)
class Item:
    """Bytes of a section that ``make`` returns once the addresses are known."""

    offset: int
    make: Callable[[], bytes]


@dataclass
class Section:
    """A section as far as it has been read."""

    name: str
    size: int = 0
    alignment: int = _SECTION_ALIGNMENT
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class _Constant:
    expression: Expression
    location: Location  # what "." means in it


class _Bases:
    """Where the sections begin, and the constants whose values there are known by now."""

    def __init__(self, addresses: dict[str, int]) -> None:
        self.addresses = addresses
        self.known: dict[str, int] = {}

    def address(self, location: Location) -> int:
        return self.addresses[location.section] + location.offset


class Layout:
    """The sections and symbols of one program."""

    def __init__(self, suggest: Callable[[str, Iterable[str]], str]) -> None:
        self.sections = {name: Section(name) for name in SECTION_NAMES}
        self.current = self.sections[SECTION_NAMES[0]]
        self._suggest = suggest
        self._symbols: dict[str, Location | _Constant] = {}
        self._defined_at: dict[str, Place] = {}
        self._locals: dict[str, int] = {}  # how often a numeric label has been defined
        # Two made-up places for the sections. What has the same value with both is a constant.
        self._guesses = [
            _Bases({name: base * (number + 1) for number, name in enumerate(SECTION_NAMES)})
            for base in (0x1000_0000, 0x1100_0000)
        ]
        self._bases = self._guesses[0]

    @property
    def here(self) -> Location:
        """Return the place where the next byte will lie."""
        return Location(self.current.name, self.current.size)

    # --- symbols ---

    def define_label(self, token: Token) -> None:
        """Give the present place a name. Raises Problem when the name is taken."""
        self._define(token, self.here)

    def define_local(self, token: Token) -> None:
        """Give the present place a numeric label."""
        count = self._locals[token.text] = self._locals.get(token.text, 0) + 1
        self._symbols[_local_name(token.text, count)] = self.here

    def define_constant(self, token: Token, expression: Expression) -> None:
        """Give an expression a name. Raises Problem when the name is taken."""
        constant = _Constant(self.settle_locals(expression), self.here)
        self._define(token, constant)
        # Known as early as possible, so that long chains of definitions are never deep.
        for guess in self._guesses:
            with suppress(Problem):
                self._evaluate_constant(token, constant, guess, 0)

    def _define(self, token: Token, meaning: Location | _Constant) -> None:
        first = self._defined_at.setdefault(token.text, token.place)
        if first is not token.place:
            raise Problem(
                token.place,
                f"「{clip(token.text)}」は {first.line} 行目でも定義されています。"
                "どちらかの名前を変えてください。",
            )
        self._symbols[token.text] = meaning

    def settle_locals(self, expression: Expression) -> Expression:
        """Return the expression with 1b and 1f read from the present place."""
        items = tuple(
            self._settle(item) if isinstance(item, Token) and item.kind == Kind.LOCAL else item
            for item in expression.items
        )
        return Expression(items, expression.place)

    def _settle(self, token: Token) -> Token:
        number, direction = token.text[:-1], token.text[-1]
        count = self._locals.get(number, 0) + (direction == "f")
        return Token(Kind.LOCAL, _local_name(number, count), token.place)

    # --- values ---

    def place_sections(self) -> int:
        """Settle all addresses, once everything has been read; return the image's size."""
        address = end = RAM_BASE
        addresses: dict[str, int] = {}
        for section in self.sections.values():
            address += -address % section.alignment
            addresses[section.name] = address
            address += section.size
            end = address if section.size else end
        self._bases = _Bases(addresses)
        return end - RAM_BASE

    def address(self, location: Location) -> int:
        """Return the address of a place; ``place_sections`` comes first."""
        return self._bases.address(location)

    def value(self, expression: Expression, location: Location) -> int:
        """Return an expression's value at a place; ``place_sections`` comes first.

        Raises Problem when it has none.
        """
        return self._evaluate(expression, location, self._bases, 0)

    def constant(self, expression: Expression, location: Location) -> int | None:
        """Return the value when it is known already, wherever the sections come to lie."""
        try:
            first, second = (self._evaluate(expression, location, g, 0) for g in self._guesses)
        except Problem:
            return None
        return first if first == second else None

    def names(self) -> list[Token]:
        """Return the names of labels and constants, where they are defined."""
        return [Token(Kind.NAME, name, place) for name, place in self._defined_at.items()]

    def symbol(self, name: Token) -> int:
        """Return a name's value; ``place_sections`` comes first.

        Raises Problem when it has none.
        """
        return self._resolve(name, self._bases, 0)

    def _evaluate(
        self, expression: Expression, location: Location, bases: _Bases, depth: int
    ) -> int:
        def resolve(token: Token) -> int:
            if token.text == ".":
                return bases.address(location)
            return self._resolve(token, bases, depth)

        return expression.evaluate(resolve)

    def _resolve(self, token: Token, bases: _Bases, depth: int) -> int:
        meaning = self._symbols.get(token.text)
        if meaning is None:
            raise self._undefined(token)
        if isinstance(meaning, Location):
            return bases.address(meaning)
        return self._evaluate_constant(token, meaning, bases, depth)

    def _evaluate_constant(
        self, token: Token, constant: _Constant, bases: _Bases, depth: int
    ) -> int:
        if token.text not in bases.known:
            if depth >= _MAX_SYMBOL_DEPTH:
                raise Problem(
                    token.place,
                    f"「{clip(token.text)}」の定義が自分自身に戻るか、深すぎます。"
                    "先に定義したものだけを使って定義してください。",
                )
            bases.known[token.text] = self._evaluate(
                constant.expression, constant.location, bases, depth + 1
            )
        return bases.known[token.text]

    def _undefined(self, token: Token) -> Problem:
        if token.kind == Kind.LOCAL:
            number = clip(token.text.partition("\0")[0])
            return Problem(
                token.place,
                f"番号ラベル「{number}:」が、指された向きにありません。"
                f"前にあるものは {number}b、後ろにあるものは {number}f で指します。",
            )
        hint = self._suggest(token.text, self._defined_at)
        return Problem(
            token.place,
            f"ラベル「{clip(token.text)}」が定義されていません。{hint}"
            f"行の先頭に「{clip(token.text)}:」と書いて定義するか、つづりを直してください。",
        )


def _local_name(number: str, count: int) -> str:
    return f"{number.lstrip('0')}\0{count}"
