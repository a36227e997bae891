"""Numbers as people type them, read exactly."""

import re
from dataclasses import dataclass
from fractions import Fraction

from courseware.grading.folding import fold

MAX_EXPONENT = 128

SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹]+")  # NFKC would make 232 of 2³²
# The comma and the point also as Japanese input types them.
DECIMAL = r"(?:[0-9]{1,3}(?:[,、][0-9]{3})+|[0-9]+)(?:[.。][0-9]+)?|[.。][0-9]+"
POWER_OF_TEN = r"(?:e[+-]?[0-9]+)?"
TERM = rf"(?:0x[0-9a-f]+|(?:{DECIMAL}){POWER_OF_TEN})"
QUANTITY = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<first>{TERM})"
    rf"(?: ?(?P<operator>/|\^|\*\*) ?(?P<second>[+-]?{TERM}))? ?(?P<unit>[^\s0-9.,、。].*)?"
)


class NotANumber(ValueError):
    """A text is no number. The Japanese message says why and what can be written."""


@dataclass(frozen=True)
class Written:
    """A number as typed, and what is written after it: the folded name of a unit, or empty."""

    number: Fraction
    unit: str


def read_quantity(text: str) -> Written:
    """Return the number in a typed text, exactly. Raises NotANumber.

    Read are full-width characters, signs, separators of thousands, decimals, powers of ten
    ("1.5e3"), fractions ("1/3"), powers ("2^32", "2**32", "2³²") and hexadecimal numbers
    ("0x1000").
    """
    plain = SUPERSCRIPT.sub(lambda digits: f"^{fold(digits[0])}", text)
    match = QUANTITY.fullmatch(fold(plain))
    if match is None:
        raise NotANumber(
            f"「{text}」を数として読めません。1024、1,024、0.5、1/3、2^10、0x400 の"
            "ような形で、単位は数の後に書いてください。"
        )
    number = _term(match["first"])
    if match["operator"]:
        number = _operation(number, match["operator"], _term(match["second"]))
    return Written(-number if match["sign"] == "-" else number, match["unit"] or "")


def _term(text: str) -> Fraction:
    if text.startswith("-"):
        return -_term(text[1:])
    if text.startswith("0x"):
        return Fraction(int(text, 16))
    digits, _, exponent = re.sub("[,、]", "", text).replace("。", ".").partition("e")
    return Fraction(digits) * Fraction(10) ** _exponent(Fraction(exponent or 0))


def _operation(first: Fraction, operator: str, second: Fraction) -> Fraction:
    if operator != "/":
        return first ** _exponent(second)
    if second == 0:
        raise NotANumber("分母が 0 です。0 でない数を書いてください。")
    return first / second


def _exponent(value: Fraction) -> int:
    if value.denominator != 1 or abs(value) > MAX_EXPONENT:
        raise NotANumber(f"指数には、{MAX_EXPONENT} までの整数を書いてください。")
    return int(value)
