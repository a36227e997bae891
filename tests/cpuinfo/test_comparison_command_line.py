"""``python -m courseware.cpuinfo compare``: text, JSON and refusals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from courseware.cpuinfo.__main__ import main
from tests.cpuinfo.machines import text_of

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = []
    for name in ("haswell", "skylake"):
        path = tmp_path / f"{name}.txt"
        path.write_text(text_of(name))
        paths.append(str(path))
    return paths


def test_text(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files]) == 0
    out = capsys.readouterr().out
    headings = [line for line in out.splitlines() if line.startswith("■")]
    assert headings[:3] == ["■ ホスト", "■ 推奨する設定", "■ ライブマイグレーション"]
    assert "QEMU: -cpu Haswell-noTSX-IBRS," in out
    assert "<model fallback='forbid'>Haswell-noTSX-IBRS</model>" in out
    assert "Proxmox VE: cpu: custom-common" in out
    assert f"{files[0]} → {files[1]}: [できる]" in out
    assert f"{files[1]} → {files[0]}: [推奨モデルでできる]" in out
    assert f"avx512f: {files[0]} にありません。" in out


def test_english(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files, "--lang", "en"]) == 0
    assert "[with the model]" in capsys.readouterr().out


def test_json(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == 1
    assert [host["label"] for host in data["hosts"]] == files
    assert data["hosts"][1]["losses"][0].keys() == {"flag", "kind", "missing_on", "reason"}
    assert set(data["baseline"]) <= set(data["hosts"][0]["offered"])
    assert data["migrations"][1] | {"reasons": []} == {
        "source": files[1],
        "target": files[0],
        "verdict": "with_model",
        "alike": False,
        "lost": sorted(loss["flag"] for loss in data["hosts"][1]["losses"]),
        "reasons": [],
    }
    assert data["recommendation"]["model"] == "Haswell-noTSX-IBRS"
    assert data["x86_64_level"] == 3


@pytest.mark.parametrize("options", [["--json"], []])
def test_a_reader_that_has_enough(files: list[str], options: list[str]) -> None:
    many = files * 8  # more than a pipe holds
    for arguments in (["compare", *many, *options], [files[0], *options]):
        with subprocess.Popen(
            [sys.executable, "-m", "courseware.cpuinfo", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        ) as command:
            assert command.stdout is not None
            assert command.stderr is not None
            command.stdout.close()
            assert command.stderr.read() == b""
            assert command.wait() == 1


def test_one_host_is_not_compared(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", files[0]]) == 2
    assert "2 台から 16 台までです (読めたのは 1 台)" in capsys.readouterr().err


def test_several_machines_in_one_file(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    both = Path(files[0]).with_name("both.txt")
    both.write_text(text_of("haswell") + text_of("zen2"))
    assert main(["compare", str(both), files[1], "--json"]) == 0
    hosts = json.loads(capsys.readouterr().out)["hosts"]
    assert [host["label"] for host in hosts] == [f"{both}#1", f"{both}#2", files[1]]
    assert [host["model_name"] for host in hosts] == ["haswell", "zen2", "skylake"]


def test_sixteen_machines_are_the_most(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    many = Path(files[0])
    many.write_text(text_of("haswell") * 16)
    assert main(["compare", str(many)]) == 0
    assert f"{many}#16" in capsys.readouterr().out
    assert main(["compare", str(many), files[1]]) == 2
    assert "(読めたのは 17 台)" in capsys.readouterr().err
    many.write_text(text_of("haswell") * 17)
    assert main(["compare", str(many)]) == 2
    assert "(読めたのは 17 台)" in capsys.readouterr().err


def test_a_file_that_is_not_there(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", files[0], "/no/such/file"]) == 2
    assert "/no/such/file を読めません" in capsys.readouterr().err
