"""Operands: from tokens to register numbers and immediates, as a form's syntax asks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from courseware.machine.assembler.expressions import Expression, parse
from courseware.machine.assembler.habits import advice_on_register
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.problems import Place, Problem, clip
from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.isa.decoder import FENCE_LETTERS
from courseware.machine.isa.table import INSTRUCTIONS
from courseware.machine.registers import REGISTER_NUMBERS

_REGISTERS = ("rd", "rs1", "rs2", "rs3", "rt")
_MEMORY = "imm(rs1)"
_STACK = "imm(sp)"
_PLACE = "(rs1)"  # without an offset; GNU as takes one of 0, too
_MEMORIES = (_MEMORY, _STACK, _PLACE)
_ADDRESSES = ("target", "symbol")
_SETS = ("pred", "succ")
_MNEMONICS = frozenset(instruction.mnemonic for instruction in INSTRUCTIONS)

Operand = list[Token]
# Says 「もしかすると…」 for a word and the words that are known.
Suggest = Callable[[str, Iterable[str]], str]


@dataclass(frozen=True)
class Immediate:
    """A number to be put into a field: an expression, perhaps under %hi or the like.

    ``relative`` says that the field holds the distance from the instruction to the value.
    """

    expression: Expression
    modifier: str = ""
    relative: bool = False


def split(tokens: list[Token], allow_empty: bool = False) -> list[Operand]:
    """Return the operands between the commas outside parentheses, each of one token or more.

    Raises Problem for a comma with nothing in front of it or behind it, unless that is allowed.
    """
    if not tokens:
        return []
    operands: list[Operand] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == Kind.OPERATOR:
            depth += (token.text == "(") - (token.text == ")")
            if token.text == "," and depth <= 0:
                if not operands[-1] and not allow_empty:
                    raise _nothing(token, "前")
                operands.append([])
                continue
        operands[-1].append(token)
    if not operands[-1] and not allow_empty:
        raise _nothing(tokens[-1], "後")
    return operands


def _nothing(comma: Token, side: str) -> Problem:
    return Problem(
        comma.place,
        f"「,」の{side}に何もありません。レジスターや数などを書くか、余分な「,」を消してください。",
    )


def fits(syntax: str, operand: Operand) -> bool:
    """Say whether an operand has the shape that a syntax asks for, right or wrong in detail."""
    if syntax in _REGISTERS:
        return _is_register(operand)
    if syntax in REGISTER_NUMBERS:
        return _is_register(operand) and _same_register(operand[0], syntax)
    if syntax in (_MEMORY, _PLACE):
        return _is_memory(operand)
    if syntax == _STACK:
        return _is_memory(operand) and _same_register(operand[-2], "sp")
    return not _is_register(operand) and not _is_memory(operand)


def parameters(syntax: str, operand: Operand, place: Place) -> dict[str, Operand]:
    """Return what the words of a pseudo-instruction's syntax stand for."""
    if syntax in _REGISTERS:
        return {syntax: operand}
    if syntax == _MEMORY:
        return {"imm": _grouped(operand[:-3] or [_zero(place)]), "rs1": [operand[-2]]}
    return {syntax: _grouped(operand)}


class OperandReader:
    """Reads the operands of one instruction into the values of its fields."""

    def __init__(self, mnemonic: str, suggest: Suggest, is_defined: Callable[[str], bool]) -> None:
        self._mnemonic = mnemonic
        self._suggest = suggest
        self._is_defined = is_defined

    def read(self, syntax: str, operand: Operand) -> dict[str, int | Immediate]:
        """Return field values by name. Raises Problem for an operand that cannot be read."""
        place = operand[0].place
        if syntax in _REGISTERS:
            return {syntax: self._register(operand)}
        if syntax in _SETS:
            return {syntax: _fence_set(operand)}
        if syntax in _MEMORIES:
            return self._memory(syntax, operand)
        if syntax in REGISTER_NUMBERS:
            return self._fixed_register(syntax, operand[0])
        if syntax == "csr" and len(operand) == 1 and operand[0].kind == Kind.NAME:
            if operand[0].text in CSR_NUMBERS:
                return {"csr": CSR_NUMBERS[operand[0].text]}
            if not self._is_defined(operand[0].text):
                raise self._unknown_csr(operand[0])
        if _is_register(operand):
            raise Problem(
                place,
                f"「{self._mnemonic}」で数またはラベルを書く場所に、レジスター"
                f"「{operand[0].text}」があります。数またはラベルに直してください。"
                + self._alternative(self._mnemonic.removesuffix("i"), "レジスターどうしで計算する"),
            )
        name = syntax if syntax in ("csr", "zimm") else "imm"
        return {name: self._immediate(operand, relative=syntax in _ADDRESSES)}

    def _memory(self, syntax: str, operand: Operand) -> dict[str, int | Immediate]:
        place = operand[0].place
        if not _is_memory(operand):
            example = "(a1)" if syntax == _PLACE else "0(sp)" if syntax == _STACK else "0(a1)"
            raise Problem(
                place,
                f"「{self._mnemonic}」では、メモリーの場所を「オフセット(レジスター)」の形、"
                f"たとえば {example} のように書きます。",
            )
        offset = operand[:-3] or [_zero(place)]
        if syntax == _STACK:
            return {"imm": self._immediate(offset)} | self._fixed_register("sp", operand[-2])
        register = self._register([operand[-2]])
        if syntax == _MEMORY:
            return {"imm": self._immediate(offset), "rs1": register}
        if any(token.number or token.kind != Kind.NUMBER for token in offset):
            raise Problem(
                place,
                f"「{self._mnemonic}」ではオフセットを使えません。"
                "番地をレジスターに入れて、(a1) のように書いてください。",
            )
        return {"rs1": register}

    def _fixed_register(self, name: str, token: Token) -> dict[str, int | Immediate]:
        """Return no field: the register is a part of the instruction."""
        if not _same_register(token, name):
            raise Problem(
                token.place,
                f"「{self._mnemonic}」のこの場所に書けるレジスターは {name} だけです。",
            )
        return {}

    def _unknown_csr(self, token: Token) -> Problem:
        hint = self._suggest(token.text, CSR_NUMBERS)
        return Problem(
            token.place,
            f"「{clip(token.text)}」という CSR (control and status register) はありません。{hint}"
            "mstatus や satp などの名前か、0 から 4095 までの番号で書いてください。",
        )

    def _register(self, operand: Operand) -> int:
        token = operand[0]
        if len(operand) == 1 and token.text in REGISTER_NUMBERS:
            return REGISTER_NUMBERS[token.text]
        if len(operand) == 1 and token.kind == Kind.NAME:
            hint = advice_on_register(token.text) or self._suggest(token.text, REGISTER_NUMBERS)
            raise Problem(
                token.place,
                f"「{clip(token.text)}」というレジスターはありません。{hint}"
                "x0 から x31、または a0、t0、s0、sp などの名前で書いてください。",
            )
        text = "".join(t.text for t in operand)
        raise Problem(
            token.place,
            f"「{self._mnemonic}」でレジスターを書く場所に「{clip(text)}」があります。"
            "レジスターに直してください。"
            + self._alternative(f"{self._mnemonic}i", "数を使って計算する"),
        )

    def _alternative(self, mnemonic: str, purpose: str) -> str:
        """Return advice to use the sister instruction, if there is one."""
        is_other = mnemonic != self._mnemonic and mnemonic in _MNEMONICS
        return f"{purpose}ときは {mnemonic} を使います。" if is_other else ""

    def _immediate(self, operand: Operand, relative: bool = False) -> Immediate:
        head = operand[0]
        if head.kind == Kind.MODIFIER:
            inner = parse(operand[1:], head.place)
            place = operand[2].place  # behind the parenthesis, which the lexer has seen
            return Immediate(Expression(inner.items, place), head.text, relative)
        return Immediate(parse(operand, head.place), "", relative)


def _is_register(operand: Operand) -> bool:
    return len(operand) == 1 and operand[0].text in REGISTER_NUMBERS


def _same_register(token: Token, name: str) -> bool:
    return REGISTER_NUMBERS.get(token.text) == REGISTER_NUMBERS[name]


def _is_memory(operand: Operand) -> bool:
    """Say whether the operand ends in one word in parentheses that follows a whole offset."""
    if len(operand) < 3 or operand[-2].kind not in (Kind.NAME, Kind.NUMBER):
        return False
    if operand[-3].text != "(" or operand[-1].text != ")":
        return False
    before = operand[-4] if len(operand) > 3 else None
    if before is None or before.kind in (Kind.NUMBER, Kind.NAME, Kind.LOCAL):
        return True
    return before.kind == Kind.OPERATOR and before.text == ")"


def _fence_set(operand: Operand) -> int:
    text = operand[0].text
    is_set = len(operand) == 1 and set(text) <= set(FENCE_LETTERS) and len(set(text)) == len(text)
    if text != "0" and not is_set:
        raise Problem(
            operand[0].place,
            f"「{clip(text)}」は fence の対象ではありません。iorw から選んで書いてください。",
        )
    return sum(1 << (3 - FENCE_LETTERS.index(letter)) for letter in text if letter != "0")


def _zero(place: Place) -> Token:
    return Token(Kind.NUMBER, "0", place)


def _grouped(operand: Operand) -> Operand:
    """Return an expression as one unit, whatever surrounds it."""
    if len(operand) == 1 or operand[0].kind == Kind.MODIFIER:
        return operand
    start, end = operand[0].place, operand[-1].place
    return [Token(Kind.OPERATOR, "(", start), *operand, Token(Kind.OPERATOR, ")", end)]
