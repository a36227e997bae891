"""Instructions of the source: read, expanded, shortened and put into the present section."""

from dataclasses import dataclass, field
from functools import partial

from courseware.machine.assembler.branches import Branch, is_branch, short_branch
from courseware.machine.assembler.expressions import parse
from courseware.machine.assembler.fields import FieldValues, Values, to_bytes
from courseware.machine.assembler.forms import (
    FORMS,
    Code,
    Form,
    Real,
    choose,
    expand,
    spelling,
    syntax_of,
)
from courseware.machine.assembler.habits import check_operands
from courseware.machine.assembler.layout import Layout
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import (
    Immediate,
    Operand,
    OperandReader,
    parameters,
)
from courseware.machine.assembler.problems import Place, Problem, Problems
from courseware.machine.assembler.pseudo import Pseudo
from courseware.machine.assembler.sections import Location
from courseware.machine.isa.compressed import Compressed, compress
from courseware.machine.isa.instruction import Instruction

_ALIGNMENT = 2  # IALIGN, in bytes


@dataclass
class Options:
    """What ``.option`` sets. ``rvc``: take 16-bit instructions where there are any."""

    rvc: bool = False
    stack: list[bool] = field(default_factory=list)


class Instructions:
    """Reads the instructions of one program."""

    def __init__(self, layout: Layout, problems: Problems, options: Options) -> None:
        self._layout = layout
        self._problems = problems
        self._options = options
        self._encoder = FieldValues(layout)
        self._places: list[tuple[Location, Place]] = []

    def lines(self) -> dict[int, int]:
        """Return the source line of each instruction's address, once addresses are known.

        Instructions begin at even addresses (see the specification's IALIGN): the first one of a
        section that does not is reported.
        """
        lines: dict[int, int] = {}
        odd_sections: set[str] = set()
        for location, place in self._places:
            address = self._layout.address(location)
            lines[address] = place.outer_line
            if jump := _offset_of_jump(location):
                lines[address + jump] = place.outer_line
            if address % _ALIGNMENT and location.section.name not in odd_sections:
                odd_sections.add(location.section.name)
                self._problems.add(
                    place,
                    "命令の番地が 2 の倍数になりません。この行の前に .align 2 を置いてください。",
                )
        return lines

    def read(self, head: Token, operands: list[Operand]) -> None:
        """Read one instruction. Raises Problem when its operands are of no form."""
        forms = FORMS[head.text]
        check_operands(operands, spelling(forms[0]))
        self.read_as(head, forms, operands)

    def read_as(self, head: Token, forms: list[Form], operands: list[Operand]) -> None:
        """Read an instruction of one of the forms."""
        form = choose(forms, operands)
        if form is None:
            spellings = "、または ".join(f"「{spelling(form)}」" for form in forms)
            raise Problem(
                head.place,
                f"「{head.text}」のオペランドの数 ({len(operands)} 個) が違います。"
                f"{spellings}の形で書いてください。",
            )
        values = self._values(head, form, operands)
        if values is None:
            self._layout.reserve(head.place, 4)
        elif isinstance(form, Real):
            self._real(head, form, values)
        else:
            self._pseudo(head, form, operands)

    def _values(self, head: Token, form: Form, operands: list[Operand]) -> Values | None:
        """Return the fields' values, or None when something is wrong with the operands."""
        symbols = self._layout.symbols
        reader = OperandReader(head.text, self._problems.suggestion, symbols.is_defined)
        values: Values = {}
        are_good = True
        for syntax, operand in zip(syntax_of(form), operands, strict=True):
            try:
                values |= reader.read(syntax, operand)
            except Problem as problem:
                self._problems.note(problem)
                are_good = False
        return values if are_good else None

    # --- pseudo-instructions ---

    def _pseudo(self, head: Token, pseudo: Pseudo, operands: list[Operand]) -> None:
        given = dict[str, Operand]()
        for syntax, operand in zip(syntax_of(pseudo), operands, strict=True):
            given |= parameters(syntax, operand, head.place)
        if self._options.rvc and pseudo.short:
            form, template = expand(pseudo.short, given, head.place)
            values = self._values(head, form, template)
            if values is not None and _fit(form.code, values):
                self._real(head, form, values, is_explicit=False)
                return
        lines = pseudo.expansion
        if pseudo.choose is not None:
            lines = self._chosen(head, pseudo, given)
        for line in lines:
            form, template = expand(line, given, head.place)
            values = self._values(head, form, template)
            if values is not None:
                self._real(head, form, values, may_shorten=not pseudo.short)

    def _chosen(self, head: Token, pseudo: Pseudo, given: dict[str, Operand]) -> tuple[str, ...]:
        """Return the lines for a value; what they need of it is added to what is given."""
        assert pseudo.choose is not None  # noqa: S101 - the caller has seen it
        name = "imm" if "imm" in given else "symbol"
        expression = parse(given[name], head.place)
        value = self._layout.constant(expression)
        lines, numbers = pseudo.choose(value)
        for word, number in numbers.items():
            given[word] = [Token(Kind.NUMBER, str(number), expression.place, number)]
        return lines

    # --- real instructions ---

    def _real(
        self,
        head: Token,
        form: Real,
        values: Values,
        is_explicit: bool = True,
        may_shorten: bool = True,
    ) -> None:
        """Place a real instruction and leave its encoding for later.

        ``is_explicit`` says of a 16-bit instruction that the source asks for it.
        """
        layout = self._layout
        location = layout.here
        values = {name: self._settle(value) for name, value in values.items()}
        values |= form.preset
        self._places.append((location, head.place))
        if is_branch(form.code):
            self._branch(head, form, values, is_explicit)
            return
        if self._options.rvc and may_shorten and isinstance(form.code, Instruction):
            fields = self._encoder.plain(form.code, values)
            bits = compress(form.code, fields) if fields is not None else None
            if bits is not None:
                layout.emit(head.place, 2, partial(to_bytes, bits))
                return
        encode = partial(self._encoder.encode, form.code, values, location, head.text, head.place)
        self._encoder.remember_distance(values.get("imm"), location)
        layout.emit(head.place, form.size, encode)

    def _branch(self, head: Token, form: Real, values: Values, is_explicit: bool) -> None:
        code = form.code
        short: tuple[Compressed, Values] | None = None
        if isinstance(code, Compressed):
            short = code, values
            code, values = _full(code, values)
        elif self._options.rvc:
            short = short_branch(code, values)
            is_explicit = False
        assert isinstance(code, Instruction)  # noqa: S101 - branches are in the table
        branch = Branch(
            self._layout, self._encoder, code, values, short,
            is_explicit and short is not None, self._layout.here, head.text, head.place,
        )  # fmt: skip
        self._layout.end_fragment(head.place, branch, 2 if short else 4)

    def _settle(self, value: int | Immediate) -> int | Immediate:
        if isinstance(value, int):
            return value
        expression = self._layout.symbols.settle(value.expression)
        return Immediate(expression, value.modifier, value.relative)


def _offset_of_jump(location: Location) -> int:
    """Return how far behind an instruction the jump of its long form is; 0 without one."""
    fragment = location.fragment
    is_last = isinstance(fragment.tail, Branch) and location.offset == fragment.size
    return fragment.tail_size - 4 if is_last and fragment.tail_size > 4 else 0


def _fit(code: Code, values: Values) -> bool:
    """Say whether a 16-bit instruction can have the registers that it is given, to some effect."""
    fields = {name: value for name, value in values.items() if isinstance(value, int)}
    if len(fields) < len(values):
        return True
    if isinstance(code, Compressed) and code.is_hint(fields):
        return False
    try:
        code.encode(fields)
    except ValueError:
        return False
    return True


def _full(short: Compressed, values: Values) -> tuple[Instruction, Values]:
    """Return the 32-bit instruction that a 16-bit one stands for, and its fields' values."""
    return short.full.instruction, {
        name: values[meaning] if isinstance(meaning, str) else meaning
        for name, meaning in short.full.meanings.items()
    }
