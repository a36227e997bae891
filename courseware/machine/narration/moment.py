"""What one instruction did, in one Japanese sentence with the values before and after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from courseware.machine.hart import csrs
from courseware.machine.hart.access import Access
from courseware.machine.isa.compressed import decode_short
from courseware.machine.isa.csr_numbers import CSR_NAMES, CSR_NUMBERS
from courseware.machine.isa.decoder import decode, operand_text
from courseware.machine.isa.explanation import instruction_accesses
from courseware.machine.isa.instruction import Decoded
from courseware.machine.isa.semantics import (
    WORD,
    Amo,
    Expression,
    Number,
    Perform,
    Service,
    SetPc,
    SetRd,
    Store,
    evaluate,
)
from courseware.machine.narration.csr_fields import change_note, changes, value_text
from courseware.machine.narration.values import Named, Valued
from courseware.machine.privilege import mode_name
from courseware.machine.registers import REGISTER_NAMES
from courseware.machine.stop import hexadecimal
from courseware.machine.trap import Trap

if TYPE_CHECKING:
    from courseware.machine.hart.hart import Hart

_STATUS = ("mstatus", "mstatush", "hstatus", "vsstatus")


@dataclass(frozen=True)
class _Sight:
    """What is looked at before and after an instruction."""

    mode: str
    registers: tuple[int, ...]
    csrs: Mapping[str, int]
    word: int | None  # of memory at the address of an AMO, LR or SC
    reservation: int | None


class Moment:
    """An instruction in the state in which it is about to be executed."""

    def __init__(self, hart: "Hart", word: int, decoded: Decoded) -> None:
        self._hart = hart
        self._word = word
        self._decoded = decoded
        self._instruction = decoded.instruction
        self._pc = hart.pc
        self._names = {
            "pc": hart.pc,
            "next": hart.pc + decoded.length,
            "imm": decoded.fields.get("imm", 0) & WORD,
        }
        for source in ("rs1", "rs2"):
            self._names[source] = hart.registers[decoded.fields.get(source, 0)]
        self._csr = self._reached_csr()
        self._before = self._sight()

    @classmethod
    def now(cls, hart: "Hart", word: int) -> "Moment | None":
        """Return the moment before an instruction; None for a word that is none."""
        decoded = decode(word)
        return cls(hart, word, decoded) if decoded else None

    @property
    def written(self) -> tuple[tuple[int, int], ...]:
        """Return (address, size in bytes) of what the instruction writes.

        It is asked for after the instruction: before it, nobody knows whether SC.W will write.
        """
        found: list[tuple[int, int]] = []
        for statement in self._instruction.statements:
            match statement:
                case Store(target, _):
                    found.append((self._value(target.address), target.bits // 8))
                case SetRd(Amo(address)):
                    found.append((self._value(address), 4))
                case Perform(Service("guest_store", (Number(bits), address, _))):
                    found.append((self._value(address), bits // 8))
                case SetRd(Service("store_conditional")) if self._stores():
                    found.append((self._names["rs1"], 4))
        return tuple(found)

    def explain(self) -> str:
        """Return what the instruction did, once it has."""
        after = self._sight()
        tell = _TELLERS.get(self._instruction.mnemonic)
        return (tell(self, after) if tell else self._plain(after)) + self._compressed_note() + "。"

    # --- what is seen ---

    def _sight(self) -> _Sight:
        hart = self._hart
        return _Sight(
            mode_name(hart.mode, hart.virtual),
            tuple(hart.registers),
            {name: csrs.read(hart, name) for name in self._csr_names()},
            self._memory_word(),
            hart.reservation,
        )

    def _csr_names(self) -> tuple[str, ...]:
        if "csr" in self._decoded.fields:
            number = self._decoded.fields["csr"]
            return (self._csr,) if number in csrs.REGISTERS else ()
        return _STATUS if self._instruction.mnemonic in ("mret", "sret") else ()

    def _reached_csr(self) -> str:
        """Return the register that the field csr reaches: with V=1 one of the guest's."""
        number = self._decoded.fields.get("csr", -1)
        name = CSR_NAMES.get(number, hex(number))
        guest = f"v{name}"
        return guest if self._hart.virtual and guest in CSR_NUMBERS else name

    def _memory_word(self) -> int | None:
        """Return the word that an AMO, LR or SC means, without a trace."""
        if "aqrl" not in self._decoded.fields:
            return None
        mmu, address = self._hart.mmu, self._names["rs1"]
        try:
            physical = mmu.probe(address, Access.LOAD, mmu.data_view)
        except Trap:
            return None
        bus = self._hart.bus
        offset = bus.ram_offset(physical, 4)
        return None if offset is None else int.from_bytes(bus.ram.read(offset, 4), "little")

    # --- the sentence of the table ---

    def _plain(self, after: _Sight) -> str:
        instruction = self._instruction
        words = self._words(after)
        done = f"{instruction.description}ました".format_map(words)
        if instruction.condition:
            condition = instruction.condition.format_map(words)
            if self._jumps():
                return f"「{condition}」が成り立つので、{done}"
            return f"「{condition}」が成り立たないので、次の命令へ進みました"
        return done + self._remark()

    def _words(self, after: _Sight) -> dict[str, object]:
        fields = self._decoded.fields
        words: dict[str, object] = {
            source: self._valued(
                f"{REGISTER_NAMES[fields.get(source, 0)]} (", self._names[source], ")"
            )
            for source in ("rs1", "rs2")
        }
        words["imm"] = self._valued("", self._names["imm"], "")
        for name in ("pred", "succ"):
            if name in fields:
                words[name] = operand_text(self._decoded, name, self._pc)
        rd = fields.get("rd", 0)
        words["rd"] = REGISTER_NAMES[rd]
        words["result"] = self._valued(" ", after.registers[rd], " ") if rd else Named("")
        for access in instruction_accesses(self._instruction.statements):
            words["address"] = hexadecimal(self._value(access.address))
        for jump in self._jump_statements():
            words["target"] = hexadecimal(self._value(jump.value))
        return words

    def _valued(self, before: str, value: int, after: str) -> Valued:
        return Valued(before, value, after, self._is_address)

    def _is_address(self, value: int) -> bool:
        """Say whether a number is where RAM or a device is, or the end of RAM, as sp at first."""
        bus = self._hart.bus
        return bus.answers(value) or (value != 0 and bus.answers(value - 1))

    def _remark(self) -> str:
        remarks = [
            text
            for condition, text in self._instruction.conditional_notes
            if evaluate(condition, self._names)
        ]
        if self._decoded.fields.get("rd") == 0:
            remarks.append("zero は常に 0 なので、値は捨てられます")
        return f" ({'。'.join(remarks)})" if remarks else ""

    def _jumps(self) -> bool:
        return any(
            jump.condition is None or evaluate(jump.condition, self._names)
            for jump in self._jump_statements()
        )

    def _jump_statements(self) -> list[SetPc]:
        return [s for s in self._instruction.statements if isinstance(s, SetPc)]

    def _value(self, expression: Expression) -> int:
        return evaluate(expression, self._names) & WORD

    def _compressed_note(self) -> str:
        short = decode_short(self._word & 0xFFFF) if self._decoded.length == 2 else None
        if short is None:
            return ""
        full = self._instruction.mnemonic
        return f" (16 ビットの {short[0].mnemonic} は、{full} を短くした命令です)"

    # --- atomic memory operations ---

    def _amo(self, after: _Sight) -> str:
        return self._plain(after) + self._memory_change(after)

    def _memory_change(self, after: _Sight) -> str:
        old, new = self._before.word, after.word
        if old is None or new is None:
            return ""
        texts = [f"{self._valued('', value, '')}" for value in (old, new)]
        change = f"{texts[0]} から {texts[1]} へ" if old != new else f"{texts[1]} のままです"
        return f" (メモリーの値は {change})"

    def _stores(self) -> bool:
        """Say whether the SC.W that has been executed wrote."""
        mmu, address = self._hart.mmu, self._names["rs1"]
        try:
            physical = mmu.probe(address, Access.LOAD, mmu.data_view)
        except Trap:
            return False
        return self._before.reservation == physical

    def _store_conditional(self, after: _Sight) -> str:
        words = self._words(after)
        address, rd = hexadecimal(self._names["rs1"]), words["rd"]
        if self._stores():
            done = "{rs2} を {address} 番地に 4 バイトで書き、成功を表す 0 を {rd} に入れました"
            text = "予約が続いていたので、" + done
        else:
            text = "{address} 番地の予約がないので何も書かず、失敗を表す 1 を {rd} に入れました"
        return text.format(rs2=words["rs2"], address=address, rd=rd) + self._remark()

    # --- CSRs ---

    def _csr_access(self, after: _Sight) -> str:
        fields, name = self._decoded.fields, self._csr
        if name not in after.csrs:
            return self._plain(after)
        old, new = self._before.csrs[name], after.csrs[name]
        mnemonic, rd = self._instruction.mnemonic.removesuffix("i"), fields["rd"]
        is_immediate = "zimm" in fields
        source = fields["zimm"] if is_immediate else fields["rs1"]
        writes = mnemonic == "csrrw" or source != 0
        parts = []
        if rd or not writes:
            read = after.registers[rd] if rd else old
            parts.append(f"CSR {name} の値 {value_text(name, read)} を {REGISTER_NAMES[rd]} に入れ")
        if writes:
            value = source if is_immediate else self._names["rs1"]
            number = hexadecimal(value)
            operand = number if is_immediate else f"{REGISTER_NAMES[source]} ({number})"
            what = {
                "csrrw": f"{operand} を CSR {name} に書き",
                "csrrs": f"CSR {name} で、{operand} で 1 のビットを 1 にし",
                "csrrc": f"CSR {name} で、{operand} で 1 のビットを 0 にし",
            }[mnemonic]
            parts.append(what)
        note = change_note(name, old, new) if writes else self._remark()
        return "、".join(parts) + "ました" + note

    # --- returns from traps, waiting, fences ---

    def _return(self, after: _Sight) -> str:
        mnemonic = self._instruction.mnemonic
        if self._before.mode == mode_name(0):
            return f"この計算機の設定では、{mnemonic} は U モードで何もしないので、次へ進みました"
        level = "m" if mnemonic == "mret" else "vs" if "V" in self._before.mode else "s"
        move = (
            f"{level}epc の {hexadecimal(self._hart.pc)} 番地へ戻り、"
            f"{self._before.mode}から {after.mode}に移りました"
            if self._before.mode != after.mode
            else f"{level}epc の {hexadecimal(self._hart.pc)} 番地へ、{after.mode}のまま戻りました"
        )
        changed = [
            f"{name} の {change}"
            for name in _STATUS
            for change in changes(name, self._before.csrs[name], after.csrs[name])
        ]
        return move + (f" ({'、'.join(changed)})" if changed else "")

    def _wait(self, after: _Sight) -> str:
        if self._hart.waiting:
            return "割り込みが来るまで待ち始めました"
        if after.mode == mode_name(0):
            return "この計算機の設定では、wfi は U モードで何もしないので、次へ進みました"
        return "受け付けを待っている割り込みがあるので、待たずに次へ進みました"

    def _fence(self, after: _Sight) -> str:
        if self._before.mode == mode_name(0):
            return "この計算機の設定では、sfence.vma は U モードで何もしないので、次へ進みました"
        mnemonic, fields = self._instruction.mnemonic, self._decoded.fields
        stage, space, shift = {
            "sfence.vma": ("", "アドレス空間 (ASID)", 0),
            "hfence.vvma": ("ゲスト (VS 段) の", "アドレス空間 (ASID)", 0),
            "hfence.gvma": ("ゲスト (G 段) の", "仮想マシン (VMID)", 2),
        }[mnemonic]
        if mnemonic == "sfence.vma" and "V" in self._before.mode:
            stage = "ゲスト自身の"
        address = hexadecimal(self._names["rs1"] << shift & WORD) + " 番地の"
        number = f"{space} {self._names['rs2']} の"
        where = address if fields["rs1"] else "すべての番地の"
        whose = number if fields["rs2"] else f"すべての{space} の"
        return f"{stage}変換のうち、{whose}、{where}ものを TLB から取り除きました"

    # --- a hypervisor's access to its guest ---

    def _guest_access(self, after: _Sight) -> str:
        status = csrs.read(self._hart, "hstatus")
        as_whom = mode_name(1 if status & csrs.SPVP else 0, True)
        return f"{as_whom}の権限で、{self._plain(after)}"


_Teller = Callable[[Moment, _Sight], str]


def _tellers() -> dict[str, _Teller]:
    """Return what tells of an instruction, where the table's sentence is not enough."""
    families: dict[_Teller, str] = {
        Moment._csr_access: "csrrw csrrs csrrc csrrwi csrrsi csrrci",
        Moment._return: "mret sret",
        Moment._wait: "wfi",
        Moment._fence: "sfence.vma hfence.vvma hfence.gvma",
        Moment._store_conditional: "sc.w",
        Moment._amo: "amoswap.w amoadd.w amoxor.w amoand.w amoor.w amomin.w amomax.w amominu.w"
        " amomaxu.w",
        Moment._guest_access: "hlv.b hlv.bu hlv.h hlv.hu hlvx.hu hlv.w hlvx.wu hsv.b hsv.h hsv.w",
    }
    return {mnemonic: tell for tell, words in families.items() for mnemonic in words.split()}


_TELLERS = _tellers()
