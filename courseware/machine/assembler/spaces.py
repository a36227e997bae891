"""Room whose size depends on where it lies: alignments, ``.org``, and ``.space`` of a distance."""

from dataclasses import dataclass

from courseware.machine.assembler.expressions import Expression
from courseware.machine.assembler.lexer import Token
from courseware.machine.assembler.problems import Place, Problem
from courseware.machine.assembler.sections import Location
from courseware.machine.assembler.target import Target

_NOP = (0x13).to_bytes(4, "little")  # addi zero, zero, 0
_SHORT_NOP = (0x01).to_bytes(2, "little")  # c.nop
_LARGEST = 1 << 32


def padding(size: int, fill: bytes | None, place: Place) -> bytes:
    """Return the bytes that an alignment puts in: a value again and again, or else nops.

    In code GNU as fills up to an instruction with a zero byte and a c.nop, then with nops.
    """
    if fill is None:
        odd, short = size % 2, size % 4 // 2
        return bytes(odd) + _SHORT_NOP * short + _NOP * (size // 4)
    if size % len(fill):
        raise Problem(
            place,
            f"そろえるために空ける {size} バイトが、値の大きさ {len(fill)} バイトの倍数に"
            "なりません。.balign でそろえるか、値を省いてください。",
        )
    return fill * (size // len(fill))


class _Exact:
    """A piece whose size has to be exact."""

    @property
    def longest(self) -> None:
        """Return that no larger size does."""
        return None


@dataclass(frozen=True)
class Alignment(_Exact):
    """Room up to a multiple of ``alignment``; none if more than ``most`` bytes are needed.

    An alignment to ``unit``, the size of an instruction in code, or less is met at every even
    offset. GNU as takes it as met at odd ones, too, where no instruction can be.
    """

    place: Place
    alignment: int
    fill: bytes | None
    most: int
    unit: int

    def size_at(self, offset: int) -> int:
        """Return the room from an offset."""
        if self.alignment <= self.unit and offset % 2 == 0:
            return 0
        size = -offset % self.alignment
        return 0 if self.most and size > self.most else size

    def make(self, size: int) -> bytes:
        """Return the bytes."""
        return padding(size, self.fill, self.place)


@dataclass(frozen=True)
class Gap(_Exact):
    """Room of a size that depends on distances."""

    target: Target
    token: Token
    expression: Expression
    location: Location
    fill: int

    def size_at(self, offset: int) -> int:
        """Return the size as far as it is known."""
        size = distance(self.target, self.expression, self.location)
        return 0 if size is None or not 0 <= size <= _LARGEST else size

    def make(self, size: int) -> bytes:
        """Return the bytes. Raises Problem for a size that is none."""
        wanted = self.target.layout.value(self.expression, self.location)
        if wanted != size:
            raise Problem(
                self.expression.place,
                f"「{self.token.text}」の大きさが決まりません (式の値は {wanted} です)。"
                "数、.equ で定義した名前、またはラベルどうしの差を使ってください。",
            )
        return bytes([self.fill & 0xFF]) * size


@dataclass(frozen=True)
class Origin(_Exact):
    """Room up to an offset in the section, or up to a place in it."""

    target: Target
    token: Token
    expression: Expression
    location: Location
    fill: int

    def size_at(self, offset: int) -> int:
        """Return the room up to the place."""
        wanted = distance(self.target, self.expression, self.location)
        return 0 if wanted is None or not offset <= wanted <= _LARGEST else wanted - offset

    def make(self, size: int) -> bytes:
        """Return the bytes. Raises Problem for a place that cannot be reached."""
        section = self.location.section
        end = self.target.layout.address(self.location) + size - section.address
        value = self.target.layout.value(self.expression, self.location)
        if end not in (value, value - section.address):
            raise Problem(
                self.expression.place,
                f"「{self.token.text}」は、同じセクションの、今の場所 (先頭から "
                f"{end - size} バイト) より後ろにだけ進めます。",
            )
        return bytes([self.fill & 0xFF]) * size


def distance(target: Target, expression: Expression, location: Location) -> int | None:
    """Return a number, or a place as its offset in the section, as things are now."""
    try:
        value = target.layout.symbols.estimate(expression, location)
    except Problem:
        return None
    is_here = value.bases == {location.section: 1}
    return value.number if is_here or not value.bases else None
