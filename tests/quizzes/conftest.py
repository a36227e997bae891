"""A quiz of one question of each type, imported as files are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

SINGLE = """---
id: first-01
type: single
lesson: first
objective: "351.1"
---
[[準仮想化]]に必要なものはどれですか。

- [x] ゲスト **OS** の変更
  > ひみつの理由その一。
- [ ] 専用の CPU
  > ひみつの理由その二。
- [ ] 二台の物理マシン
  > ひみつの理由その三。

## 解説
ひみつの解説その一。
"""
MULTIPLE = """---
id: first-02
type: multiple
lesson: first
objective: "351.1"
points: 2
scoring: per-option
---
当てはまるものはどれですか。

- [x] 甲
  > ひみつの理由その四。
- [x] 乙
  > ひみつの理由その五。
- [ ] 丙
  > ひみつの理由その六。

## 解説
ひみつの解説その二。
"""
SHORT_TEXT = """---
id: first-03
type: short-text
lesson: first
objective: "351.1"
accept: [himitsu-flag, VT-x]
feedback:
  - answers: [svm]
    text: ひみつの理由その七。
---
フラグの名前を書いてください。

## 解説
ひみつの解説その三。
"""

EXAM = """---
title: 小さな模擬試験
summary: 要約です。
position: 1
count: 3
minutes: 10
target: 70
release: {release}
topics:
  - {{name: 全部, objective: "351.1", lesson: first, weight: 1}}
---
説明です。
"""


@pytest.fixture
def quiz_content(content: Path, settings: Any) -> Path:
    """The content folder with a quiz of three questions for the lesson "first"."""
    settings.CONTENT_IMPORTERS = ["courseware.lessons.importing", "courseware.quizzes.importing"]
    settings.MY_PAGE_SECTIONS = ["courseware.quizzes.my_page.section"]
    folder = content / "questions" / "first"
    folder.mkdir()
    for number, text in enumerate((SINGLE, MULTIPLE, SHORT_TEXT), 1):
        (folder / f"first-0{number}.md").write_text(text)
    return content


@pytest.fixture
def import_files(quiz_content: Path) -> Callable[[], None]:
    """Import the content folder as it is now."""

    def run() -> None:
        call_command("import_content", quiz_content, verbosity=0)

    return run


@pytest.fixture
def quiz(db: None, import_files: Callable[[], None]) -> None:
    """The quiz, imported."""
    import_files()


@pytest.fixture
def start(quiz: None) -> Callable[[Client], str]:
    """Start the quiz in a browser, or go on with it, and return the attempt's address."""
    return lambda client: client.post("/lessons/first/quiz/")["Location"].partition("#")[0]


@pytest.fixture
def import_exam(quiz_content: Path, settings: Any) -> Callable[..., None]:
    """Import the content folder with a set "mock" of its three questions; lines may be added."""
    settings.CONTENT_IMPORTERS += ["courseware.quizzes.set_importing"]
    (quiz_content / "sets").mkdir()

    def run(release: str = "handed-in", **lines: str) -> None:
        text = EXAM.format(release=release)
        extra = "".join(f"{key}: {value}\n" for key, value in lines.items())
        (quiz_content / "sets" / "mock.md").write_text(text.replace("topics:", f"{extra}topics:"))
        call_command("import_content", quiz_content, verbosity=0)

    return run


@pytest.fixture
def exam(db: None, import_exam: Callable[..., None]) -> None:
    """The set, imported."""
    import_exam()
