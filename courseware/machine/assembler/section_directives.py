"""Directives that choose the section in which what follows is put."""

from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import Operand
from courseware.machine.assembler.problems import Problem, clip
from courseware.machine.assembler.sections import Section, new_section
from courseware.machine.assembler.target import Directive, Target, constant_of, expect

_MAX_SUBSECTION = 8_192  # as in GNU as
_SHORT_NAMES = (".text", ".data", ".bss", ".rodata")


def _section(target: Target, token: Token, operands: list[Operand]) -> None:
    """Obey ``.section NAME, "flags", @type``. The known names have flags of their own."""
    section = _named(target, token, operands)
    target.layout.enter(section)


def _push_section(target: Target, token: Token, operands: list[Operand]) -> None:
    section = _named(target, token, operands)
    target.layout.push()
    target.layout.enter(section)


def _named(target: Target, token: Token, operands: list[Operand]) -> Section:
    name = operands[0][0] if operands else token
    is_name = name.kind in (Kind.NAME, Kind.STRING) and operands and len(operands[0]) == 1
    if not is_name:
        raise Problem(
            name.place,
            f"「{token.text}」の後に、.text、.rodata、.data、.bss などのセクションの名前を"
            "書いてください。",
        )
    text = name.data.decode() if name.kind == Kind.STRING else name.text
    given: list[str | None] = [None, None]
    attributes = ((Kind.STRING, '"ax"'), (Kind.TYPE, "@progbits"))
    for index, (operand, (kind, example)) in enumerate(zip(operands[1:], attributes, strict=False)):
        if len(operand) != 1 or operand[0].kind != kind:
            raise Problem(
                operand[0].place,
                f"セクションの属性「{clip(operand[0].text)}」を読めません。{example} のような形で"
                f"書くか、{clip(text)} の後を消してください。",
            )
        given[index] = operand[0].text
    sections = target.layout.sections
    if text not in sections:
        sections[text] = new_section(text, *given)
    return sections[text]


def _short(target: Target, token: Token, operands: list[Operand]) -> None:
    """Obey ``.text`` and the like; the operand is the number of a subsection."""
    if len(operands) > 1:
        raise Problem(token.place, f"「{token.text}」の形で書いてください。")
    number = constant_of(target, token, operands[0], 0, _MAX_SUBSECTION) if operands else 0
    target.layout.enter(target.layout.sections[token.text.lower()], number)


def _subsection(target: Target, token: Token, operands: list[Operand]) -> None:
    expect(token, operands, 1, f"{token.text} 番号")
    number = constant_of(target, token, operands[0], 0, _MAX_SUBSECTION)
    target.layout.enter(target.layout.section, number)


def _previous(target: Target, token: Token, operands: list[Operand]) -> None:
    expect(token, operands, 0, token.text)
    target.layout.enter_previous()


def _pop_section(target: Target, token: Token, operands: list[Operand]) -> None:
    expect(token, operands, 0, token.text)
    if not target.layout.pop():
        raise Problem(token.place, "「.popsection」に対する「.pushsection」がありません。")


SECTION_DIRECTIVES: dict[str, Directive] = {
    **dict.fromkeys(_SHORT_NAMES, _short),
    ".section": _section,
    ".pushsection": _push_section,
    ".popsection": _pop_section,
    ".previous": _previous,
    ".subsection": _subsection,
}
