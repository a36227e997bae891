"""Machine code under construction: instructions of the table, labels, short encodings."""

from collections.abc import Callable
from random import Random

from courseware.machine.isa.compressed import COMPRESSED, compress
from courseware.machine.isa.table import INSTRUCTIONS

BY_MNEMONIC = {instruction.mnemonic: instruction for instruction in INSTRUCTIONS}
SHORT = {short.mnemonic: short for short in COMPRESSED}
WORD = 0xFFFF_FFFF
ZERO, RA, SP = 0, 1, 2


class Label:
    """A place in the code; its address is known once it has been placed."""

    def __init__(self) -> None:
        self.address: int | None = None


class Code:
    """Code that grows at an address.

    ``short`` is the share of instructions that get their 16-bit encoding where they have one.
    ``starts`` are the addresses of the instructions, data between them left out.
    """

    def __init__(self, base: int, random: Random, short: float) -> None:
        self.base = base
        self.starts: list[int] = []
        self._random = random
        self._short = short
        self._data = bytearray()
        self._fixups: list[tuple[int, Label, Callable[[int], bytes]]] = []

    @property
    def here(self) -> int:
        """Return the address of what comes next."""
        return self.base + len(self._data)

    def finished(self) -> bytes:
        """Return the code; all its labels have been placed."""
        for offset, label, encode in self._fixups:
            assert label.address is not None
            data = encode(label.address)
            self._data[offset : offset + len(data)] = data
        return bytes(self._data)

    # --- instructions ---

    def emit(self, mnemonic: str, **fields: int) -> None:
        """Add an instruction."""
        instruction = BY_MNEMONIC[mnemonic]
        if "aqrl" in instruction.format.fields:
            fields.setdefault("aqrl", self._random.randrange(4))
        if self._random.random() < self._short:
            bits = compress(instruction, fields)
            if bits is not None:
                self.half(bits)
                return
        self.word(instruction.encode(fields))

    def word(self, bits: int) -> None:
        """Add 32 bits as an instruction."""
        self._add(bits.to_bytes(4, "little"))

    def half(self, bits: int) -> None:
        """Add 16 bits as an instruction."""
        self._add(bits.to_bytes(2, "little"))

    def _add(self, data: bytes) -> None:
        self.starts.append(self.here)
        self._data += data

    def li(self, register: int, value: int) -> None:
        """Load a constant, in one instruction or two."""
        value &= WORD
        low = (value & 0xFFF ^ 0x800) - 0x800
        high = value - low >> 12 & 0xFFFFF
        if high:
            self.emit("lui", rd=register, imm=high)
        if low or not high:
            self.emit("addi", rd=register, rs1=register if high else ZERO, imm=low)

    def la(self, register: int, label: Label, offset: int = 0) -> None:
        """Load the address of a label, moved by an offset, in two instructions."""

        def encode(target: int) -> bytes:
            value = target + offset & WORD
            low = (value & 0xFFF ^ 0x800) - 0x800
            high = value - low >> 12 & 0xFFFFF
            lui = BY_MNEMONIC["lui"].encode({"rd": register, "imm": high})
            addi = BY_MNEMONIC["addi"].encode({"rd": register, "rs1": register, "imm": low})
            return lui.to_bytes(4, "little") + addi.to_bytes(4, "little")

        self._fixups.append((len(self._data), label, encode))
        self.word(0)
        self.word(0)

    # --- jumps ---

    def jump(self, label: Label, link: int = ZERO, near: bool = False) -> None:
        """Jump to a label. ``near`` promises a distance below 256 bytes."""
        if self._is_near(label, near) and link in (ZERO, RA) and self._random.random() < 0.5:
            mnemonic = "c.j" if link == ZERO else "c.jal"
            self._to(label, 2, lambda imm: SHORT[mnemonic].encode({"imm": imm}))
        else:
            self.long_jump(label, link)

    def long_jump(self, label: Label, link: int = ZERO) -> None:
        """Jump to a label with 4 bytes."""
        self._to(label, 4, lambda imm: BY_MNEMONIC["jal"].encode({"rd": link, "imm": imm}))

    def branch(self, mnemonic: str, rs1: int, rs2: int, label: Label, near: bool = False) -> None:
        """Branch to a label."""
        short = {"beq": "c.beqz", "bne": "c.bnez"}.get(mnemonic)
        has_short = rs2 == ZERO and 8 <= rs1 < 16 and self._is_near(label, near)
        if short and has_short and self._random.random() < self._short:
            self._to(label, 2, lambda imm: SHORT[short].encode({"rs1": rs1, "imm": imm}))
            return
        fields = {"rs1": rs1, "rs2": rs2}
        self._to(label, 4, lambda imm: BY_MNEMONIC[mnemonic].encode(fields | {"imm": imm}))

    def _is_near(self, label: Label, near: bool) -> bool:
        return near if label.address is None else self.here - label.address < 250

    def _to(self, label: Label, size: int, encode: Callable[[int], int]) -> None:
        start = self.here
        self._fixups.append(
            (
                len(self._data),
                label,
                lambda target: encode(target - start).to_bytes(size, "little"),
            )
        )
        self._add(bytes(size))

    # --- places and data ---

    def place(self, label: Label) -> Label:
        """Put a label here."""
        label.address = self.here
        return label

    def mark(self) -> Label:
        """Return a new label, put here."""
        return self.place(Label())

    def address_of(self, label: Label) -> None:
        """Add the address of a label as data."""
        self._fixups.append((len(self._data), label, lambda target: target.to_bytes(4, "little")))
        self._data += bytes(4)

    def align(self, size: int, before: int = 0) -> None:
        """Add bytes of data up to so many bytes before a multiple of a size."""
        self._data += bytes((-len(self._data) - before) % size)
