"""Names and what they stand for: labels, numeric labels and constants."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from courseware.machine.assembler.expressions import Expression, Value, on_base
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.problems import Place, Problem, clip
from courseware.machine.assembler.sections import Location

_MAX_SYMBOL_DEPTH = 50
_VERSION = "\0"  # in front of the number of a numeric label or of a later value of a constant


@dataclass(frozen=True)
class _Constant:
    """A constant whose value is not known yet."""

    expression: Expression
    location: Location  # what "." means in it


class View:
    """A way to look at places: what they are by now. Remembers the constants' values."""

    def __init__(self, place: Callable[[Location], Value]) -> None:
        self.place = place
        self.known: dict[str, Value] = {}

    def of(self, value: Value) -> Value:
        """Return a value whose bases are fragments, seen in this way."""
        seen = Value(value.number)
        for fragment, count in value.bases.items():
            seen = seen.plus(self.place(Location(fragment, 0)), count)
        return seen


def _in_fragment(location: Location) -> Value:
    return on_base(location.fragment, location.offset)


def _in_section(location: Location) -> Value:
    return on_base(location.section, location.fragment.start + location.offset)


def _in_memory(location: Location) -> Value:
    return Value(location.section.address + location.fragment.start + location.offset)


class Symbols:
    """The names of one program.

    A constant may be given another value later. An expression means the value that was last given
    in front of it, or else the first one that follows, as in GNU as.
    """

    def __init__(self, suggest: Callable[[str, Iterable[str]], str]) -> None:
        self._suggest = suggest
        self._meanings: dict[str, Location | Value | _Constant] = {}
        self._defined_at: dict[str, Place] = {}
        self._latest: dict[str, str] = {}  # name of a constant: the key of its present value
        self._locals: dict[str, int] = {}  # how often a numeric label has been defined
        self.weak: set[str] = set()
        self._read = View(_in_fragment)
        self._estimated = View(_in_section)
        self._final = View(_in_memory)

    # --- defining ---

    def define_label(self, token: Token, location: Location) -> None:
        """Give a place a name. Raises Problem when the name is taken."""
        self._check_new(token)
        self._meanings[token.text] = location

    def define_local(self, token: Token, location: Location) -> None:
        """Give a place a numeric label."""
        number = _digits(token.text)
        count = self._locals[number] = self._locals.get(number, 0) + 1
        self._meanings[f"{number}{_VERSION}{count}"] = location

    def define_constant(
        self, token: Token, expression: Expression, location: Location, is_new: bool = False
    ) -> None:
        """Give an expression a name. Raises Problem when a label has the name.

        ``is_new`` says that no constant may have it either.
        """
        settled = self.settle(expression)
        key = token.text
        if key in self._latest and not is_new:
            key = f"{self._latest[key].partition(_VERSION)[0]}{_VERSION}{len(self._meanings)}"
        else:
            self._check_new(token)
        self._latest[token.text] = key
        self._meanings[key] = _Constant(settled, location)
        # Known as early as possible, so that long chains of definitions are never deep.
        with suppress(Problem):
            self._meanings[key] = self.evaluate(settled, location)

    def _check_new(self, token: Token) -> None:
        first = self._defined_at.get(token.text)
        if first is not None:
            raise Problem(
                token.place,
                f"「{clip(token.text)}」は {first.outer_line} 行目でも定義されています。"
                "どちらかの名前を変えてください。",
            )
        self._defined_at[token.text] = token.place

    def define_implicitly(self, name: str, location: Location) -> None:
        """Give a place a name that the program may use, unless the program has defined it."""
        if name not in self._latest:
            self._meanings.setdefault(name, location)

    def settle(self, expression: Expression) -> Expression:
        """Return the expression with 1b, 1f and constants read from the present place."""
        if all(isinstance(i, Token) and i.kind == Kind.NUMBER for i in expression.items):
            return expression
        return Expression(
            tuple(self._settle(i) if isinstance(i, Token) else i for i in expression.items),
            expression.place,
        )

    def _settle(self, token: Token) -> Token:
        if token.kind == Kind.LOCAL:
            number, direction = _digits(token.text[:-1]), token.text[-1]
            count = self._locals.get(number, 0) + (direction == "f")
            return Token(Kind.LOCAL, f"{number}{_VERSION}{count}", token.place)
        if token.kind == Kind.NAME and token.text in self._latest:
            return Token(Kind.NAME, self._latest[token.text], token.place)
        return token

    # --- asking ---

    def is_defined(self, name: str) -> bool:
        """Say whether a name has been defined in front."""
        return name in self._meanings

    def names(self) -> list[tuple[str, Token]]:
        """Return the names of labels and constants, each with what ``value`` takes for it."""
        return [
            (name, Token(Kind.NAME, self._latest.get(name, name), place))
            for name, place in self._defined_at.items()
        ]

    def forget_estimates(self) -> None:
        """Let ``estimate`` look anew: the fragments have moved."""
        self._estimated.known.clear()

    def evaluate(self, expression: Expression, location: Location) -> Value:
        """Return the value of a settled expression; its bases are fragments.

        Raises Problem when it has no value, or none that is known before addresses are.
        """
        return self._evaluate(expression, location, self._read, 0)

    def estimate(self, expression: Expression, location: Location) -> Value:
        """Return the value with the fragments where they are now; its bases are sections."""
        return self._evaluate(expression, location, self._estimated, 0)

    def number(self, expression: Expression, location: Location) -> int:
        """Return the value once all addresses are settled. Raises Problem when it has none."""
        return self._evaluate(expression, location, self._final, 0).number

    def number_of(self, name: Token) -> int:
        """Return a name's value, as ``number`` does for an expression."""
        return self._resolve(name, self._final, 0).number

    def _evaluate(
        self, expression: Expression, location: Location, view: View, depth: int
    ) -> Value:
        def resolve(token: Token) -> Value:
            return view.place(location) if token.text == "." else self._resolve(token, view, depth)

        return expression.evaluate(resolve)

    def _resolve(self, token: Token, view: View, depth: int) -> Value:
        meaning = self._meanings.get(token.text)
        if meaning is None:
            if token.text in self.weak:
                return Value(0)
            raise self._undefined(token)
        if isinstance(meaning, Location):
            return view.place(meaning)
        if isinstance(meaning, Value):
            return view.of(meaning)
        return self._constant(token, meaning, view, depth)

    def _constant(self, token: Token, constant: _Constant, view: View, depth: int) -> Value:
        if token.text not in view.known:
            if depth >= _MAX_SYMBOL_DEPTH:
                name = token.text.partition(_VERSION)[0]
                raise Problem(
                    token.place,
                    f"「{clip(name)}」の定義が自分自身に戻るか、深すぎます。"
                    "先に定義したものだけを使って定義してください。",
                )
            view.known[token.text] = self._evaluate(
                constant.expression, constant.location, view, depth + 1
            )
        return view.known[token.text]

    def _undefined(self, token: Token) -> Problem:
        name = token.text.partition(_VERSION)[0]
        if token.kind == Kind.LOCAL:
            number = clip(name)
            return Problem(
                token.place,
                f"番号ラベル「{number}:」が、指された向きにありません。"
                f"前にあるものは {number}b、後ろにあるものは {number}f で指します。",
            )
        hint = self._suggest(name, self._defined_at)
        return Problem(
            token.place,
            f"ラベル「{clip(name)}」が定義されていません。{hint}"
            f"行の先頭に「{clip(name)}:」と書いて定義するか、つづりを直してください。",
        )


def _digits(number: str) -> str:
    """Return a numeric label as it is compared: 01 is 1."""
    return number.lstrip("0") or "0"
