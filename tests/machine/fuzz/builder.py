"""A random program being put together from fragments."""

from collections.abc import Callable, Mapping
from random import Random

from courseware.machine.isa.encoding import Field
from courseware.machine.isa.semantics import SERVICES
from courseware.machine.isa.table import INSTRUCTIONS
from tests.machine.fuzz.emitter import WORD, Code, Label
from tests.machine.fuzz.layout import CODE, CODE_BYTES, COUNTERS, DATA, FREE_REGISTERS

# Values where arithmetic is most likely to go wrong, and where things are.
EDGES = (0, 1, 2, 3, 31, 32, 0x7FF, 0x800, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, WORD, DATA)
_NOT_PLAIN = ("mem", "pc = ", "trap", "amo", *SERVICES)
PLAIN = tuple(i for i in INSTRUCTIONS if not any(word in i.semantics for word in _NOT_PLAIN))
BRANCHES = tuple(i.mnemonic for i in INSTRUCTIONS if i.condition)

Fragment = Callable[["Builder"], None]


class Builder:
    """The code so far, and what the next fragment may be: ``weights``."""

    def __init__(self, random: Random, weights: Mapping[Fragment, int], short: float) -> None:
        self.random = random
        self.code = Code(CODE, random, short)
        self.depth = 0
        self.entries: list[Label] = []  # where handlers go on after a jump into nowhere
        self._fragments = list(weights)
        self._weights = list(weights.values())

    # --- choices ---

    def chance(self, share: float) -> bool:
        """Return True for a share of the calls."""
        return self.random.random() < share

    def register(self) -> int:
        """Return a register that may be changed."""
        if self.chance(0.03):
            return 0
        if self.chance(0.5):
            return self.random.randrange(10, 16)  # with short encodings
        return self.random.choice(FREE_REGISTERS)

    def source(self) -> int:
        """Return a register that may be read."""
        return self.random.randrange(32) if self.chance(0.2) else self.register()

    def value(self) -> int:
        """Return a word."""
        if self.chance(0.5):
            return self.random.choice(EDGES)
        return self.random.getrandbits(32) >> self.random.randrange(32)

    def field(self, field: Field) -> int:
        """Return a value that a field can hold."""
        low, high = field.minimum // field.step, field.maximum // field.step
        if self.chance(0.4):
            low, high = max(low, -8), min(high, 8)
        return self.random.randint(low, high) * field.step

    # --- parts ---

    @property
    def counter(self) -> int:
        """Return the register that counts the loop which begins here."""
        return COUNTERS[self.depth]

    @property
    def is_full(self) -> bool:
        """Say whether the code should end."""
        return self.code.here > CODE + CODE_BYTES - 0x900

    def plain(self) -> None:
        """Add an instruction that computes something."""
        instruction = self.random.choice(PLAIN)
        fields = {name: self.field(f) for name, f in instruction.format.fields.items()}
        if "rd" in fields:
            fields["rd"] = self.register()
            if "imm" in fields and "rs1" in fields and self.chance(0.4):
                fields["rs1"] = fields["rd"]
        for name in ("rs1", "rs2"):
            if name in fields and not (name == "rs1" and fields.get("rd") == fields["rs1"]):
                fields[name] = self.source()
        self.code.emit(instruction.mnemonic, **fields)

    def some(self, most: int = 4) -> None:
        """Add up to some instructions that compute something."""
        for _ in range(self.random.randint(0, most)):
            self.plain()

    def fragment(self) -> None:
        """Add any fragment, or a short piece of code where nesting has to end."""
        if self.depth >= len(COUNTERS) - 1 or self.is_full:
            self.some(3)
        else:
            self.random.choices(self._fragments, self._weights)[0](self)

    def body(self, most: int = 2) -> None:
        """Add what is inside a loop or a branch."""
        self.depth += 1
        for _ in range(self.random.randint(1, most)):
            self.fragment()
        self.depth -= 1

    def branch(self, label: Label, near: bool = False) -> None:
        """Branch to a label under any condition."""
        rs2 = 0 if self.chance(0.4) else self.source()
        self.code.branch(self.random.choice(BRANCHES), self.source(), rs2, label, near)
