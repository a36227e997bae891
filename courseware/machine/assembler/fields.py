"""From immediates to the values of an instruction's fields, once addresses are known."""

from functools import cached_property

from courseware.machine.assembler.forms import Code
from courseware.machine.assembler.layout import Layout
from courseware.machine.assembler.operands import Immediate
from courseware.machine.assembler.problems import Place, Problem
from courseware.machine.assembler.sections import Location
from courseware.machine.isa.encoding import Field

Values = dict[str, int | Immediate]

_WORD_VALUES = range(-(1 << 31), 1 << 32)


class FieldValues:
    """Encodes instructions of one program."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        # Where %pcrel_hi is, for the %pcrel_lo that names the place.
        self._high_parts: list[tuple[Location, Immediate]] = []

    def remember_distance(self, value: int | Immediate | None, location: Location) -> None:
        """Note an instruction's immediate when it is a %pcrel_hi."""
        if isinstance(value, Immediate) and value.modifier == "%pcrel_hi":
            self._high_parts.append((location, value))

    def encode(
        self, code: Code, values: Values, location: Location, mnemonic: str, place: Place
    ) -> bytes:
        """Return the instruction's bytes. Raises Problem for a value that does not fit."""
        fields: dict[str, int] = {}
        for name, value in values.items():
            field = code.format.fields[name]
            if isinstance(value, Immediate):
                number = self._number(value, location)
                if not value.modifier and not value.relative:
                    number = _reread(number, field)
                _check(number, field, value, mnemonic)
                fields[name] = number
            elif field.minimum <= value <= field.maximum:
                fields[name] = value
            else:
                raise Problem(
                    place,
                    f"「{mnemonic}」で使えるレジスターは、"
                    "x8 から x15 (s0、s1、a0 から a5) だけです。",
                )
        try:
            return to_bytes(code.encode(fields))
        except ValueError:
            raise Problem(
                place,
                f"「{mnemonic}」は、このオペランドの値では 16 ビットの命令になりません。"
                f"「{mnemonic.removeprefix('c.')}」で書いてください。",
            ) from None

    def plain(self, code: Code, values: Values) -> dict[str, int] | None:
        """Return the fields when all are numbers that are known here and fit."""
        fields: dict[str, int] = {}
        for name, value in values.items():
            if isinstance(value, Immediate):
                if value.modifier or value.relative:
                    return None
                number = self._layout.constant(value.expression)
                if number is None:
                    return None
                field = code.format.fields[name]
                value = _reread(number, field)
                if not field.minimum <= value <= field.maximum:
                    return None
            fields[name] = value
        return fields

    def _number(self, immediate: Immediate, location: Location) -> int:
        here = self._layout.address(location)
        value = self._layout.value(immediate.expression, location)
        if immediate.modifier and value not in _WORD_VALUES:
            advice = immediate.expression.advice
            raise Problem(
                immediate.expression.place, f"{value} は 32 ビットに収まりません。{advice}"
            )
        match immediate.modifier:
            case "%hi":
                return _high(value)
            case "%lo":
                return _low(value)
            case "%pcrel_hi":
                return _high(value - here)
            case "%pcrel_lo":
                return _low(self._distance(immediate, value))
        return value - here if immediate.relative else value

    def _distance(self, immediate: Immediate, address: int) -> int:
        """Return the distance that the auipc at an address has the high part of."""
        if address not in self._high_parts_by_address:
            raise Problem(
                immediate.expression.place,
                "%pcrel_lo には、%pcrel_hi を使った auipc に付けたラベルを書いてください。",
            )
        location, high = self._high_parts_by_address[address]
        return self._layout.value(high.expression, location) - address

    @cached_property
    def _high_parts_by_address(self) -> dict[int, tuple[Location, Immediate]]:
        """Everything has been read by the time when a value is asked for."""
        return {self._layout.address(part[0]): part for part in self._high_parts}


def to_bytes(bits: int) -> bytes:
    """Return an instruction's bytes; its lowest two bits say how many it has."""
    return bits.to_bytes(4 if bits & 0b11 == 0b11 else 2, "little")


def _high(value: int) -> int:
    return (value + 0x800) >> 12 & 0xFFFFF


def _low(value: int) -> int:
    return ((value & 0xFFF) ^ 0x800) - 0x800


def _reread(value: int, field: Field) -> int:
    """Let 0xffffffff mean -1 where a signed number is wanted, as GNU as does for RV32."""
    return value - (1 << 32) if field.signed and 1 << 31 <= value < 1 << 32 else value


def _check(value: int, field: Field, immediate: Immediate, mnemonic: str) -> None:
    place = immediate.expression.place
    is_inside = field.minimum <= value <= field.maximum
    if is_inside and value % field.step == 0:
        return
    if not immediate.relative:
        advice = immediate.expression.advice
        if field.signed and not advice:
            advice = "大きな数は、li でレジスターに入れてから使ってください。"
        raise Problem(
            place,
            f"{value} は「{mnemonic}」に書ける範囲にありません。"
            f"{field.minimum} から {field.maximum} までの数にしてください。{advice}",
        )
    if is_inside:
        raise Problem(
            place,
            f"「{mnemonic}」の飛び先までの距離 {value} バイトが奇数です。"
            "命令に付けたラベルを指定してください。",
        )
    raise Problem(
        place,
        f"「{mnemonic}」の飛び先までの距離 {value} バイトが遠すぎます ({field.minimum} から "
        f"{field.maximum} まで)。近くのラベルを指定するか、j や call で飛び継いでください。",
    )
