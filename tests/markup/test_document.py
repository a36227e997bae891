import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.markup.document import (
    Schema,
    integer_field,
    load_yaml,
    parse_document,
    read_text,
    text_field,
)
from courseware.markup.errors import ContentError

SCHEMA = Schema({"title": text_field(10), "minutes": integer_field(1, 9)})


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(ContentError) as caught:
        SCHEMA.read(parse_document(text, "a.md"))
    return [(p.line, p.column, p.message) for p in caught.value.problems]


def test_front_matter_and_body_keep_their_lines() -> None:
    document = parse_document("---\ntitle: 題\nminutes: 3\n---\n\n本文\n")
    assert SCHEMA.read(document) == {"title": "題", "minutes": 3}
    assert document.key_lines == {"title": 2, "minutes": 3}
    assert document.body.splitlines()[document.body_line - 5 + 1] == "本文"
    assert document.body_line == 5


def test_a_bom_and_crlf_are_no_hindrance() -> None:
    document = parse_document("\ufeff---\r\ntitle: 題\r\nminutes: 3\r\n---\r\n本文\r\n")
    assert SCHEMA.read(document)["title"] == "題"
    assert document.body == "本文\n"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("本文だけ", 1, "front matter"),
        ("", 1, "front matter"),
        ("---\ntitle: a\n", 1, "閉じる"),
        ("---\n- a\n---\n", 2, "名前: 値"),
        ("---\ntitle: a\ntitle: b\nminutes: 1\n---\n", 3, "二度"),
        ("---\ntitle: a\nminutes: 10\n---\n", 3, "1 から 9"),
        ("---\ntitle: a\nminutes: true\n---\n", 3, "整数"),
        ("---\ntitle: 12345678901\nminutes: 1\n---\n", 2, "10 文字以内"),
        ('---\ntitle: "12345678901"\nminutes: 1\n---\n', 2, "10 文字以内"),
        ("---\ntitle: a\nminutes: 1\nsubtitle: b\n---\n", 4, "subtitle"),
        ("---\ntitle: a\n---\n", 1, "minutes"),
        ("---\ntitle: a: b\nminutes: 1\n---\n", 2, "引用符"),
        ("---\ntitle: a\nminutes: 1\n---\n本\0文\n", 5, "U+0000"),
        ("---\ntitle: a\x1b\nminutes: 1\n---\n", 2, "U+001B"),
        ("---\ntitle: a\nminutes: 1\n---\n\n\x85", 6, "U+0085"),
        ("---\ntitle: a\nminutes: 1\n---\n\n\u2028", 6, "U+2028"),
        ("---\ntitle: a\nminutes: 1\n---\n\n古い\r行末", 6, "U+000D"),
        ('---\ntitle: "a\\0"\nminutes: 1\n---\n', 2, "U+0000"),
        ('---\ntitle: "a\\ud800"\nminutes: 1\n---\n', 2, "U+D800"),
        ("---\na: " + "[" * 21 + "]" * 21 + "\n---\n", 2, "入れ子は 20 段まで"),
        ("---\na: " + "[" * 90_000 + "\n---\n", 2, "入れ子は 20 段まで"),
        ("---\na: &x [1]\nb: *x\n---\n", 3, "別名"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, part: str) -> None:
    found = problems(text)
    assert [row for row in found if row[0] == line and part in row[2]], found


@pytest.mark.parametrize(
    ("meta", "line", "part"),
    [
        ("title: a: b", 2, "値を引用符で囲んで"),
        ("title: a\nminutes", 3, "「: 」 (コロンと空白) がありません"),
        ("title: a\n minutes: 1", 3, "値を引用符で囲んで"),
        ("  title: a\nminutes: 1", 3, "字下げが前の行と"),
        ("title: - a", 2, "次の行に"),
        ("title: [a", 2, "閉じる"),
        ('title: "a', 2, "引用符が閉じられていません"),
        (r'title: "\q"', 2, r"\\ と書いて"),
        ("title: @a", 2, "値を始められません"),
        ("title: !x a", 2, "型 (!名前)"),
        ("? [a]\n: b", 2, ""),
    ],
)
def test_yaml_is_explained_in_japanese_alone(meta: str, line: int, part: str) -> None:
    found = problems(f"---\n{meta}\n---\n")
    assert [row for row in found if abs(row[0] - line) <= 1 and part in row[2]], found
    for _, _, message in found:
        assert not re.search(r"[a-z]{3,}|<", message.replace("front matter", "")), message


def test_a_number_stands_apart_from_the_words_before_it() -> None:
    wrong = problems("---\ntitle: ''\nminutes: 0\n---\n")
    assert [message for _, _, message in wrong] == [
        "「title」には 10 文字以内の文字列を書いてください。",
        "「minutes」には 1 から 9 までの整数を書いてください。",
    ]


def test_yaml_may_nest_up_to_its_limit() -> None:
    node, value = load_yaml("[" * 20 + "]" * 20, "a.yaml")
    assert node is not None
    assert value == eval("[" * 20 + "]" * 20)


def test_all_problems_are_told_at_once() -> None:
    assert len(problems("---\nminutes: 99\nother: 1\n---\n")) == 3


def test_a_control_character_is_told_with_its_column_and_tabs_are_none() -> None:
    assert problems("---\ntitle: a\nminutes: 1\n---\nあ\tい\0う\0\n") == [
        (5, 4, "制御文字 U+0000 は使えません。取り除いてください。")
    ]


@pytest.mark.parametrize("bad", ["\0", "\x0b", "\x7f", "\u2029"])
def test_a_file_or_a_yaml_text_with_a_control_character_is_refused(
    tmp_path: Path, bad: str
) -> None:
    file = tmp_path / "starter.s"
    file.write_text(f"li a0, 1\n  # {bad}\n")
    with pytest.raises(ContentError, match=r"starter\.s:2:5: 制御文字"):
        read_text(file, "starter.s")
    with pytest.raises(ContentError, match=r"g\.yaml:2:9: 制御文字"):
        load_yaml(f'- id: a\n  term: "\\u{ord(bad):04x}"', "g.yaml")


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    for attempt in (text, f"---\n{text}\n---\n"):
        with suppress(ContentError):
            parse_document(attempt)
