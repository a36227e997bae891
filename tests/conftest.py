"""What tests of several rooms share."""

import os
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import settings as hypothesis_settings

from courseware.classes.models import User

# A shared computer may take its time; what a test finds must not depend on it. Where the result
# decides whether a change is taken, the examples are the same each time; elsewhere they are new.
hypothesis_settings.register_profile(
    "untimed", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis_settings.load_profile("untimed")

LESSON = """---
title: {title}
summary: 要約です。
minutes: 5
objectives:
  - 用語を説明できる。
---
## はじめに

{body}
"""


@pytest.fixture(autouse=True)
def _fresh_rate_limits(settings: object) -> None:
    """Each test counts its own requests."""
    from courseware.classes.throttling import _limiter

    _limiter.cache_clear()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A small content folder of two lessons, one term and one figure, free to be changed."""
    root = tmp_path / "content"
    for folder in ("lessons", "glossary", "figures", "questions", "labs"):
        (root / folder).mkdir(parents=True)
    (root / "course.toml").write_text(
        'title = "試しの講座"\ndescription = "説明です。"\nlessons = ["first", "second"]\n'
    )
    (root / "lessons" / "first.md").write_text(
        LESSON.format(title="最初", body="[[準仮想化]]の話です。\n\n![[boxes|箱]]")
    )
    (root / "lessons" / "second.md").write_text(LESSON.format(title="二番目", body="続きです。"))
    (root / "glossary" / "terms.yaml").write_text(
        "- id: pv\n  term: 準仮想化\n  reading: じゅんかそうか\n  english: paravirtualization\n"
        "  synonyms: [PV]\n  definition: ゲストが協力する方式です。\n"
    )
    (root / "figures" / "boxes.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 80"><title>箱</title>'
        "<desc>箱が一つあります。</desc>"
        '<rect class="fig-box" x="1" y="1" width="9" height="9"/></svg>'
    )
    return root


@pytest.fixture
def instructor(db: None) -> User:
    """An account that may write lessons."""
    return User.objects.create_user(
        "sensei", password="correct horse battery", role=User.Role.INSTRUCTOR
    )


@pytest.fixture
def student(db: None) -> User:
    """An account that may not."""
    return User.objects.create_user("gakusei", password="correct horse battery")


@pytest.fixture
def instructor_client(instructor: User) -> Client:
    """A browser of the instructor."""
    client = Client()
    client.force_login(instructor)
    return client


@pytest.fixture
def student_client(student: User) -> Client:
    """A browser of the student."""
    client = Client()
    client.force_login(student)
    return client
