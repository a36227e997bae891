"""The assembler: one pass reads and lays out, a second one fills in addresses."""

from collections.abc import Iterator, Mapping

from courseware.machine.assembler import directives
from courseware.machine.assembler.expressions import parse
from courseware.machine.assembler.forms import FORMS
from courseware.machine.assembler.habits import advice_on_instruction
from courseware.machine.assembler.instructions import Instructions, Options
from courseware.machine.assembler.layout import Layout
from courseware.machine.assembler.lexer import Kind, Token, tokenize
from courseware.machine.assembler.operands import split
from courseware.machine.assembler.problems import (
    DEFAULT_LIMITS,
    AssemblyLimits,
    Place,
    Problem,
    Problems,
    clip,
)
from courseware.machine.assembler.reader import Reader
from courseware.machine.assembler.sections import Section, in_memory_order
from courseware.machine.assembler.source import Line
from courseware.machine.assembler.source import split as split_source
from courseware.machine.assembler.symbol_directives import check_name, define_constant
from courseware.machine.assembler.target import constant
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Program, Segment

_ENTRY = "_start"  # where GNU ld begins, too
_ENTRY_ALIGNMENT = 2
_LARGEST = 1 << 63


def assemble(
    source: str,
    limits: AssemblyLimits = DEFAULT_LIMITS,
    *,
    origin: int = RAM_BASE,
    constants: Mapping[str, int] = {},
) -> Program:
    """Return the program of a source text in the syntax of GNU as.

    ``constants`` are defined in front of the first line. The first section of code lies at the
    address ``origin``; the module ``sections`` says in what order
    the sections follow. The entry is ``_start``, in whichever section of code it is, or else the
    beginning of the first section with code. Raises AssemblyError with everything that is wrong.
    """
    assembler = _Assembler(limits, origin)
    for name, value in constants.items():
        assembler.define(name, value)
    return assembler.assemble(source)


class _Assembler:
    """One source text on its way; ``target.Target`` for the directives, ``reader.Values``."""

    def __init__(self, limits: AssemblyLimits, origin: int) -> None:
        self._limits = limits
        self.problems = Problems(limits.max_problems)
        self.layout = Layout(self.problems, limits.max_image_bytes, origin)
        self.options = Options()
        self.instructions = Instructions(self.layout, self.problems, self.options)

    def define(self, name: str, value: int) -> None:
        """Give a number a name, in front of the source."""
        tokens = tokenize(Line(f"{name} = {value}", 1), self.problems)
        define_constant(self, tokens[0], tokens[2:])

    def assemble(self, source: str) -> Program:
        lines = split_source(source, self._limits, self.problems)
        reader = Reader(self._limits, self.problems, self)
        for line in reader.statements(lines):
            with self.problems.noted():
                self._statement(line)
        if self.layout.place_sections() > self._limits.max_image_bytes:
            self.layout.report_full(lines[-1].place(0))
            self.problems.raise_any()
        symbols = self._symbols()  # in the order of the source, so that chains are not deep
        segments = tuple(self._segments())
        source_lines = self.instructions.lines()
        entry = self._entry(symbols)
        self.problems.raise_any()
        return Program(segments, entry, symbols, source_lines)

    # --- reading ---

    def _statement(self, line: Line) -> None:
        tokens = tokenize(line, self.problems)
        start = 0
        while len(tokens) > start + 1 and _is_operator(tokens[start + 1], ":"):
            with self.problems.noted():
                self._label(tokens[start])
            start += 2
        if start == len(tokens):
            return
        head, rest = tokens[start], tokens[start + 1 :]
        if head.kind != Kind.NAME:
            raise Problem(
                head.place,
                f"「{clip(head.text)}」から始まる行は読めません。"
                "命令、「名前:」の形のラベル、または .word などの指示で始めてください。",
            )
        if rest and _is_operator(rest[0], "="):
            define_constant(self, head, rest[1:])
        elif directives.is_directive(head.text):
            directives.run(self, head, rest)
        elif head.text in FORMS:
            self.instructions.read(head, split(rest))
        else:
            raise self._unknown(head, line, bool(rest))

    def _label(self, token: Token) -> None:
        if token.kind == Kind.NUMBER and token.text.isdigit():
            self.layout.symbols.define_local(token, self.layout.here)
        elif token.kind == Kind.NAME:
            check_name(token)
            self.layout.symbols.define_label(token, self.layout.here)
        else:
            raise Problem(
                token.place,
                f"「{clip(token.text)}」はラベルの名前にできません。英字で始まる名前にしてください。",
            )

    def _unknown(self, head: Token, line: Line, has_operands: bool) -> Problem:
        word = clip(head.text)
        if head.text.startswith("."):
            hint = self.problems.suggestion(head.text, directives.DIRECTIVES)
            return Problem(
                head.place, f"「{word}」という指示は使えません。{hint}つづりを直してください。"
            )
        advice = advice_on_instruction(head.text)
        if directives.is_directive(f".{head.text}"):
            advice = f"指示には前に「.」が要ります。「.{word}」と書いてください。"
        if not advice:
            hint = self.problems.suggestion(head.text, FORMS)
            advice = f"{hint}つづりを直すか、ラベルならすぐ後ろに「:」を付けてください。"
        elif not has_operands:
            advice += "ラベルなら、すぐ後ろに「:」を付けてください。"
        return Problem(
            head.place, f"「{word}」という命令はありません。{advice}{line.semicolon_advice}"
        )

    def number(self, tokens: list[Token], place: Place, directive: str) -> int:
        """Return the value of an expression that must be known now."""
        if not tokens:
            raise Problem(place, f"「{directive}」の後に値を書いてください。")
        return constant(self.layout, parse(tokens, place), directive, -_LARGEST, _LARGEST)

    def is_defined(self, name: str) -> bool:
        """Say whether a name has been defined in front."""
        return self.layout.symbols.is_defined(name)

    # --- filling in ---

    def _sections(self) -> list[Section]:
        return in_memory_order(self.layout.sections.values())

    def _segments(self) -> Iterator[Segment]:
        for section in self._sections():
            data = bytearray(section.size)
            for offset, make in section.contents():
                with self.problems.noted():
                    made = make()
                    data[offset : offset + len(made)] = made
            if data and not section.is_empty:
                yield Segment(section.address, bytes(data))

    def _symbols(self) -> dict[str, int]:
        values: dict[str, int] = {}
        for name, token in self.layout.symbols.names():
            with self.problems.noted():
                values[name] = self.layout.symbols.number_of(token)
        return values

    def _entry(self, symbols: dict[str, int]) -> int:
        """Return the address of the first instruction to be executed."""
        code = [section for section in self._sections() if section.is_code]
        first = next((section for section in code if section.size), code[0])
        entry = symbols.get(_ENTRY, first.address)
        is_inside = any(_contains(section, entry) for section in code)
        if not is_inside or entry % _ENTRY_ALIGNMENT:
            (place,) = (t.place for name, t in self.layout.symbols.names() if name == _ENTRY)
            self.problems.add(
                place,
                f"「{_ENTRY}」は最初に実行する命令の番地なので、.text などの命令のセクションの中の "
                f"{_ENTRY_ALIGNMENT} の倍数の番地に限ります。.text にある命令の前に"
                f"「{_ENTRY}:」と書いて定義してください。",
            )
        return entry


def _contains(section: Section, address: int) -> bool:
    return section.address <= address <= section.address + section.size


def _is_operator(token: Token, text: str) -> bool:
    return token.kind == Kind.OPERATOR and token.text == text
