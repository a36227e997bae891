"""A few of the fuzz's texts at each run; ``python -m tests.cpuinfo.fuzz 100000`` on request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cpuinfo import fuzz


@given(st.integers(0, 2**32))
def test_damaged_texts_are_reported(seed: int) -> None:
    fuzz.check(fuzz.case(seed))


def test_a_seed_is_a_text() -> None:
    assert [fuzz.case(seed) for seed in range(50)] == [fuzz.case(seed) for seed in range(50)]
    assert len({fuzz.case(seed) for seed in range(50)}) > 25


def test_a_failure_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(result: object) -> str:
        raise ValueError("broken")

    monkeypatch.setattr(fuzz, "as_text", broken)
    monkeypatch.setattr("sys.argv", ["fuzz", "3"])
    assert fuzz.main() == 1
