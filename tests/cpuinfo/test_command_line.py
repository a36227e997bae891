"""``python -m courseware.cpuinfo``."""

import io
import json
import re
from pathlib import Path

import pytest

from courseware.cpuinfo import as_json as schema
from courseware.cpuinfo import sample
from courseware.cpuinfo.__main__ import main

ROOT = Path(__file__).parent.parent.parent


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


def test_every_name_that_is_documented_is_there(
    guest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([guest, "--json"])
    data = json.loads(capsys.readouterr().out)
    document = (ROOT / "docs" / "cpuinfo-json.md").read_text()
    rows = [line for line in document.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    finding = set(data["virtualization"][0])
    names = {item["name"] for item in data["virtualization"]}
    assert named >= set(data) | finding
    assert named <= set(data) | finding | set(names)
    assert all(f"``{name}``" in str(schema.__doc__) for name in data)


def test_english(guest: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([guest, "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("■ Conclusion\n")
    assert "[not shown] Hardware virtualization" in out
    assert main([guest, "--lang", "en", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["language"] == "en"
    assert "cannot be used" in data["conclusion"]["virtualization"]


def test_standard_input(
    guest: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(guest).read_bytes())))
    assert main(["-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["threads"] == 2


def test_a_language_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--lang", "fr"])
    assert "--lang" in capsys.readouterr().err


def test_unread_lines_and_removed_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text("processor : 0\nwonder : 1\nSerial : 12345678\nflags : fpu lm\n")
    main([str(path), "--json"])
    out = capsys.readouterr().out
    data = json.loads(out)
    assert [line["line"] for line in data["unread_lines"]] == [2]
    assert data["removed_lines"] == [3]
    assert "12345678" not in out
    main([str(path)])
    assert "シリアル番号などの行 (3 行目)" in capsys.readouterr().out


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/nonexistent/cpuinfo"]) == 2
    assert "読めません" in capsys.readouterr().err
