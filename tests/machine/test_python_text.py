"""Expressions as Python source mean what ``semantics.evaluate`` says."""

from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.isa.python_text import condition_text, range_of, substitute, text, word_text
from courseware.machine.isa.semantics import (
    COMPARISONS,
    WORD,
    Binary,
    Choice,
    Expression,
    Name,
    Number,
    Signed,
    evaluate,
    quotient,
    remainder,
)

EDGES = (0, 1, 2, 31, 127, 128, 255, 256, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, WORD)
words = st.sampled_from(EDGES) | st.integers(0, WORD)
FUNCTIONS = {"quotient": quotient, "remainder": remainder}


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> Expression:
    """Return an expression over a and b of the kinds that the instruction table has."""
    kind = draw(st.sampled_from(("leaf", "leaf", "signed", "binary", "shift", "choice", "divide")))
    if depth == 0 or kind == "leaf":
        return draw(st.sampled_from((Name("a"), Name("b"))) | st.builds(Number, words))
    inner = expressions(depth - 1)
    match kind:
        case "signed":
            return Signed(draw(st.sampled_from((8, 16, 32))), draw(inner))
        case "binary":
            operators = ("+", "-", "*", "&", "|", "^", *sorted(COMPARISONS))
            return Binary(draw(st.sampled_from(operators)), draw(inner), draw(inner))
        case "shift":
            amount = Binary("&", draw(inner), Number(31))
            return Binary(draw(st.sampled_from(("<<", ">>"))), draw(inner), amount)
        case "choice":
            return Choice(draw(inner), draw(inner), draw(inner))
    operator = draw(st.sampled_from(("/", "%")))
    divisor = draw(inner)
    return Choice(
        Binary("==", divisor, Number(0)), Number(5), Binary(operator, draw(inner), divisor)
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Expression, dict[str, int], dict[str, tuple[int, int]]]:
    """Return an expression, values of its names, and ranges that the values lie in."""
    values = {name: draw(words) for name in ("a", "b")}
    ranges = {
        name: (draw(st.integers(0, value)), draw(st.integers(value, WORD)))
        for name, value in values.items()
        if draw(st.booleans())
    }
    return draw(expressions()), values, ranges


def run(source: str, values: dict[str, int]) -> int:
    """Return the value of source written by the module under test."""
    return eval(source, {**FUNCTIONS, **values})


@given(cases())
def test_texts_have_the_value_of_the_expression(
    case: tuple[Expression, dict[str, int], dict[str, tuple[int, int]]],
) -> None:
    expression, values, ranges = case
    value = evaluate(expression, values)
    assert run(text(expression, ranges), values) == value
    assert run(word_text(expression, ranges), values) == value & WORD
    assert bool(run(condition_text(expression, ranges), values)) == bool(value)


@given(cases())
def test_the_value_lies_in_its_range(
    case: tuple[Expression, dict[str, int], dict[str, tuple[int, int]]],
) -> None:
    expression, values, ranges = case
    low, high = range_of(expression, ranges)
    assert low <= evaluate(expression, values) <= high


@given(cases())
def test_known_names_are_computed_beforehand(
    case: tuple[Expression, dict[str, int], dict[str, tuple[int, int]]],
) -> None:
    expression, values, _ = case
    known = substitute(expression, lambda name: Number(values[name]))
    assert evaluate(known, {}) == evaluate(expression, values)


def test_plain_comparisons_are_used_where_signs_do_not_matter() -> None:
    below = Binary("<", Signed(32, Name("a")), Signed(32, Name("b")))
    assert condition_text(below, {"a": (0, 9), "b": (0, 9)}) == "a < b"
    assert word_text(Binary("+", Name("a"), Number(1)), {"a": (0, 9)}) == "(a + 1)"
