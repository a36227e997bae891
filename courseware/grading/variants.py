"""Variants of a question: parameters drawn from a seed, and values worked out from them.

Expressions are evaluated by ``simpleeval``, which knows numbers, names and these operators and
functions alone, in exact fractions; they are an author's, and no Python is run.
"""

import hashlib
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import simpleeval

Value = Fraction | str

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MAX_PARAMETERS = 20
MAX_VALUES = 10_000  # that one parameter may have
MAX_EXPRESSION_CHARACTERS = 200
MAX_BITS = 256  # of numerator and denominator
MAX_EXPONENT = 128


class ExpressionError(ValueError):
    """An expression has no value. The Japanese message says why."""


def evaluate(expression: str, names: Mapping[str, Value]) -> Fraction:
    """Return the value of an arithmetic expression. Raises ExpressionError."""
    if len(expression) > MAX_EXPRESSION_CHARACTERS:
        raise ExpressionError(f"式は {MAX_EXPRESSION_CHARACTERS} 文字までです。")
    numbers = {name: value for name, value in names.items() if isinstance(value, Fraction)}
    evaluator = simpleeval.SimpleEval(_OPERATORS, _FUNCTIONS, numbers)
    try:
        value = evaluator.eval(expression)
    except simpleeval.NameNotDefined as error:
        raise ExpressionError(f"「{error.name}」という名前の数はありません。") from None
    except ZeroDivisionError:
        raise ExpressionError("0 で割っています。") from None
    except ExpressionError:
        raise
    except Exception:  # whatever else cannot be evaluated is the author's to mend
        raise ExpressionError(
            "式を計算できません。使えるのは、数、parameters と let の名前、"
            "+ - * / // % **、かっこ、" + "、".join(sorted(_FUNCTIONS)) + " です。"
        ) from None
    return _bounded(_number(value))


def _number(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise ExpressionError("式の値が数になりません。")
    # A literal such as 0.1 means the decimal number, not the float nearest to it.
    return Fraction(Decimal(repr(value))) if isinstance(value, float) else Fraction(value)


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise ExpressionError("式の値が大きすぎます。")
    return value


def _exact(
    operation: Callable[[Fraction, Fraction], Any],
) -> Callable[[Any, Any], Fraction]:
    return lambda left, right: _bounded(Fraction(operation(_number(left), _number(right))))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > MAX_EXPONENT:
        raise ExpressionError(f"べき乗の指数は、{MAX_EXPONENT} までの整数です。")
    return _bounded(base) ** int(exponent)


def _log2(value: Any) -> Fraction:
    number = _number(value)
    exponent = number.numerator.bit_length() - 1
    if number <= 0 or number != 1 << exponent:
        raise ExpressionError("log2 に渡す数は、2 の累乗です。")
    return Fraction(exponent)


_OPERATORS = {
    simpleeval.ast.Add: _exact(operator.add),
    simpleeval.ast.Sub: _exact(operator.sub),
    simpleeval.ast.Mult: _exact(operator.mul),
    simpleeval.ast.Div: _exact(operator.truediv),
    simpleeval.ast.FloorDiv: _exact(operator.floordiv),
    simpleeval.ast.Mod: _exact(operator.mod),
    simpleeval.ast.Pow: _exact(_power),
    simpleeval.ast.USub: lambda value: -_number(value),
    simpleeval.ast.UAdd: _number,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": lambda *values: min(map(_number, values)),
    "max": lambda *values: max(map(_number, values)),
    "abs": lambda value: abs(_number(value)),
    "ceil": lambda value: Fraction(math.ceil(_number(value))),
    "floor": lambda value: Fraction(math.floor(_number(value))),
    "round": lambda value: Fraction(math.floor(_number(value) + Fraction(1, 2))),
    "log2": _log2,
}


def as_text(value: Value) -> str:
    """Return a value as a text shows it: a whole number, a short decimal, or a fraction."""
    if isinstance(value, str):
        return value
    if value.denominator == 1:
        return str(value.numerator)
    shown = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{shown.normalize():f}" if Fraction(shown) == value else str(value)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text in which each ``{{name}}`` is the name's value."""
    return PLACEHOLDER.sub(lambda name: values.get(name[1], name[0]), text)


@dataclass(frozen=True)
class Parameter:
    """A name and the values that it may have."""

    name: str
    choices: tuple[Value, ...]

    def draw(self, seed: int, identifier: str) -> Value:
        """Return the value of a seed: the same on every machine and version."""
        digest = hashlib.sha256(f"{seed}/{identifier}/{self.name}".encode()).digest()
        return self.choices[int.from_bytes(digest, "big") % len(self.choices)]


@dataclass(frozen=True)
class Variants:
    """The parameters of a question, and the names that are worked out from them, in order."""

    parameters: tuple[Parameter, ...] = ()
    derived: tuple[tuple[str, str], ...] = ()

    def draw(self, seed: int, identifier: str) -> dict[str, Value]:
        """Return the value of every name. Raises ExpressionError."""
        values: dict[str, Value] = {p.name: p.draw(seed, identifier) for p in self.parameters}
        for name, expression in self.derived:
            values[name] = evaluate(expression, values)
        return values

    @property
    def names(self) -> Iterator[str]:
        """The names that texts and expressions may use."""
        yield from (parameter.name for parameter in self.parameters)
        yield from (name for name, _ in self.derived)

    def to_json(self) -> dict[str, Any]:
        """Return the variants as plain JSON data; numbers stand as "numerator/denominator"."""
        return {
            "parameters": [
                {"name": p.name, "choices": [_value_json(value) for value in p.choices]}
                for p in self.parameters
            ],
            "derived": [list(pair) for pair in self.derived],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Variants":
        """Return the variants that ``to_json`` described."""
        return cls(
            tuple(
                Parameter(p["name"], tuple(map(_value_from_json, p["choices"])))
                for p in data["parameters"]
            ),
            tuple((name, expression) for name, expression in data["derived"]),
        )


NO_VARIANTS = Variants()


def _value_json(value: Value) -> Any:
    return {"text": value} if isinstance(value, str) else str(value)


def _value_from_json(data: Any) -> Value:
    return data["text"] if isinstance(data, dict) else Fraction(data)


def parse_parameters(data: Any) -> tuple[Parameter, ...]:
    """Return the parameters of an author's mapping. Raises ValueError, in Japanese."""
    if not isinstance(data, dict) or len(data) > MAX_PARAMETERS:
        raise ValueError(f"「parameters」は、{MAX_PARAMETERS} 個までの「名前: 値の一覧」です。")
    return tuple(Parameter(_name(name), _choices(name, value)) for name, value in data.items())


def parse_derived(data: Any) -> tuple[tuple[str, str], ...]:
    """Return the names and expressions of an author's mapping. Raises ValueError, in Japanese."""
    if not isinstance(data, dict) or len(data) > MAX_PARAMETERS:
        raise ValueError(f"「let」は、{MAX_PARAMETERS} 個までの「名前: 式」です。")
    return tuple((_name(name), str(expression)) for name, expression in data.items())


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        raise ValueError(f"「{name}」は名前にできません。半角の英字で始まる一語にしてください。")
    if name in _FUNCTIONS:
        raise ValueError(f"「{name}」は関数の名前です。別の名前にしてください。")
    return name


def _choices(name: str, data: Any) -> tuple[Value, ...]:
    values = _range(data) if isinstance(data, dict) else data
    if (
        isinstance(values, list | range)
        and 1 <= len(values) <= MAX_VALUES
        and all(isinstance(value, str | int | float) and value is not True for value in values)
    ):
        return tuple(v if isinstance(v, str) else _number(v) for v in values)
    raise ValueError(
        f"「{name}」の値は、[4, 8, 16] のような一覧か、{{from: 2, to: 9, step: 1}} で、"
        f"{MAX_VALUES:,} 個まで書いてください。"
    )


def _range(data: Mapping[str, Any]) -> range:
    """Return the numbers of {from, to, step}; none for what is not such a mapping."""
    low, high, step = data.get("from"), data.get("to"), data.get("step", 1)
    is_range = set(data) <= {"from", "to", "step"}
    if is_range and type(low) is type(high) is type(step) is int and step > 0:
        return range(low, high + 1, step)
    return range(0)
