"""One graded lab and one that is not, imported as files are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from courseware.labs import services

LAB = """---
title: {title}
summary: 要約です。
position: {position}
minutes: 5
objectives:
  - 書ける。
lesson: first
hints:
  - 最初のヒント。
---
二つの数を足してください。
"""
STARTER = """add2:
        ret
"""
SOLUTION = """add2:
        add a0, a0, a1
        ret
"""
TESTS = """calls: add2
cases:
  - name: 公開の例
    shown: true
    arguments: [2, 3]
    returns: 5
  - name: 隠した例
    arguments: [-70000, 30001]
    returns: -39999
  - name: もう一つの隠した例
    arguments: [81234, 5]
    returns: 81239
"""


def write_lab(content: Path) -> Path:
    """Write the labs "adding" (graded) and "free" (not) and return the first one's folder."""
    folder = content / "labs" / "adding"
    free = content / "labs" / "free"
    for path, position in ((folder, 2), (free, 1)):
        path.mkdir()
        (path / "lab.md").write_text(LAB.format(title=f"演習 {path.name}", position=position))
        (path / "starter.s").write_text(STARTER)
    (folder / "solution.s").write_text(SOLUTION)
    (folder / "tests.yaml").write_text(TESTS)
    (folder / "discussion.md").write_text("ひみつの解説です。\n")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _runner_ends() -> Iterator[None]:
    """End the runner's processes that the tests have started."""
    yield
    services.runner().close()


@pytest.fixture
def lab_folder(content: Path) -> Path:
    """The folder of the graded lab, free to be changed before the import."""
    return write_lab(content)


@pytest.fixture
def import_labs(lab_folder: Path, content: Path) -> Callable[[], None]:
    """Import the content, labs included."""

    def run() -> None:
        call_command("import_content", content, verbosity=0)

    return run


@pytest.fixture
def labs(db: None, import_labs: Callable[[], None]) -> None:
    """The labs, imported."""
    import_labs()
