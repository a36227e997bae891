"""What the assembler makes of texts without mistakes (see also test_against_gnu_as)."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from courseware.machine import (
    AssemblyError,
    Debugger,
    Program,
    Segment,
    assemble,
    disassemble,
)
from courseware.machine.memory_map import RAM_BASE


def code(source: str) -> list[str]:
    """Return the instructions of .text as text."""
    data = assemble(source).segments[0].data
    words = (int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4))
    return [disassemble(word, RAM_BASE + 4 * number) for number, word in enumerate(words)]


def data(source: str) -> bytes:
    """Return the bytes that follow ``.data``."""
    (segment,) = assemble(f".data\n{source}").segments
    return segment.data


def test_sections_follow_each_other_from_the_start_of_ram() -> None:
    program = assemble(
        ".bss\nb: .space 8\n.data\nd: .word 1\n.section .rodata\nr: .word 2\n.text\nnop\n"
    )
    assert program.segments == (
        Segment(RAM_BASE, b"\x13\0\0\0"),
        Segment(RAM_BASE + 16, b"\2\0\0\0"),
        Segment(RAM_BASE + 32, b"\1\0\0\0"),
    )
    assert program.symbols == {"b": RAM_BASE + 48, "d": RAM_BASE + 32, "r": RAM_BASE + 16}


@pytest.mark.parametrize(
    "flags", ["", ', "aw"', ', "aw", @progbits', ',"aw",@nobits', ',"aMS",@progbits,1']
)
def test_flags_of_sections_are_those_of_their_names(flags: str) -> None:
    program = assemble(f".section .data{flags}\n.word 1\n.section .text{flags}\nnop")
    assert program == assemble(".data\n.word 1\n.text\nnop")


def test_entry_is_start_or_the_beginning_of_text() -> None:
    assert assemble("nop\n_start: nop").entry == RAM_BASE + 4
    assert assemble("nop\nstart: nop").entry == RAM_BASE
    assert assemble("nop\nmain: nop\n.equ _start, main").entry == RAM_BASE + 4
    assert assemble("_start:").entry == RAM_BASE


def test_lines_of_instructions_are_kept() -> None:
    program = assemble("# one\nli a0, 100000\n\nx: y: nop; nop\n.data\n.word 1")
    assert program.lines == {
        RAM_BASE: 2,
        RAM_BASE + 4: 2,
        RAM_BASE + 8: 4,
        RAM_BASE + 12: 4,
    }


def test_program_survives_json() -> None:
    program = assemble('_start: la a0, x\n.data\nx: .asciz "あ"\n.equ N, -1')
    assert Program.from_json(json.loads(json.dumps(program.to_json()))) == program


_VALUES = st.sampled_from(
    ("0", "-1", "1 << 31", "1 << 40", "1 << 63", "-1 << 63", "0x80000004", "0xffffffff", "x", ".")
)
_BODIES = st.sampled_from(
    ("nop", "la a0, x", "j x", "sw sp, -4(sp)", ".align 12", ".space 3", ".data", ".text")
)


def _definitions(name: str) -> st.SearchStrategy[str]:
    """Return ways to define a name once."""
    return st.one_of(
        st.sampled_from((f"{name}:", f"{name}: nop", f".text; {name}:; .data")),
        st.builds(f".equ {name}, {{}}".format, _VALUES),
        st.builds(f"{name} = {{}} + {{}}".format, _VALUES, _VALUES),
    )


_SOURCES = (
    st.tuples(
        st.just("x: nop"), _definitions("y"), _definitions("_start"), *[_BODIES | st.just("")] * 4
    )
    .flatmap(st.permutations)
    .map("\n".join)
)


@given(_SOURCES, st.integers(0, 6))
def test_what_is_assembled_can_be_stored_and_debugged(source: str, instructions: int) -> None:
    try:
        program = assemble(source)
    except AssemblyError:
        assume(False)
    assert Program.from_json(json.loads(json.dumps(program.to_json()))) == program
    debugger = Debugger(program)
    for _ in range(instructions):
        debugger.step()
    restored = Debugger.from_bytes(debugger.to_bytes())
    assert restored.program == program
    assert restored.machine.state() == debugger.machine.state()
    assert restored.last == debugger.last


@pytest.mark.parametrize(
    "change",
    [
        {"entry": -1},
        {"entry": "0"},
        {"segments": [{"address": 0}]},
        {"segments": [{"address": 0, "data": "%"}]},
        {"segments": [{"address": 0, "data": "あ"}]},
        {"lines": {"x": 1}},
        {"lines": {"1": 0}},
        {"symbols": []},
        {"symbols": {"x": True}},
    ],
)
def test_damaged_json_is_a_value_error(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"expected|missing|base64|ASCII|address"):
        Program.from_json(assemble("nop").to_json() | change)


def test_comments_of_all_kinds() -> None:
    source = "nop # a ; nop\nnop // b\n/* c\n nop\n*/ nop /* d */; nop /* e\n*/\n# ａ，全角"
    assert code(source) == ["addi zero, zero, 0"] * 4


def test_line_ends_of_all_kinds() -> None:
    assert assemble("nop\r\nnop\rnop\nnop").lines == {RAM_BASE + 4 * i: i + 1 for i in range(4)}


def test_strings_keep_full_width_characters_and_comment_marks() -> None:
    assert data('.ascii "＃ａ，　# // /* ; \\" あ"') == '＃ａ，　# // /* ; " あ'.encode()


def test_escapes() -> None:
    assert data(r'.ascii "\n\t\r\\\"\0\101\x7fz"') == b'\n\t\r\\"\0A\x7fz'


def test_numeric_labels_are_found_in_their_direction() -> None:
    assert code("1: nop\n1: j 1b\nj 1f\n1: j 1b") == [
        "addi zero, zero, 0",
        "jal zero, 0x80000004",
        "jal zero, 0x8000000c",
        "jal zero, 0x8000000c",
    ]


def test_operators_bind_as_in_gnu_as() -> None:
    assert data(".byte 1 + 2 * 3, 1 + 2 << 2, 6 & 3 + 1, -(2 + 3) * 2, ~0 ^ 1") == bytes(
        [7, 9, 3, 0xF6, 0xFE]
    )


def test_constants_may_name_what_comes_later_and_each_other() -> None:
    assert data(".equ A, B + 1\n.equ B, y - x\nx: .word A\ny: .word B") == b"\5\0\0\0\4\0\0\0"


def test_long_chain_of_constants() -> None:
    chain = "\n".join(f".equ n{i}, n{i - 1} + n{i - 1}" for i in range(1, 300))
    assert data(f".equ n0, 0\n{chain}\n.word n299") == bytes(4)


def test_known_distances_may_size_data() -> None:
    assert data("x: .byte 1, 2\n.space 8 - (. - x)\n.byte 3") == b"\1\2\0\0\0\0\0\0\3"


def test_li_of_a_later_symbol_takes_both_instructions() -> None:
    assert code("li a0, N\n.equ N, 5") == ["lui a0, 0x0", "addi a0, a0, 5"]
    assert code("li a0, f\nf: nop")[:2] == ["lui a0, 0x80000", "addi a0, a0, 8"]


def test_deep_nesting_is_no_problem() -> None:
    depth = 4_000
    assert data(f".byte {'(' * depth}1{')' * depth}") == b"\1"
    assert data(f".byte {'-' * depth}1") == b"\1"


def test_sections_lie_by_their_kinds_whatever_the_order_of_the_source() -> None:
    names = (
        ".text.init", ".text", ".text.b", ".text.a", ".rodata", ".rodata.x", ".srodata", ".data",
        ".data.rel", ".sdata", ".sdata.x", ".other", ".boot", ".bss", ".sbss", ".bss.x",
    )  # fmt: skip
    kept = (".text.b", ".sdata", ".other", ".sbss")  # in front of the next one of their kind
    source = "".join(
        f".section {name}\nl{names.index(name)}: .space 8\n"
        for name in [*kept, *(name for name in reversed(names) if name not in kept)]
    )
    symbols = assemble(source).symbols
    assert sorted(symbols, key=symbols.__getitem__) == [f"l{i}" for i in range(len(names))]
    assert list(symbols.values()) != sorted(symbols.values())
    assert symbols["l0"] == RAM_BASE


def test_other_sections_follow_in_the_order_of_the_source() -> None:
    program = assemble(
        '.section .z, "aw"\n.word 1\n.section .text.x, "ax"\nnop\n.text\nnop\n'
        '.section .n, "aw", @nobits\nn: .space 4\n.bss\n.space 4\n.section .z\n.word 2\nz:\n'
    )
    assert program.segments == (
        Segment(RAM_BASE, b"\x13\0\0\0"),
        Segment(RAM_BASE + 16, b"\x13\0\0\0"),
        Segment(RAM_BASE + 32, b"\1\0\0\0\2\0\0\0"),
    )
    assert program.symbols == {"n": RAM_BASE + 64, "z": RAM_BASE + 40}


def test_entry_may_be_in_any_section_of_code() -> None:
    assert assemble('nop\n.section .boot, "ax"\nnop\n_start: nop').entry == RAM_BASE + 20
    assert assemble(".section .text.init\nnop").entry == RAM_BASE
    assert assemble("_start: nop\n.section .text.init\nnop").entry == RAM_BASE + 16
    assert assemble("nop\n.section .text.init\nnop\nnop").entry == RAM_BASE
    assert assemble('.data\n.word 1\n.section .boot, "ax"\nnop').entry == RAM_BASE + 16
    assert assemble(".option rvc\nnop\n_start: nop").entry == RAM_BASE + 2


def test_lines_of_a_macro_are_those_of_the_outermost_call() -> None:
    source = ".macro one\nnop\n.endm\n.macro two\none\nnop\n.endm\n\ntwo; nop\n.rept 2\nnop\n.endr"
    lines = [9, 9, 9, 11, 11]
    assert assemble(source).lines == {RAM_BASE + 4 * i: line for i, line in enumerate(lines)}


def test_a_branch_that_became_two_instructions_has_the_line_of_both() -> None:
    program = assemble("nop\nbeq a0, a1, f\n.space 4096\nf: nop")
    assert program.lines == {
        RAM_BASE: 1,
        RAM_BASE + 4: 2,
        RAM_BASE + 8: 2,
        RAM_BASE + 12 + 4096: 4,
    }
    text = program.segments[0].data[4:12]
    words = [int.from_bytes(text[i : i + 4], "little") for i in (0, 4)]
    assert disassemble(words[0], RAM_BASE + 4) == "bne a0, a1, 0x8000000c"
    assert disassemble(words[1], RAM_BASE + 8) == "jal zero, 0x8000100c"


def test_a_weak_name_without_definition_is_0() -> None:
    assert data(".weak w\n.word w, w + 1") == b"\0\0\0\0\1\0\0\0"
    assert data(".weak w\nw: .word w - .") == b"\0\0\0\0"


def test_common_blocks_lie_in_bss() -> None:
    program = assemble("nop\n.comm a, 3\n.comm b, 8, 8\n.lcomm c, 1")
    bss = RAM_BASE + 16
    assert program.symbols == {"a": bss, "b": bss + 8, "c": bss + 16}


def test_the_last_value_of_a_constant_is_the_programs() -> None:
    sets = "\n".join(".set x, x + 1" for _ in range(300))
    program = assemble(f".set x, 0\n{sets}\n.set p, y\n.set p, p + 4\ny: nop")
    assert program.symbols == {"x": 300, "p": RAM_BASE + 4, "y": RAM_BASE}


def test_what_an_alignment_leaves_out_is_as_if_it_were_not_there() -> None:
    for rest in ("", ",", ",,", ", 0", ",, 4"):
        assert data(f".byte 1\n.align 2{rest}\n.byte 2") == b"\1\0\0\0\2", rest


def test_warnings_do_not_stop() -> None:
    assert code('.warning "あ"\nnop') == ["addi zero, zero, 0"]


def test_compressed_instructions_may_be_written_at_any_time() -> None:
    (segment,) = assemble("c.li a0, 1\nc.addi a0, 2\nli a0, 1").segments
    assert segment.data.hex() == "0545090513051000"


def test_branches_to_numbers_take_the_form_as_written() -> None:
    source = "beq a0, zero, 0x80000010\nc.beqz a0, 0x80000010\nc.j 0x80000000\nj 0x80000000"
    (segment,) = assemble(f".option rvc\n{source}").segments
    assert segment.data.hex() == "6308050011c5edbf6ff09fff"


@given(st.integers(0, 0xFFFF))
def test_every_16_bits_have_a_text_that_assembles_to_them(halfword: int) -> None:
    assume(halfword & 3 != 3)
    text = disassemble(halfword, RAM_BASE)
    assert text.startswith(("c.", ".half"))
    (segment,) = assemble(text).segments
    assert segment.data == halfword.to_bytes(2, "little"), text


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (0x0000, "c.unimp"),
        (0x4108, "c.lw a0, 0(a0)"),
        (0x7139, "c.addi16sp sp, -64"),
        (0x9002, "c.ebreak"),
        (0x8082, "c.jr ra"),
        (0xC111, "c.beqz a0, 0x80000004"),
        (0x2000, ".half 0x2000"),  # c.fld
        (0x8330000F, "fence.tso"),
        (0x0FF0000F, "fence iorw, iorw"),
        (0x1FF0000F, ".word 0x1ff0000f"),  # bits are set that FENCE ignores
        (0x160627AF, "lr.w.aqrl a5, (a2)"),
        (0x30529073, "csrrw zero, mtvec, t0"),
        (0x7C029073, "csrrw zero, 0x7c0, t0"),
        (0x62B50073, "hfence.gvma a0, a1"),
    ],
)
def test_disassembly(word: int, text: str) -> None:
    assert disassemble(word, RAM_BASE) == text


def test_align_fills_code_with_nops() -> None:
    assert code("nop\n.align 3\n.align 3\nebreak") == ["addi zero, zero, 0"] * 2 + ["ebreak"]


def test_an_argument_of_a_macro_may_hold_several_statements() -> None:
    macro = '.macro both code\n\\code\n.asciz "\\code"\n.balign 4\n.endm\n'
    for several in ("li a0, 1; 1: j 1b", "nop;;nop; "):
        plain = f'{several}\n.asciz "{several}"\n.balign 4\n'
        assert assemble(f'{macro}both "{several}"').segments == assemble(plain).segments
    with pytest.raises(AssemblyError) as error:
        assemble('.macro one code\n  nop; \\code\n.endm\none "nop; bad x"')
    assert {(p.line, p.column) for p in error.value.problems} == {(2, 8)}


def test_nothing_is_read_behind_end() -> None:
    for source in ("nop\n.end\nfoo", "nop; .end main; foo", ".macro m; nop; .end; foo; .endm; m"):
        assert assemble(source) == assemble("nop"), source
    assert code(".if 0\n.end\n.endif\nnop") == code("nop")


def test_global_pointer_is_0x800_behind_the_small_data() -> None:
    load = "la gp, __global_pointer$\n"
    for source, middle in (
        ("", RAM_BASE + 16),
        (".data\n.word 1", RAM_BASE + 16),
        (".data\n.word 1\n.section .sdata\n.word 1", RAM_BASE + 32),
        (".text\nnop; nop; nop\n.data 3\n.word 1", RAM_BASE + 32),
    ):
        assert code(load + source)[:2] == code(f"la gp, . + {middle + 0x800 - RAM_BASE}")
        assert assemble(load + source).symbols == {}
    assert code("__global_pointer$ = 5\nli a0, __global_pointer$") == ["addi a0, zero, 5"]
    assert code("nop\n__global_pointer$: j __global_pointer$")[1] == "jal zero, 0x80000004"


def test_constants_are_there_before_the_first_line_and_the_origin_is_where_it_begins() -> None:
    program = assemble(
        ".ifdef N\nli a0, N\n.endif\nx: .word x\n", origin=0x9000_0000, constants={"N": -5}
    )
    (segment,) = program.segments
    assert segment.address == program.entry == 0x9000_0000
    assert segment.data[4:] == (0x9000_0004).to_bytes(4, "little")
    assert program.lines == {0x9000_0000: 2}
    with pytest.raises(AssemblyError, match=r"1:1: .*N"):
        assemble("N: nop\n", constants={"N": 1})
