"""Directives about the assembly itself: options, and messages of the program's author."""

from courseware.machine.assembler.insn import insert
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import Operand
from courseware.machine.assembler.problems import Problem, clip
from courseware.machine.assembler.target import Directive, Target

# They choose how a linker may change the code, or where it finds addresses; there is no linker.
_IGNORED_OPTIONS = ("relax", "norelax", "pic", "nopic", "csr-check", "no-csr-check")
_OPTIONS = ("rvc", "norvc", "push", "pop", "arch", *_IGNORED_OPTIONS)


def _option(target: Target, token: Token, operands: list[Operand]) -> None:
    name = "".join(part.text for part in operands[0]) if operands else ""
    options = target.options
    match name:
        case "rvc" | "norvc":
            options.rvc = name == "rvc"
        case "push":
            options.stack.append(options.rvc)
        case "pop":
            if not options.stack:
                raise Problem(
                    operands[0][0].place, "「.option pop」に対する「.option push」がありません。"
                )
            options.rvc = options.stack.pop()
        case "arch":
            for operand in operands[1:]:
                _arch(target, operand)
        case _ if name not in _IGNORED_OPTIONS:
            place = operands[0][0].place if operands else token.place
            hint = target.problems.suggestion(name, _OPTIONS)
            raise Problem(
                place,
                f".option の「{clip(name)}」は使えません。{hint}"
                f"使えるのは {'、'.join(_OPTIONS)} です。",
            )


def _arch(target: Target, operand: Operand) -> None:
    """Obey ``+c``, ``-c`` or the whole name of an instruction set, as far as C is concerned."""
    text = "".join(part.text for part in operand).lower()
    if text.startswith(("+", "-")):
        if text[1:] in ("c", "zca"):
            target.options.rvc = text.startswith("+")
    else:
        target.options.rvc = "c" in text.removeprefix("rv32").partition("_")[0]


def _error(target: Target, token: Token, operands: list[Operand]) -> None:
    """Obey ``.err`` and ``.error "message"``."""
    message = _message(token, operands)
    raise Problem(token.place, f"「{token.text}」に来ました{message}。")


def _warning(target: Target, token: Token, operands: list[Operand]) -> None:
    """Pass over ``.warning "message"``: a program with a warning is a good one."""
    _message(token, operands)


def _message(token: Token, operands: list[Operand]) -> str:
    if not operands:
        return ""
    if len(operands) != 1 or operands[0][0].kind != Kind.STRING:
        raise Problem(operands[0][0].place, f'「{token.text} "文章"」の形で書いてください。')
    text = operands[0][0].data.decode("utf-8", "replace")
    return f" (プログラムの言葉: 「{clip(text)}」)"


CONTROL_DIRECTIVES: dict[str, Directive] = {
    ".option": _option,
    ".insn": insert,
    **dict.fromkeys((".err", ".error"), _error),
    ".warning": _warning,
}
