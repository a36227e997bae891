"""``python -m courseware.machine``, in this process and as one of its own."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from courseware.machine.cli import main
from courseware.machine.cli.arguments import UsageError, number, size
from courseware.machine.cli.console import MAX_SHOWN_BYTES
from courseware.machine.debugger import Debugger
from courseware.machine.loaders import load_elf
from courseware.machine.machine import Step
from courseware.machine.stop import Stop

HELLO = """
_start: la s0, message
1:      lbu a0, 0(s0)
        beqz a0, 2f
        li t0, 0x10000000
        sb a0, 0(t0)
        addi s0, s0, 1
        j 1b
2:      li t0, 0x100000
        li t1, 0x5555
        sw t1, 0(t0)
        .data
message: .asciz "hello\\n"
"""
TEST = "la t0, tohost\nli t1, {}\nsw t1, 0(t0)\n1: j 1b\n.data\n.globl tohost\ntohost: .word 0, 0\n"
ECHO = """
        li t0, 0x10000000
1:      lbu t1, 5(t0)
        andi t1, t1, 1
        beqz t1, 1b
        lbu a0, 0(t0)
        sb a0, 0(t0)
        li t2, '.'
        bne a0, t2, 1b
        ebreak
"""
TIMER = """
        la t0, handler
        csrw mtvec, t0
        li t0, 0x02004000
        li t1, 200
        sw t1, 0(t0)
        sw zero, 4(t0)
        li t0, 0x80
        csrs mie, t0
        csrsi mstatus, 8
        wfi
        nop
        .align 2
handler: csrw mtvec, zero
        ebreak
"""
PAGED = """
        la t0, table
        li t1, 0x200000cf       # 4 MiB from 0x80000000: V R W X A D
        sw t1, 0(t0)
        srli t1, t0, 12
        lui t2, 0x80000
        or t1, t1, t2
        csrw satp, t1
        li t0, 0x800
        csrs mstatus, t0        # MPP = S
        li t0, -1
        csrw pmpaddr0, t0
        li t0, 0x1f
        csrw pmpcfg0, t0
        la t0, inside
        slli t0, t0, 1
        srli t0, t0, 1
        csrw mepc, t0
        mret
inside: li a0, 7
        j inside
        .data
        .balign 4096
table:  .space 4096
"""
DISK = """
        li t0, 0x10001000
        lw a0, 0x100(t0)
        ebreak
"""
FACTORIAL = """
_start: li a0, 4
        call factorial
        ebreak
factorial:
        li t0, 1
        bleu a0, t0, 1f
        addi sp, sp, -16
        sw ra, 0(sp)
        sw a0, 4(sp)
        addi a0, a0, -1
        call factorial
        lw t0, 4(sp)
        mul a0, a0, t0
        lw ra, 0(sp)
        addi sp, sp, 16
1:      ret
"""


@pytest.fixture
def source(tmp_path: Path) -> Callable[[str], str]:
    """Return what writes a source and returns its name."""

    def write(text: str) -> str:
        path = tmp_path / "program.s"
        path.write_text(text, "utf-8")
        return str(path)

    return write


Source = Callable[[str], str]
Capture = pytest.CaptureFixture[str]


# --- run ---


def test_run_prints_what_the_program_prints(source: Source) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "courseware.machine", "run", source(HELLO)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout == b"hello\n"
    assert done.stderr.decode() == "終了コード 0 で終わりました。\n"


@pytest.mark.parametrize("engine", ["interpreter", "translator"])
@pytest.mark.parametrize(("word", "status", "said"), [(1, 0, "合格"), (15, 1, "テスト 7 番で失敗")])
def test_a_test_program_tells_by_tohost(
    engine: str, word: int, status: int, said: str, source: Source, capsys: Capture
) -> None:
    assert main(["run", source(TEST.format(word)), "--engine", engine]) == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("ebreak", 0, "ebreak"),
        ("li t0, 0x100000\nli t1, 0x53333\nsw t1, 0(t0)", 1, "終了コード 5"),
        ("ecall", 1, "例外"),
        ("j .", 1, "1,000"),
        ("1: wfi\nj 1b", 1, "割り込み"),
    ],
)
def test_the_exit_status_says_whether_a_program_ended_well(
    text: str, status: int, said: str, source: Source, capsys: Capture
) -> None:
    assert main(["run", source(text), "--max-instructions", "1,000"]) == status
    assert said in capsys.readouterr().err


def test_max_instructions_counts_to_the_instruction(source: Source, capsys: Capture) -> None:
    name = source("addi a0, a0, 1\naddi a0, a0, 1\nebreak")
    assert main(["run", name, "--max-instructions=2"]) == 1
    assert main(["run", name, "--max-instructions=３"]) == 0


def test_stats_are_one_line_of_json_on_standard_error(source: Source, capsys: Capture) -> None:
    assert main(["run", source(HELLO), "--stats", "json", "--engine", "interpreter"]) == 0
    stats = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert stats["instructions"] == stats["cycles"] == 2 + 6 * 6 + 2 + 4
    assert stats["device_accesses"] == 7
    assert stats["engine"] == "interpreter"
    assert (stats["stop"], stats["exit_code"]) == ("exit", 0)
    assert stats["seconds"] > 0
    assert stats["instructions_per_second"] > 0
    assert stats["traps"] == []


def test_stats_count_traps_by_level_and_cause(source: Source, capsys: Capture) -> None:
    text = "la t0, 1f\ncsrw mtvec, t0\necall\n.align 2\n1: csrw mtvec, zero\nebreak"
    assert main(["run", source(text), "--stats=json"]) == 0
    stats = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert stats["traps"] == [{"level": "M", "cause": 11, "count": 1}]


def test_the_trap_that_ends_a_run_is_in_the_stats_and_in_the_trace(
    source: Source, tmp_path: Path, capsys: Capture
) -> None:
    trace = tmp_path / "trace"
    arguments = ["run", source("nop\nlw a0, 16(zero)"), "--stats", "json", "--trace", str(trace)]
    assert main(arguments) == 1
    stats = json.loads(capsys.readouterr().err.splitlines()[-1])
    stop = [stats[name] for name in ("stop", "stop_pc", "stop_cause", "stop_tval")]
    assert stop == ["trap", 0x8000_0004, 5, 16]
    assert stats["traps"] == []
    assert trace.read_text().splitlines()[-1].split("\t")[-1] == "stop:5:00000010"


def test_a_trace_has_one_line_for_each_step(source: Source, tmp_path: Path) -> None:
    text = "la t0, 1f\ncsrw mtvec, t0\nsw t0, 64(t0)\necall\n.align 2\n1: csrw mtvec, zero\nebreak"
    trace = tmp_path / "trace"
    assert main(["run", source(text), "--trace", str(trace)]) == 0
    lines = [line.split("\t") for line in trace.read_text().splitlines()]
    assert [line[0] for line in lines] == [str(cycle) for cycle in range(len(lines))]
    assert {line[1] for line in lines} == {"M"}
    assert lines[0][2:] == ["80000000", "00000297", "auipc t0, 0x0", "t0=80000000"]
    assert lines[3][2:] == ["8000000c", "0452a023", "sw t0, 64(t0)", "[80000054:4]"]
    assert lines[4][3:] == ["00000073", "ecall", "trap:M:b:00000000"]
    assert lines[5][2] == "80000014"
    assert lines[6][4] == "ebreak"
    assert len(lines) == 7


def test_a_trace_tells_of_interrupts_and_of_waiting(source: Source, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    assert main(["run", source(TIMER), "--trace", str(trace)]) == 0
    lines = [line.split("\t") for line in trace.read_text().splitlines()]
    (wfi,) = (index for index, line in enumerate(lines) if line[4] == "wfi")
    assert lines[wfi + 1][3:] == ["", "", ""]
    assert int(lines[wfi + 2][0]) >= 200
    assert lines[wfi + 2][3:] == ["", "", "trap:M:80000007:00000000"]


def test_a_trace_stops_in_the_midst_of_waiting(source: Source, capsys: Capture) -> None:
    arguments = ["run", source(TIMER), "--max-instructions", "100"]
    assert main([*arguments, "--trace", "/dev/null", "--stats", "json"]) == 1
    traced = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert main([*arguments, "--stats", "json"]) == 1
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["cycles"] == traced["cycles"] == 100


def test_a_traced_run_ends_as_an_untraced_one(source: Source, tmp_path: Path) -> None:
    name = source(ECHO)
    (tmp_path / "input").write_bytes(b"some text.")
    rest = ["--input", str(tmp_path / "input"), "--max-instructions", "5000"]
    assert main(["run", name, *rest]) == 0
    assert main(["run", name, *rest, "--trace", str(tmp_path / "trace")]) == 0
    assert main(["run", name, *rest[:2], "--max-instructions", "60"]) == 1
    assert main(["run", name, *rest[:2], "--max-instructions", "60", "--trace", "/dev/null"]) == 1


def test_input_goes_to_the_uart_however_long_it_is(source: Source, tmp_path: Path) -> None:
    text = b"x" * 10_000 + b"."
    done = subprocess.run(
        [sys.executable, "-m", "courseware.machine", "run", source(ECHO), "--input", "-"],
        input=text,
        capture_output=True,
        check=False,
    )
    assert done.stdout == text
    assert done.returncode == 0


def test_a_disk_has_the_content_of_a_file(source: Source, tmp_path: Path, capsys: Capture) -> None:
    image = tmp_path / "disk"
    image.write_bytes(bytes(1536))
    trace = tmp_path / "trace"
    assert main(["run", source(DISK), "--disk", str(image), "--trace", str(trace)]) == 0
    assert "a0=00000003" in trace.read_text()  # the capacity in sectors
    with image.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    assert main(["run", source(DISK), "--disk", str(image)]) == 0
    with image.open("ab") as file:
        file.write(b"\0")
    assert main(["run", source(DISK), "--disk", str(image)]) == 2
    assert "67,108,864" in capsys.readouterr().err


def test_memory_is_what_was_asked_for(source: Source, capsys: Capture) -> None:
    name = source("addi sp, sp, -4\nsw zero, 0(sp)\nli t0, 0x80001000\nsw zero, 0(t0)\nebreak")
    assert main(["run", name, "--memory", "8K"]) == 0
    assert main(["run", name, "--memory", "4096"]) == 1
    assert "ストア" in capsys.readouterr().err


@pytest.mark.parametrize("memory", ["2048", "5000", "128M"])
def test_memory_has_limits(memory: str, source: Source, capsys: Capture) -> None:
    assert main(["run", source("ebreak"), "--memory", memory]) == 2
    assert "2 の累乗" in capsys.readouterr().err


def test_memory_must_hold_the_program(source: Source, capsys: Capture) -> None:
    name = source("ebreak\n.data\n.space 4096\n")
    assert main(["run", name, "--memory", "4K"]) == 2
    assert "以上が必要" in capsys.readouterr().err
    big = source("ebreak\n.data\n.word 1\n.bss\n.space 1\n").replace("program.s", "big.bin")
    Path(big).write_bytes(bytes.fromhex("73001000") + bytes(16 * 1024 * 1024))
    assert main(["run", big]) == 0


def test_tohost_must_lie_in_memory(source: Source, capsys: Capture) -> None:
    assert main(["run", source(".equ tohost, 5\nebreak")]) == 2
    assert "tohost" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["file", "--disk", "--input"])
def test_a_trace_does_not_overwrite_what_is_read(
    flag: str, source: Source, tmp_path: Path, capsys: Capture
) -> None:
    name = source("ebreak")
    (tmp_path / "data").write_bytes(bytes(512))
    read = Path(name) if flag == "file" else tmp_path / "data"
    (tmp_path / "link").symlink_to(read)
    before = read.read_bytes()
    rest = [] if flag == "file" else [flag, str(read)]
    assert main(["run", name, *rest, "--trace", str(tmp_path / "link")]) == 2
    assert "読むファイルには書けません" in capsys.readouterr().err
    assert read.read_bytes() == before


# --- what is wrong ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "{hello}"], "標準出力 に書けません: 空き容量がありません。"),
        (["disasm", "{hello}"], "標準出力 に書けません: 空き容量がありません。"),
        (["help"], "標準出力 に書けません: 空き容量がありません。"),
        (["run", "{hello}", "--trace", "/dev/full"], "/dev/full に書けません: 空き容量"),
        (["asm", "{hello}", "-o", "/no/such/a.elf"], "/no/such/a.elf に書けません: その"),
        (["asm", "{hello}", "-o", "{hello}/a.elf"], "a.elf に書けません: 途中の名前"),
        (["run", "{hello}", "--disk", "/no/disk"], "/no/disk を読めません: ファイルが"),
        (["run", "{hello}", "--input", "/no/input"], "/no/input を読めません: ファイルが"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    arguments: list[str], said: str, source: Source
) -> None:
    words = [word.format(hello=source(HELLO)) for word in arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "courseware.machine", *words],
            stdout=full if said.startswith("標準出力") else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert said in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-command"], "「no-such-command」"),
        (["run"], "ファイルを 1 つ"),
        (["run", "a", "b"], "今は 2 個"),
        (["run", "a", "--fast"], "--fast"),
        (["--version"], "courseware.machine --help"),
        (["run", "a", "--engine"], "--engine の後に、interpreter か translator を指定"),
        (["run", "a", "--stats", "xml"], "--stats xml: json を指定してください"),
        (["run", "a", "--memory", "３Ｍ"], "--memory ３Ｍ: 4,096 から 67,108,864 まで"),
        (["run", "a", "--memory", "0xfg"], "0x10000、64K"),
        (["run", "a", "--engine", "warp"], "interpreter、translator"),
        (["run", "a", "--max-instructions", "0"], "1 以上"),
        (["run", "a", "--memory", "16Q"], "16M のように"),
        (["asm", "a.s", "--listing=yes"], "値は付けられません"),
        (["run", "/no/such/file"], "/no/such/file を読めません: ファイルがありません"),
        (["run", "a", "--trace", "-"], "--trace -: - には書けません"),
        (["run", "/"], "ディレクトリー"),
        (["disasm", "/dev/null"], "空です"),
        (["asm", "a.elf"], ".s"),
    ],
)
def test_bad_arguments_are_told_in_japanese_with_status_2(
    arguments: list[str], said: str, capsys: Capture
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_without_arguments_the_help_comes_with_status_2(capsys: Capture) -> None:
    assert main([]) == 2
    assert "使い方" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["run", "asm", "disasm", "debug"])
def test_every_command_has_help(command: str, capsys: Capture) -> None:
    assert main(["--help"]) == 0
    assert command in capsys.readouterr().out
    assert main([command, "--help"]) == 0
    assert f"courseware.machine {command}" in capsys.readouterr().out


def test_help_may_be_asked_for_as_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["help"]) == 0
    overall = capsys.readouterr().out
    for words in (["run", "--help"], ["run", "help"], ["help", "run"]):
        assert main(words) == 0
        text = capsys.readouterr().out
        assert "--max-instructions" in text
        assert text != overall
    Path("help").write_bytes(bytes.fromhex("73001000"))  # a program of this name
    assert main(["run", "help"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["help", "run"]) == 0
    assert "--max-instructions" in capsys.readouterr().out


def test_commands_and_options_may_be_full_width(source: Source, capsys: Capture) -> None:
    name = source("nop\nebreak")
    assert main(["ｒｕｎ", name, "－－ｍａｘ－ｉｎｓｔｒｕｃｔｉｏｎｓ＝１"]) == 1
    assert main(["run", name, "－－engine", "ｉｎｔｅｒｐｒｅｔｅｒ"]) == 0
    assert main(["run", "－－", name]) == 0
    assert main(["ｒｕｎ", "－－ｈｅｌｐ"]) == 0


def test_a_text_is_no_program(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "hello.c"
    path.write_text("int main(void) {\n\treturn 0;  /* 例 */\n}\n", "utf-8")
    assert main(["run", str(path)]) == 2
    assert "文字だけのファイル" in capsys.readouterr().err
    assert main(["disasm", str(path.rename(tmp_path / "hello.bin"))]) == 0


def test_problems_of_a_source_come_with_file_line_and_column(
    source: Source, capsys: Capture
) -> None:
    name = source("nop\n  nonsense a0\nadd a0\n")
    assert main(["run", name]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"{name}:2:3: ")
    assert lines[1].startswith(f"{name}:3:1: ")


def test_numbers_may_be_full_width_and_grouped() -> None:
    assert number("１,０００_000") == 1_000_000
    for wrong in ("", "-1", "1.5", "0x10", "０"):
        with pytest.raises(UsageError):
            number(wrong)


def test_sizes_may_have_units() -> None:
    assert [size(text) for text in ("4096", "0x1B00", "64K", "１６Ｍ", "1MiB", "4kib")] == [
        4096,
        0x1B00,
        65_536,
        16_777_216,
        1_048_576,
        4_096,
    ]
    for wrong in ("", "M", "1G", "1KM", "x"):
        with pytest.raises(UsageError):
            size(wrong)


# --- asm and disasm ---


def test_asm_writes_an_executable_beside_the_source(source: Source, tmp_path: Path) -> None:
    assert main(["asm", source(HELLO)]) == 0
    program = load_elf((tmp_path / "program.elf").read_bytes())
    assert program.symbols["_start"] == program.entry == 0x8000_0000


def test_asm_writes_a_flat_binary_for_the_suffix_bin(source: Source, tmp_path: Path) -> None:
    out = tmp_path / "out.bin"
    assert main(["asm", source("ebreak\n.data\n.byte 7"), "-o", str(out)]) == 0
    data = out.read_bytes()
    assert data[:4] == bytes.fromhex("73001000")
    assert data[-1] == 7
    assert main(["run", str(out)]) == 0


def test_asm_tells_what_it_wrote_and_whether_the_file_was_there(
    source: Source, tmp_path: Path, capsys: Capture
) -> None:
    name, out = source("ebreak"), tmp_path / "program.elf"
    for done in ("を作りました", "を書き換えました"):
        assert main(["asm", name]) == 0
        captured = capsys.readouterr()
        assert captured.err == f"{out} {done} ({out.stat().st_size:,} バイト)。\n"
        assert captured.out == ""


def test_asm_refuses_a_binary_that_would_begin_elsewhere(
    source: Source, tmp_path: Path, capsys: Capture
) -> None:
    name, out = source("nop\n.globl _start\n_start: ebreak"), tmp_path / "out.bin"
    assert main(["asm", name, "-o", str(out)]) == 2
    assert "0x80000004" in capsys.readouterr().err
    assert not out.exists()
    assert main(["asm", name, "-o", str(tmp_path / "out.elf")]) == 0


def test_asm_refuses_an_executable_with_the_name_of_a_source(
    source: Source, tmp_path: Path, capsys: Capture
) -> None:
    main(["asm", source("ebreak")])
    wrong = tmp_path / "wrong.s"
    (tmp_path / "program.elf").rename(wrong)
    assert main(["asm", str(wrong)]) == 2
    assert "ELF 実行ファイル" in capsys.readouterr().err
    assert not (tmp_path / "wrong.elf").exists()


def test_asm_does_not_write_over_its_source(source: Source, capsys: Capture) -> None:
    name = source("ebreak")
    assert main(["asm", name, "-o", name]) == 2
    assert Path(name).read_text() == "ebreak"


def test_a_listing_shows_every_line_with_what_it_became(
    source: Source, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["asm", source("# 例\n  la a0, x\n  ebreak\n.data\nx: .word 1"), "--listing"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "    1                    # 例"
    assert lines[1].startswith("    2 80000000 00000517    la a0, x")
    assert lines[2].startswith("      80000004 ")
    assert lines[3] == "    3 80000008 00100073    ebreak"
    assert lines[5] == "    5 80000010           x: .word 1"
    assert not (tmp_path / "program.elf").exists()


def test_disasm_shows_labels_instructions_and_runs_of_zeroes(
    source: Source, tmp_path: Path, capsys: Capture
) -> None:
    name = source("_start: li a0, 1\nebreak\n.data\n.word 1\nx: .space 64\ny: .byte 2")
    main(["asm", name])
    assert main(["disasm", str(tmp_path / "program.elf")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "80000000 <_start>:" in lines
    assert "80000000:   00100513   addi a0, zero, 1" in lines
    assert "80000004:   00100073   ebreak" in lines
    assert any(line.endswith("... (0 が 64 バイト)") for line in lines)
    assert any(line.endswith("<y>:") for line in lines)


def test_disasm_of_a_source_knows_data_from_instructions(source: Source, capsys: Capture) -> None:
    assert main(["disasm", source('ebreak\n.data\n.ascii "abcdef"')]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("ebreak")
    assert [line.split("   ")[-1].strip() for line in lines[1:]] == [
        ".byte 0x61, 0x62, 0x63, 0x64",
        ".byte 0x65, 0x66",
    ]


def test_disasm_knows_16_bit_instructions(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "flat.bin"
    path.write_bytes(bytes.fromhex("0505 13000000 0280 13"))
    assert main(["disasm", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("80000000:   0505 ")
    assert lines[0].endswith("c.addi a0, 1")
    assert lines[1].startswith("80000002:   00000013 ")
    assert lines[2].startswith("80000006:   8002 ")
    assert lines[3].endswith(".byte 0x13")


# --- debug ---


def debugged(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str, *commands: str
) -> list[str]:
    """Return what the debugger says to some commands, line by line."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(commands) + "\n"))
    assert main(["debug", name]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def ask(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> Callable[..., list[str]]:
    """Return what debugs the factorial program."""
    name = source(FACTORIAL)
    return lambda *commands: debugged(monkeypatch, capsys, name, *commands)


Ask = Callable[..., list[str]]


def test_the_debugger_shows_where_it_is(ask: Ask) -> None:
    assert ask() == ["[M モード]  80000000 <_start>  00400513  addi a0, zero, 4"]


def test_step_explains_and_goes_on_by_an_empty_line(ask: Ask) -> None:
    lines = ask("step", "")
    assert "a0 に入れました" in lines[1]
    assert lines[-1].startswith("[M モード]  80000008 <_start+8> ")
    assert len(ask("s 3")) == 7


def test_next_passes_over_a_call_and_back_comes_back_into_it(ask: Ask) -> None:
    lines = ask("n", "s", "n", "back", "p")
    assert lines[-3].startswith("[M モード]  8000000c <_start+12>")
    assert "ret" in lines[-2] or "jalr zero" in lines[-2]


def test_next_in_a_recursion_stays_in_its_call(ask: Ask) -> None:
    lines = ask("b factorial+28", "c", "d", "n", "regs")
    assert lines[5].startswith("[M モード]  80000030 <factorial+32>")
    assert any("a0   00000006" in line for line in lines)


def test_finish_goes_to_the_caller(ask: Ask) -> None:
    lines = ask("b factorial", "c", "d", "finish", "regs")
    assert any("8000000c <_start+12>" in line for line in lines)
    assert any("a0   00000018" in line for line in lines)


def test_breakpoints_stop_are_listed_and_are_taken_away(ask: Ask) -> None:
    lines = ask("break factorial", "b", "c", "c", "delete factorial", "c", "b")
    assert lines[1] == "80000010 <factorial> にブレークポイントを置きました。"
    assert lines[2] == "80000010 <factorial>"
    assert sum("●80000010" in line for line in lines) == 2
    assert any("ebreak で止まりました" in line for line in lines)
    assert lines[-1] == "ブレークポイントはありません。"


def test_back_and_reset_go_to_the_start(ask: Ask) -> None:
    lines = ask("c", "back 3", "back 1000", "c", "reset")
    assert any("これより前はありません" in line for line in lines)
    assert lines[-1] == lines[0]


def test_registers_csrs_memory_and_instructions_are_shown(ask: Ask) -> None:
    lines = ask("s", "regs", "csr MSCRATCH", "mem _start 20", "list factorial 2")
    assert any("*a0   00000004" in line for line in lines)
    assert "mscratch = 0x00000000" in lines
    assert "80000000: 13 05 40 00 97 00 00 00 e7 80 c0 00 73 00 10 00  ..@.........s..." in lines
    assert any(line.startswith("80000010: 93 02 10 00") for line in lines)
    assert lines[-2].startswith(" 80000010 <factorial>  00100293  addi t0, zero, 1")


def test_addresses_are_symbols_registers_numbers_and_sums(ask: Ask) -> None:
    commands = ("x pc 1", "x 0x80000010-16 1", "x factorial-8-8 1", "x ｐｃ＋４－４ １")
    lines = ask(*commands)
    assert len(lines) == 5
    assert {line[:12] for line in lines[1:]} == {"80000000: 13"}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("frobnicate", "help で一覧"),
        ("mem nowhere", "「nowhere」は番地でも数でもありません"),
        ("mem", "番地を指定"),
        (f"mem pc {MAX_SHOWN_BYTES + 1}", "1 から 4,096 まで"),
        ("list pc 201", "1 から 200 まで"),
        ("back 1001", "1 から 1,000 まで"),
        ("step 0", "1 から 1,000,000 まで"),
        ("step x", "1 から 1,000,000 までの整数です (今は「x」です)"),
        ("csr mip mie", "1 つだけ"),
        ("csr 0x5c0", "「0x5c0」という CSR はありません"),
        ("regs mip", "「mip」というレジスターはありません"),
        ("print", "1 つだけ"),
        ("break 0x100000000", "32 ビットの番地になりません"),
        ("break -1", "32 ビットの番地になりません"),
        ("break _start+1", "奇数"),
        ("pmem 0x10000000", "RAM ではありません"),
        ("pmem 0x80fffff0 17", "0x80ffffff まで"),
        ("mem 0x10000000 1", "RAM ではありません"),
        ("finish", "関数やトラップの処理の中ではありません"),
        ("csr foo", "「foo」という CSR はありません"),
        ("delete factorial", "ブレークポイントはありません"),
        ("continue now", "付けられません"),
        ("watch 0 4", "RAM の中"),
        ("watch sp-8 4 4", "番地を指定"),
        ("walk", "番地を指定"),
        ("walk pc jump", "read、write、fetch"),
    ],
)
def test_a_wrong_command_is_told_and_changes_nothing(command: str, said: str, ask: Ask) -> None:
    lines = ask(command, "list")
    assert said in lines[1]
    assert lines[2].strip() == lines[0].removeprefix("[M モード]").strip()


def test_a_list_marks_what_the_source_says_is_data(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    name = source("ebreak\n.data\nx: .word 0x13\nbuffer: .space 64")
    lines = debugged(monkeypatch, capsys, name, "list _start 1", "list x 1", "list sp-8 1")
    assert ["ソースではデータ" in line for line in lines[1:]] == [False, True, False]


def test_eight_digits_are_an_address_as_it_is_shown(ask: Ask) -> None:
    lines = ask("b 80000004", "x 8000000c 1", "b")
    assert lines[1].startswith("80000004 <_start+4> に")
    assert lines[2].startswith("8000000c: 73")
    assert lines[3] == "80000004 <_start+4>"


def test_a_sum_may_have_spaces(ask: Ask) -> None:
    assert ask("x factorial - 16 + 12 4")[1].startswith("8000000c: 73 00 10 00")
    assert ask("b factorial + 4", "b")[-1] == "80000014 <factorial+4>"


def test_a_breakpoint_where_nothing_can_be_fetched_is_told(ask: Ask) -> None:
    lines = ask("b 0x400000", "b")
    assert lines[1] == "00400000 にブレークポイントを置きました。"
    assert "今は命令を読めない番地です" in lines[2]
    assert lines[3] == "00400000"
    assert "今は命令を読めない番地です" in ask("b 0x10000000")[2]  # a device's
    assert len(ask("b factorial")) == 2


def test_registers_are_shown_by_name_and_with_the_mode(ask: Ask) -> None:
    lines = ask("s", "regs a0 pc", "print a0-5", "regs")
    assert lines[3:6] == [
        "a0 = 0x00000004 (4)",
        "pc = 0x80000004 (-2147483644)",
        "「a0-5」は 32 ビットの番地になりません。0x00000000 から 0xffffffff までです。",
    ]
    assert "[M モード]" in lines[-1]


def test_csrs_are_known_by_number_and_listed(ask: Ask) -> None:
    lines = ask("csr 0x305", "csr")
    assert lines[1] == "mtvec = 0x00000000"
    assert (
        f"301 misa           {0x4000_0000 | sum(1 << ord(c) - 65 for c in 'ACHIMSU'):#010x}"
        in lines
    )
    assert not any("pmpaddr" in line for line in lines)


def test_next_passes_over_a_call_of_two_instructions(ask: Ask) -> None:
    lines = ask("n", "n", "regs a0")
    assert lines[-2].startswith("[M モード]  8000000c <_start+12>")
    assert lines[-1] == "a0 = 0x00000018 (24)"


def test_next_stops_at_a_breakpoint_within_the_call(ask: Ask) -> None:
    assert "●80000008" in ask("b _start+8", "n", "n")[-1]
    assert "●80000010" in ask("b factorial", "n", "n")[-1]


def test_finish_says_when_nothing_returned(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    lines = debugged(monkeypatch, capsys, source("jal 1f\n1: ebreak"), "s", "finish")
    assert "関数から戻る前に止まりました" in lines[-1]


def test_a_command_runs_for_so_many_instructions(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    name = source("jal 1f\n1: j 1b")
    for command in ("c", "finish", "n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"s\n{command}\n"))
        assert main(["debug", name, "--max-instructions", "1,000"]) == 0
        text = capsys.readouterr().out
        assert ("上限 1,000 命令" in text) == (command != "n")
        assert ("関数から戻る前に" in text) == (command == "finish")


def test_ctrl_c_at_the_prompt_begins_a_new_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    class Terminal:
        def __init__(self) -> None:
            self.lines = ["s\n", "", "regs a0\n", ""]  # "" is Ctrl-C once, and then the end

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            line = self.lines.pop(0)
            if not line and self.lines:
                raise KeyboardInterrupt
            return line

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert main(["debug", source("li a0, 3\nebreak")]) == 0
    text = capsys.readouterr().out
    assert "(vlab) \n終わるときは、quit か Ctrl-D を入力してください。\n(vlab) a0 = 0x0" in text
    assert text.endswith("(vlab) \n")


def test_the_prompt_calls_s_below_a_guest_hs(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    text = PAGED.replace("inside: li a0, 7", "inside: li t0, 0x80\n csrw hstatus, t0\n li a0, 7")
    lines = debugged(monkeypatch, capsys, source(text), "step 100")
    modes = {line[: line.index("]") + 1] for line in lines if line.startswith("[")}
    assert modes == {"[M モード]", "[S モード]", "[HS モード]"}


def test_watching_a_virtual_address_points_to_walk(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    lines = debugged(monkeypatch, capsys, source(PAGED), "w 0x4c", "s 100", "w 0x4c")
    assert lines[1] == "監視できるのは RAM の中のバイトだけです。"
    assert "walk で物理番地を調べて" in lines[-1]


def test_a_watchpoint_stops_after_a_write_and_is_found_again_backwards(ask: Ask) -> None:
    lines = ask("watch sp-16 4", "c", "watch", "rcontinue", "unwatch sp-16", "unwatch sp-16")
    assert "80fffff0 から 4 バイトを監視します。" in lines
    assert "監視している 0x80fffff0 番地" in lines[2]
    assert "最初まで戻りました。これより前はありません。" in lines
    assert lines[-1] == "80fffff0 から 4 バイトのウォッチポイントはありません。"


def test_reverse_continue_goes_to_the_breakpoint_before(ask: Ask) -> None:
    lines = ask("b factorial", "c", "c", "c", "rc", "regs")
    assert any("a0   00000003" in line for line in lines)


def test_traps_and_page_walks_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    lines = debugged(monkeypatch, capsys, source(TIMER), "traps", "c", "traps", "walk pc")
    assert lines[1] == "まだトラップは起きていません。"
    assert any(line.startswith("1: [") and "タイマー" in line for line in lines)
    assert "M モードでは変換せず" in lines[-1]


def test_memory_and_instructions_show_by_virtual_addresses(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    commands = ("step 100", "mem 0x4c 4", "pmem 0x8000004c 4", "mem 0x400000", "walk 0x4c fetch")
    lines = debugged(monkeypatch, capsys, source(PAGED), *commands)
    assert any(line.startswith("[S モード]  0000") and "addi a0, zero, 7" in line for line in lines)
    virtual, physical = (line for line in lines if line.startswith(("0000004c: ", "8000004c: ")))
    assert virtual[10:] == physical[10:] != ""
    assert any(line.startswith("0x00400000 番地は読めません: ロード・ページ") for line in lines)
    assert "0x8000004c" in lines[-1]


def test_input_goes_to_the_program_and_is_given_again_after_going_back(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    commands = ("input Ａb .", "c", "reset", "back", f"input {'x' * 5_000}")
    lines = debugged(monkeypatch, capsys, source(ECHO), *commands)
    assert lines[1] == "7 バイトを UART に送りました。"
    assert "出力: Ａb ." in lines
    assert "UART がいっぱい" in lines[-1]


def test_the_debugger_takes_a_disk_and_an_engine(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source, tmp_path: Path
) -> None:
    (tmp_path / "disk").write_bytes(bytes(1024))
    monkeypatch.setattr(sys, "stdin", io.StringIO("c\nregs\n"))
    options = ["--disk", str(tmp_path / "disk"), "--engine", "interpreter", "--memory", "64K"]
    assert main(["debug", source(DISK), *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("a0   00000002" in line for line in lines)
    assert any("sp   80010000" in line for line in lines)


def test_help_names_every_command(ask: Ask) -> None:
    text = "\n".join(ask("help"))
    for name in ("step", "next", "finish", "continue", "back", "break", "regs", "csr", "mem"):
        assert f"\n{name}" in text


def test_quit_ends_the_session(ask: Ask) -> None:
    assert len(ask("q", "step")) == 1


def test_output_shows_once_and_again_after_going_back(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    lines = debugged(monkeypatch, capsys, source(HELLO), "c", "s", "reset", "s", "c")
    (first, again) = (line for line in lines if line.endswith(": hello"))
    assert first == "出力: hello"
    assert again == "出力 (戻ってから、もう一度): hello"
    assert sum("終了コード 0" in line for line in lines) == 3


def test_steps_after_the_end_say_why_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    lines = debugged(monkeypatch, capsys, source("ecall"), "s", "s 5")
    assert lines[-1].startswith("M モードからの環境呼び出し例外")


def test_ctrl_c_ends_a_run_and_not_the_debugger(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    run = Debugger.run

    def interrupted(*arguments: Any) -> Stop:
        signal.raise_signal(signal.SIGINT)
        return run(*arguments)

    monkeypatch.setattr(Debugger, "run", interrupted)
    before = signal.getsignal(signal.SIGINT)
    lines = debugged(monkeypatch, capsys, source("nop\n1: j 1b"), "c", "regs")
    assert lines[1:3] == [
        "Ctrl-C で中断しました。",
        "[M モード]  80000004  0000006f  jal zero, 0x80000004",
    ]
    assert signal.getsignal(signal.SIGINT) == before


def test_ctrl_c_ends_many_steps(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, source: Source
) -> None:
    step = Debugger.step

    def interrupted(debugger: Debugger) -> Step | None:
        signal.raise_signal(signal.SIGINT)
        return step(debugger)

    monkeypatch.setattr(Debugger, "step", interrupted)
    assert len(debugged(monkeypatch, capsys, source("nop\n1: j 1b"), "s 1000")) == 3
