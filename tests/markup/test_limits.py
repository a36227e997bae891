"""What hostile or careless text asks of the Markdown library is bounded."""

import time
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.markup import limits
from courseware.markup.errors import ContentError
from courseware.markup.render import RenderContext, render
from courseware.markup.terms import Term, index

LONGEST = 100_000  # characters, as the lessons' own limit
CONTEXT = RenderContext(
    index([Term("pv", "準仮想化", "paravirtualization", "説明")]),
    {"boxes": f"<svg>{'x' * 5_000}</svg>"},
)
ORDINARY = (
    "## 見出し\n\n[[準仮想化]]は**強い** `vmx` の[話](/labs/)です。続けて説明します。\n\n"
    "- 一つ目\n- 二つ目\n\n普通の段落には、普通の長さの文がいくつか並びます。\n\n"
)


def filled(unit: str, paragraph: int = limits.PARAGRAPH_CHARACTERS) -> str:
    """Return paragraphs of a repeated unit, as long as a text may be."""
    block = (unit * paragraph)[:paragraph]
    return (f"{block}\n\n" * LONGEST)[:LONGEST]


def grown(template: str, most: int = 300) -> str:
    """Return paragraphs whose indentation ``{i}``, or ``{q}`` of quote signs, grows."""
    out = ""
    for i in count():
        out += template.format(i="    " * (i % most), q="> " * (i % most), n=i) + "\n\n"
        if len(out) >= LONGEST:
            return out[:LONGEST]
    raise AssertionError


def work(body: str) -> float:
    """Return the processor's time for the body, rendered or refused, in seconds."""
    start = time.process_time()
    with suppress(ContentError):
        render(body, CONTEXT)
    return time.process_time() - start


@pytest.fixture(scope="module")
def ordinary() -> float:
    """The work for a text of that length without anything odd."""
    body = (ORDINARY * LONGEST)[:LONGEST]
    assert render(body, CONTEXT).html
    return work(body)


UNITS = (
    "[ [[ ![ ![[ [a]( [a][ [a](< ] * ** *** _ **_ *_a ` ``a ` < <a <a@b <![CDATA[ & \\ { {: | |a "
    '- > ( (( " ~ # ## ``` [^ [^1] [^1]: [[x]] [[PV]]'
).split()
BODIES = {
    **{f"{unit} in paragraphs": filled(unit) for unit in UNITS},
    **{f"{unit} without end": (unit * LONGEST)[:LONGEST] for unit in UNITS},
    "lines of quotes": filled(">\n"),
    "lines of table": filled("|a|b|\n"),
    "wide tables": filled("|a" * 600 + "|\n" + "|-" * 600 + "|\n" + "|\n" * 300),
    "links with quotes": filled('[a]("x)'),
    "runs of backticks": filled("a" + "`" * 1_400 + "a" * 1_500),
    "nested emphasis": "**_" * 3_000 + "x" + "_**" * 3_000,
    "spaces": " " * LONGEST,
    "tabs": filled("\t" * 2_900 + "a"),
    "attribute lists": filled("a {" + "  " * 1_400 + "b"),
    "setext headings": filled("a\n===\n"),
    "definitions": filled("a\n: b\n"),
    "notes of notes": grown("[^{n}]: a [^{n}0]"),
    "nested lists": grown("{i}- a"),
    "nested quotes": grown("{q}a"),
    "nested admonitions": grown("{i}!!! note"),
    "repeated address": "[a]: /" + "x" * 2_900 + "\n\n" + filled("[a] ")[:90_000],
    "figures": "![[boxes]]\n\n" * 8_000,
}


@pytest.mark.parametrize("name", BODIES)
def test_no_body_asks_for_much_more_than_an_ordinary_one(name: str, ordinary: float) -> None:
    assert work(BODIES[name]) < 10 * ordinary


@settings(max_examples=15)
@given(st.lists(st.sampled_from([*UNITS, "a", " ", "\n", "\n\n", "    "]), min_size=1, max_size=5))
def test_no_mixture_asks_for_much_more_either(ordinary: float, units: list[str]) -> None:
    assert work(filled("".join(units))) < 10 * ordinary


LINK = "[a](/b) "
HEAD = "|a" * 48 + "|\n" + "|-" * 48 + "|"  # counted as 50 cells in each line


@pytest.mark.parametrize(
    ("most", "more", "line", "column", "part"),
    [
        ("字" * 3_000, "字", 1, 3_001, "3,000 文字まで"),
        (("字" * 99 + "\n") * 30 + "字" * 30, "字字", 31, 31, "3,000 文字まで"),
        (LINK * 50, "[a](/b)", 1, 403, "50 個まで"),
        ("```\na\n```\n\n" * 200, "```\n```", 801, 1, "200 個まで"),
        ("[^1]: a\n\n" + "[^1]\n\n" * 199, "[^1]", 401, 1, "200 個まで"),
        ("![[boxes]]\n\n" * 50, "![[boxes]]", 101, 1, "50 個まで"),
        (f"{HEAD}\n" + "|\n" * 98 + "\n", "a|b", 102, 1, "5,000 個まで"),
    ],
)
def test_a_limit_holds_at_its_edge_and_names_the_place(
    most: str, more: str, line: int, column: int, part: str
) -> None:
    assert render(most, CONTEXT).html
    with pytest.raises(ContentError) as caught:
        render(most + more, CONTEXT)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (line, column)
    assert part in problem.message


def test_a_blank_line_or_one_of_tabs_begins_another_paragraph() -> None:
    for blank in ("", "  ", "\t"):
        assert render(f"{'字' * 3_000}\n{blank}\n{'字' * 3_000}").html
    with pytest.raises(ContentError):
        render(f"{'字' * 3_000}\n\u3000\n{'字' * 3_000}")


def test_too_deep_a_nesting_is_told_in_words() -> None:
    with pytest.raises(ContentError, match="入れ子が深すぎます"):
        render("a\n: b\n" * 500)


def test_a_text_that_makes_too_much_of_little_is_told() -> None:
    with pytest.raises(ContentError, match=r"1,000,000 文字を超えます"):
        render(BODIES["repeated address"], CONTEXT)


def test_links_may_nest_up_to_their_limit() -> None:
    for depth, linked in ((limits.NESTED_BRACKETS, True), (limits.NESTED_BRACKETS + 1, False)):
        inner = "[a " * (depth - 1) + "x" + " a]" * (depth - 1)
        assert ('href="/a"' in render(f"[{inner}](/a)").html) is linked


def test_only_the_first_problems_are_told() -> None:
    with pytest.raises(ContentError) as caught:
        render("[[無い]]\n\n" * 1_000, CONTEXT)
    assert len(caught.value.problems) == limits.PROBLEMS_TOLD
