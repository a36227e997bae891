"""``python -m courseware.cpuinfo``."""

import json
from pathlib import Path

import pytest

from courseware.cpuinfo import sample
from courseware.cpuinfo.__main__ import main


@pytest.fixture
def guest(tmp_path: Path) -> str:
    found = sample("amd-guest")
    assert found is not None
    path = tmp_path / "cpuinfo"
    path.write_text(found.text)
    return str(path)


def test_text(guest: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([guest]) == 0
    out = capsys.readouterr().out
    assert out.startswith("■ 結論\n")
    assert "[表示なし] ハードウェア仮想化支援" in out
    assert "[読み取った]" in out
    assert "この本文からは分からないこと" in out


def test_json(guest: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([guest, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == 2
    assert data["architecture"] == "x86_64"
    assert data["certainty"]["architecture"] == "derived"
    assert (data["sockets"], data["cores"], data["threads"]) == (1, 2, 2)
    assert data["hypervisor_present"] is True
    assert data["x86_64_level"] == 3
    assert "svm" not in data["flags"]
    states = {finding["name"]: finding["state"] for finding in data["virtualization"]}
    assert states["hardware_virtualization"] == "absent"
    assert data["unread_lines"] == []
    assert "使えません" in data["conclusion"]["virtualization"]


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/nonexistent/cpuinfo"]) == 2
    assert "読めません" in capsys.readouterr().err
