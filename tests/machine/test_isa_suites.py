"""``make isa-tests``, on suites made here."""

from pathlib import Path

import pytest

from courseware.machine import assemble
from courseware.machine.loaders.elf_writer import write_elf
from tests.isa_suites.__main__ import main

PASS = "la t0, tohost\nli t1, 1\nsw t1, 0(t0)\n1: j 1b\n.data\ntohost: .word 0, 0\n"
FAIL_7 = PASS.replace("li t1, 1", "li t1, 15")
NO_HOST = "ebreak"
STUCK = "ebreak\n.data\ntohost: .word 0, 0\n"


def elf(source: str) -> bytes:
    return write_elf(assemble(source))


def test_a_suite_that_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "rv32-p-one").write_bytes(elf(PASS))
    (tmp_path / "deep" / "two.elf").write_bytes(elf(PASS))
    (tmp_path / "rv32-p-one.dump").write_text("no test")
    (tmp_path / "Makefile").write_text("no test")
    (tmp_path / "rv64-p-one").write_bytes(b"\x7fELF\x02")
    assert main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "deep/two.elf [interpreter] 合格",
        "deep/two.elf [translator] 合格",
        "rv32-p-one [interpreter] 合格",
        "rv32-p-one [translator] 合格",
        "",
        "interpreter: 合格 2 件、失敗 0 件",
        "translator: 合格 2 件、失敗 0 件",
        "RV64 用の 1 件は、この計算機 (RV32) では実行していません。",
        "すべて合格しました。",
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (elf(FAIL_7), "失敗: テスト 7 番"),
        (elf(NO_HOST), "失敗: シンボル tohost がない"),
        (elf(STUCK), "失敗: breakpoint (pc 0x80000000)"),
        (b"nothing", "失敗: LoadError"),
    ],
)
def test_one_failure_fails_all(
    data: bytes, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good").write_bytes(elf(PASS))
    (tmp_path / "bad.elf").write_bytes(data)
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    for engine in ("interpreter", "translator"):
        assert f"bad.elf [{engine}] {problem}" in out
        assert f"good [{engine}] 合格" in out
        assert f"{engine}: 合格 1 件、失敗 1 件" in out
    assert "2 件が失敗しました。" in out


def test_a_directory_must_be_named_be_there_and_hold_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([""]) == 2
    assert "DIR=" in capsys.readouterr().err
    assert main([str(tmp_path / "missing")]) == 2
    assert "missing というディレクトリーがありません" in capsys.readouterr().err
    (tmp_path / "README").write_text("no test")
    assert main([str(tmp_path)]) == 2
    assert "ELF ファイルがありません" in capsys.readouterr().err
