"""Expressions of the instruction table as Python source, short where ranges are known.

Both engines write their functions with it. A ``Name`` is written as it is, so whoever asks first
puts the Python names of the operands in their place (``substitute``). ``Ranges`` tells what is
known of them: (least, greatest) by name; a name that is not in it is any 32-bit word.
"""

from collections.abc import Callable, Mapping

from courseware.machine.isa.semantics import (
    COMPARISONS,
    OPERATIONS,
    WORD,
    Amo,
    Binary,
    Choice,
    Expression,
    Memory,
    Name,
    Number,
    Service,
    Signed,
    evaluate,
)

Range = tuple[int, int]
Ranges = Mapping[str, Range]

_SIGN = 1 << 31
_ANY: Range = (0, WORD)
_MOST_SHIFT = 63  # the table shifts by less


def substitute(expression: Expression, name: Callable[[str], Expression]) -> Expression:
    """Return the expression with each name replaced, and what is constant then computed."""
    match expression:
        case Number():
            return expression
        case Name(text):
            return name(text)
        case Binary(operator, left, right):
            return _folded(operator, substitute(left, name), substitute(right, name))
        case Signed(bits, value):
            inner = substitute(value, name)
            signed = Signed(bits, inner)
            return Number(evaluate(signed, {})) if isinstance(inner, Number) else signed
        case Memory(bits, address, text):
            return Memory(bits, substitute(address, name), text)
        case Choice(condition, then, otherwise):
            chosen = substitute(condition, name)
            if isinstance(chosen, Number):
                return substitute(then if chosen.value else otherwise, name)
            return Choice(chosen, substitute(then, name), substitute(otherwise, name))
        case Amo(address, text, value):
            return Amo(substitute(address, name), text, substitute(value, name))
        case Service(service, arguments):
            return Service(service, tuple(substitute(a, name) for a in arguments))


def _folded(operator: str, left: Expression, right: Expression) -> Expression:
    if isinstance(left, Number) and isinstance(right, Number):
        if operator in ("/", "%") and right.value == 0:
            return Binary(operator, left, right)  # in the branch that is not taken
        return Number(OPERATIONS[operator](left.value, right.value))
    zero = Number(0)
    if right == zero and operator in ("+", "-", "|", "^", "<<", ">>"):
        return left
    if left == zero and operator in ("+", "|", "^"):
        return right
    if operator in ("&", "*") and zero in (left, right):
        return zero
    return Binary(operator, left, right)


def range_of(expression: Expression, ranges: Ranges) -> Range:
    """Return bounds of the mathematical value."""
    match expression:
        case Number(value):
            return value, value
        case Name(name):
            return ranges.get(name, _ANY)
        case Signed(bits, value):
            sign = 1 << (bits - 1)
            low, high = range_of(value, ranges)
            return (low, high) if low >= 0 and high < sign else (-sign, sign - 1)
        case Memory(bits):
            return 0, (1 << bits) - 1
        case Choice(_, then, otherwise):
            first, second = range_of(then, ranges), range_of(otherwise, ranges)
            return min(first[0], second[0]), max(first[1], second[1])
        case Amo():
            return _ANY
        case Service():
            return _ANY
        case Binary(operator, left, right):
            return _range_of(operator, range_of(left, ranges), range_of(right, ranges))


def _range_of(operator: str, left: Range, right: Range) -> Range:
    if operator in COMPARISONS:
        return 0, 1
    if operator == "&" and (left[0] >= 0 or right[0] >= 0):
        return 0, min(side[1] for side in (left, right) if side[0] >= 0)
    if operator in ("&", "|", "^"):
        bits = max(max(abs(low), abs(high)) for low, high in (left, right)).bit_length()
        return (0 if min(left[0], right[0]) >= 0 else -(1 << bits)), (1 << bits) - 1
    if operator in ("/", "%"):
        most = max(abs(left[0]), abs(left[1]))
        return (0 if min(left[0], right[0]) >= 0 else -most), most
    if operator in ("<<", ">>"):
        right = right[0], min(right[1], _MOST_SHIFT)
    corners = [OPERATIONS[operator](a, b) for a in left for b in right]
    return min(corners), max(corners)


def word_text(expression: Expression, ranges: Ranges) -> str:
    """Return the text of a value that is cut to 32 bits."""
    if isinstance(expression, Number):
        return str(expression.value & WORD)
    low, high = range_of(expression, ranges)
    if low >= 0 and high <= WORD:
        return text(expression, ranges)
    match expression:
        case Choice(condition, then, otherwise):
            chosen = condition_text(condition, ranges)
            return f"({word_text(then, ranges)} if {chosen} else {word_text(otherwise, ranges)})"
        case Signed(bits, Name(name)) if ranges.get(name, _ANY)[1] < 1 << bits:
            sign = 1 << (bits - 1)
            if bits == 32:
                return name
            return f"({name} if {name} < {sign} else {name} | {WORD + 1 - 2 * sign})"
        case Signed(32, value):
            return word_text(value, ranges)
        case Binary("&", value, Number(mask)):
            return f"{text(value, ranges)} & {mask & WORD}"
        case Binary("+" | "-"):
            # The same as & WORD, and Python makes no new number when nothing overflows.
            return f"{text(expression, ranges)} % {WORD + 1}"
    return f"{text(expression, ranges)} & {WORD}"


def text(expression: Expression, ranges: Ranges) -> str:
    """Return the text of a mathematical value, in parentheses where it needs them."""
    match expression:
        case Number(value):
            return str(value) if value >= 0 else f"({value})"
        case Name(name):
            return name
        case Signed(bits, value):
            return _signed_text(bits, value, ranges)
        case Memory(bits, address):
            return f"hart.load{bits}({word_text(address, ranges)})"
        case Service(name, arguments):
            return f"hart.{name}({', '.join(word_text(a, ranges) for a in arguments)})"
        case Choice(condition, then, otherwise):
            chosen = condition_text(condition, ranges)
            return f"({text(then, ranges)} if {chosen} else {text(otherwise, ranges)})"
        case Binary(operator) if operator in COMPARISONS:
            return f"(1 if {condition_text(expression, ranges)} else 0)"
        case Binary("/" | "%" as operator, left, right):
            return _division_text(operator, left, right, ranges)
        case Binary(operator, left, right):
            return f"({text(left, ranges)} {operator} {text(right, ranges)})"
        case Amo():
            raise ValueError("amo stands alone behind rd =")


def _signed_text(bits: int, value: Expression, ranges: Ranges) -> str:
    sign = 1 << (bits - 1)
    low, high = range_of(value, ranges)
    inner = text(value, ranges)
    if low >= 0 and high < sign:
        return inner
    if not (low >= 0 and high < 2 * sign):
        inner = f"({inner} & {2 * sign - 1})"
    elif isinstance(value, Name):
        return f"({inner} if {inner} < {sign} else {inner} - {2 * sign})"
    return f"(({inner} ^ {sign}) - {sign})"


def _division_text(operator: str, left: Expression, right: Expression, ranges: Ranges) -> str:
    """Python's // and % round down: the same as RISC-V only where nothing is negative."""
    plain = "//" if operator == "/" else "%"
    if range_of(left, ranges)[0] >= 0 and range_of(right, ranges)[0] >= 0:
        return f"({text(left, ranges)} {plain} {text(right, ranges)})"
    function = "quotient" if operator == "/" else "remainder"
    call = f"{function}({text(left, ranges)}, {text(right, ranges)})"
    match left, right:
        case Signed(32, Name(a)), Signed(32, Name(b)):
            return f"({a} {plain} {b} if {a} < {_SIGN} and {b} < {_SIGN} else {call})"
        case Signed(32, Name(a)), Number(value) if value > 0:
            return f"({a} {plain} {value} if {a} < {_SIGN} else {call})"
    return call


def condition_text(expression: Expression, ranges: Ranges) -> str:
    """Return the text of a value of which only its truth counts."""
    match expression:
        case Binary("<" | ">=" as operator, left, right):
            return _order_text(operator, left, right, ranges)
        case Binary(operator, left, right) if operator in COMPARISONS:
            return f"{text(left, ranges)} {operator} {text(right, ranges)}"
    return text(expression, ranges)


def _order_text(operator: str, left: Expression, right: Expression, ranges: Ranges) -> str:
    """Compare as unsigned where that is the same, since making a value signed costs more."""
    negation = "not " if operator == ">=" else ""
    match _unsigned(left, ranges), _unsigned(right, ranges):
        case Signed(32, value), Number(limit):
            return negation + _below(text(value, ranges), limit)
        case Number(limit), Signed(32, value):
            # limit < value is not (value < limit + 1)
            return ("" if negation else "not ") + _below(text(value, ranges), limit + 1)
        case Signed(32, Name(a)), Signed(32, Name(b)):
            other = ">" if operator == "<" else "<"
            return f"({a} {operator} {b} if {a} ^ {b} < {_SIGN} else {a} {other} {b})"
        case plain_left, plain_right:
            return f"{text(plain_left, ranges)} {operator} {text(plain_right, ranges)}"


def _unsigned(expression: Expression, ranges: Ranges) -> Expression:
    """Return the expression without a ``signed`` that changes nothing."""
    if isinstance(expression, Signed):
        low, high = range_of(expression.value, ranges)
        if low >= 0 and high < 1 << (expression.bits - 1):
            return expression.value
    return expression


def _below(value: str, limit: int) -> str:
    """Return the text of signed(value) < limit, in parentheses."""
    if limit > 0:
        return f"(not {limit} <= {value} < {_SIGN})" if limit < _SIGN else "True"
    if limit == 0:
        return f"({value} > {_SIGN - 1})"
    return f"({_SIGN} <= {value} < {limit + WORD + 1})"
