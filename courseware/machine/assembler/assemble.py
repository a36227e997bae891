"""The assembler: one pass reads and lays out, a second one fills in addresses."""

from collections.abc import Callable, Iterator
from functools import partial

from courseware.machine.assembler import directives
from courseware.machine.assembler.expressions import parse
from courseware.machine.assembler.fields import FieldValues, Values
from courseware.machine.assembler.forms import FORMS, Form, choose, expand, spelling, syntax_of
from courseware.machine.assembler.layout import Item, Layout, Location
from courseware.machine.assembler.lexer import Kind, Statement, Token, read
from courseware.machine.assembler.operands import (
    Immediate,
    Operand,
    OperandReader,
    parameters,
    split,
)
from courseware.machine.assembler.problems import (
    DEFAULT_LIMITS,
    AssemblyLimits,
    Place,
    Problem,
    Problems,
    clip,
)
from courseware.machine.assembler.pseudo import Pseudo
from courseware.machine.isa.instruction import Instruction
from courseware.machine.program import Program, Segment
from courseware.machine.registers import REGISTER_NUMBERS

_INSTRUCTION_BYTES = 4
_ENTRY = "_start"  # where GNU ld begins, too


def assemble(source: str, limits: AssemblyLimits = DEFAULT_LIMITS) -> Program:
    """Return the program of a source text in the syntax of GNU as.

    .text lies at the start of RAM, then .rodata, .data and .bss. Raises AssemblyError with
    everything that is wrong.
    """
    return _Assembler(limits).assemble(source)


class _Assembler:
    """One source text on its way; ``directives.Target`` for the directives."""

    def __init__(self, limits: AssemblyLimits) -> None:
        self._limits = limits
        self._problems = Problems(limits.max_problems)
        self.layout = Layout(self._problems.suggestion)
        self._values = FieldValues(self.layout)
        self._lines: dict[Location, int] = {}
        self._is_full = False

    def assemble(self, source: str) -> Program:
        statements = read(source, self._limits, self._problems)
        for statement in statements:
            with self._problems.noted():
                self._statement(statement)
        image_bytes = self.layout.place_sections()
        if image_bytes > self._limits.max_image_bytes and not self._is_full:
            self._report_full(statements[-1][0].place)
        symbols = self._symbols()  # in the order of the source, so that chains are not deep
        segments = tuple(self._segments())
        entry = self._entry(symbols)
        self._problems.raise_any()
        return Program(
            segments,
            entry,
            symbols,
            {self.layout.address(place): line for place, line in self._lines.items()},
        )

    # --- reading ---

    def _statement(self, tokens: Statement) -> None:
        while len(tokens) > 1 and _is_operator(tokens[1], ":"):
            with self._problems.noted():
                self._label(tokens[0])
            tokens = tokens[2:]
        if not tokens:
            return
        head, rest = tokens[0], tokens[1:]
        if head.kind != Kind.NAME:
            raise Problem(
                head.place,
                f"「{clip(head.text)}」から始まる行は読めません。"
                "命令、「名前:」の形のラベル、または .word などの指示で始めてください。",
            )
        if rest and _is_operator(rest[0], "="):
            self.define_constant(head, rest[1:])
        elif head.text in directives.DIRECTIVES:
            directives.run(self, head, rest)
        elif head.text in FORMS:
            self._instruction(head, split(rest))
        else:
            raise self._unknown(head)

    def _label(self, token: Token) -> None:
        if token.kind == Kind.NUMBER and token.text.isdigit():
            self.layout.define_local(token)
        elif token.kind == Kind.NAME:
            _check_name(token)
            self.layout.define_label(token)
        else:
            raise Problem(
                token.place,
                f"「{clip(token.text)}」はラベルの名前にできません。英字で始まる名前にしてください。",
            )

    def define_constant(self, name: Token, operand: Operand) -> None:
        """Give an expression a name, as ``.equ`` does."""
        _check_name(name)
        self.layout.define_constant(name, parse(operand, name.place))

    def _unknown(self, head: Token) -> Problem:
        if head.text.startswith("."):
            hint = self._problems.suggestion(head.text, directives.DIRECTIVES)
            known = "、".join(sorted(directives.DIRECTIVES))
            message = (
                f"「{clip(head.text)}」という指示は使えません。{hint}使えるのは {known} です。"
            )
        else:
            hint = self._problems.suggestion(head.text, FORMS)
            message = (
                f"「{clip(head.text)}」という命令はありません。{hint}"
                "つづりを直すか、ラベルならすぐ後ろに「:」を付けてください。"
            )
        return Problem(head.place, message)

    def _instruction(self, head: Token, operands: list[Operand]) -> None:
        form = choose(head.text, operands)
        if form is None:
            forms = "、または ".join(f"「{spelling(form)}」" for form in FORMS[head.text])
            raise Problem(
                head.place,
                f"「{head.text}」のオペランドの数 ({len(operands)} 個) が違います。"
                f"{forms}の形で書いてください。",
            )
        values = self._read(head, form, operands)
        if values is None:
            self.reserve(head, _INSTRUCTION_BYTES)
        elif isinstance(form, Instruction):
            self._real(head, form, values)
        else:
            given = dict[str, Operand]()
            for syntax, operand in zip(syntax_of(form), operands, strict=True):
                given |= parameters(syntax, operand, head.place)
            for line in self._expansion(form, given, head.place):
                self._expanded(head, *expand(line, given, head.place))

    def _read(self, head: Token, form: Form, operands: list[Operand]) -> Values | None:
        """Return the fields' values, or None when something is wrong with the operands."""
        reader = OperandReader(head.text, self._problems.suggestion)
        values: Values = {}
        are_good = True
        for syntax, operand in zip(syntax_of(form), operands, strict=True):
            try:
                values |= reader.read(syntax, operand)
            except Problem as problem:
                self._problems.note(problem)
                are_good = False
        return values if are_good else None

    def _expansion(
        self, pseudo: Pseudo, given: dict[str, Operand], place: Place
    ) -> tuple[str, ...]:
        if pseudo.choose is None:
            return pseudo.expansion
        value = self.layout.settle_locals(parse(given["imm"], place))
        return pseudo.choose(self.layout.constant(value, self.layout.here))

    def _expanded(self, head: Token, instruction: Instruction, operands: list[Operand]) -> None:
        values = self._read(head, instruction, operands)
        if values is not None:
            self._real(head, instruction, values)

    def _real(self, head: Token, instruction: Instruction, values: Values) -> None:
        """Place a real instruction and leave its encoding for later."""
        if padding := -self.layout.here.offset % _INSTRUCTION_BYTES:
            self.reserve(head, padding)
            self._problems.add(
                head.place,
                "命令の番地が 4 の倍数になりません。この行の前に .align 2 を置いてください。",
            )
        location = self.layout.here
        settled = {name: self._settle(value) for name, value in values.items()}
        encode = partial(self._values.encode, instruction, settled, location, head.text)
        self._values.remember_distance(settled.get("imm"), location)
        self._lines[location] = head.place.line
        self.emit(head, _INSTRUCTION_BYTES, encode)

    def _settle(self, value: int | Immediate) -> int | Immediate:
        if isinstance(value, int):
            return value
        expression = self.layout.settle_locals(value.expression)
        return Immediate(expression, value.modifier, value.relative)

    # --- laying out ---

    def emit(self, token: Token, size: int, make: Callable[[], bytes]) -> None:
        """Add ``size`` bytes to the present section, which ``make`` returns later."""
        section = self.layout.current
        if section.name == ".bss" and size:
            raise Problem(
                token.place,
                ".bss には値や命令を置けません (すべて 0 で始まります)。"
                ".data か .text に移すか、.space で場所だけを取ってください。",
            )
        offset = section.size
        self.reserve(token, size)
        if not self._is_full:
            section.items.append(Item(offset, make))

    def reserve(self, token: Token, size: int) -> None:
        """Add zeroes to the present section."""
        if self._is_full:
            return
        total = sum(section.size for section in self.layout.sections.values())
        if total + size > self._limits.max_image_bytes:
            self._is_full = True
            self._report_full(token.place)
        else:
            self.layout.current.size += size

    def _report_full(self, place: Place) -> None:
        self._problems.add(
            place,
            f"プログラムとデータの大きさが上限の {self._limits.max_image_bytes:,} バイトを"
            "超えます。.space などで取る場所を小さくしてください。",
        )

    # --- filling in ---

    def _segments(self) -> Iterator[Segment]:
        for section in self.layout.sections.values():
            data = bytearray(section.size)
            for item in section.items:
                with self._problems.noted():
                    made = item.make()
                    data[item.offset : item.offset + len(made)] = made
            if data and section.name != ".bss":
                yield Segment(self.layout.address(Location(section.name, 0)), bytes(data))

    def _symbols(self) -> dict[str, int]:
        values: dict[str, int] = {}
        for token in self.layout.names():
            with self._problems.noted():
                values[token.text] = self.layout.symbol(token)
        return values

    def _entry(self, symbols: dict[str, int]) -> int:
        """Return the address of the first instruction to be executed."""
        text = self.layout.address(Location(".text", 0))
        entry = symbols.get(_ENTRY, text)
        is_inside = 0 <= entry - text <= self.layout.sections[".text"].size
        if not is_inside or entry % _INSTRUCTION_BYTES:
            (place,) = (token.place for token in self.layout.names() if token.text == _ENTRY)
            self._problems.add(
                place,
                f"「{_ENTRY}」は最初に実行する命令の番地なので、.text の中の 4 の倍数の番地に"
                f"限ります。.text にある命令の前に「{_ENTRY}:」と書いて定義してください。",
            )
        return entry


def _is_operator(token: Token, text: str) -> bool:
    return token.kind == Kind.OPERATOR and token.text == text


def _check_name(token: Token) -> None:
    if token.text in REGISTER_NUMBERS or token.text == ".":
        raise Problem(
            token.place,
            f"「{token.text}」はレジスターなどの名前なので、ラベルにはできません。"
            "別の名前にしてください。",
        )
