import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.markup.errors import ContentError
from courseware.markup.figures import parse_figure
from courseware.markup.render import RenderContext, render, render_inline
from courseware.markup.terms import Term, index, parse_terms

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>題</title>'
    "<desc>説明</desc>{}</svg>"
)
PV = Term("pv", "準仮想化", "paravirtualization", "説明", "じゅんかそうか", ("PV",))
CONTEXT = RenderContext(index([PV]), {"boxes": parse_figure("boxes", SVG.format(""))})


def html(body: str) -> str:
    return render(body, CONTEXT).html


def messages(body: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        render(body, CONTEXT, path="a.md", first_line=10)
    return [str(problem) for problem in caught.value.problems]


def test_a_term_is_explained_at_its_first_use_only() -> None:
    out = html("[[準仮想化]]と[[PV]]と[[この方式|準仮想化]]")
    assert out.count('href="/glossary/#term-pv"') == 3
    assert out.count("じゅんかそうか、paravirtualization") == 1
    assert ">この方式</a>" in out


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("[[準仮想化]]は", "準仮想化 (じゅんかそうか、paravirtualization) は"),
        ("これは[[準仮想化]]。", "これは準仮想化 (じゅんかそうか、paravirtualization)。"),
        ("**[[準仮想化]]**、次", "準仮想化 (じゅんかそうか、paravirtualization)、次"),
        ("「[[準仮想化]]」", "「準仮想化 (じゅんかそうか、paravirtualization)」"),
        ("[[準仮想化]] です", "準仮想化 (じゅんかそうか、paravirtualization) です"),
        ("[[準仮想化]]`x`", "準仮想化 (じゅんかそうか、paravirtualization) x"),
        ("[[準仮想化]]\nは", "準仮想化 (じゅんかそうか、paravirtualization) は"),
        ("[[準仮想化]]", "準仮想化 (じゅんかそうか、paravirtualization)"),
    ],
)
def test_a_gloss_stands_in_parentheses_as_all_other_text_has_them(body: str, text: str) -> None:
    assert re.sub(r"<[^>]+>", "", html(body)).strip() == text


def test_a_line_break_between_japanese_characters_is_no_space() -> None:
    assert "一行目です。二行目です。" in html("一行目です。\n二行目です。")
    assert "語です。<" in html("これは\n**強い**\n語です。").replace("\n", "\\n")
    assert "one\ntwo" in html("one\ntwo")


def test_code_keeps_its_line_breaks() -> None:
    assert "あ\nい" in html("```text\nあ\nい\n```")


def test_a_figure_carries_its_text_alternative() -> None:
    out = html("![[boxes|箱の図]]")
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in out
    assert 'aria-labelledby="fig-boxes-title"' in out
    assert 'id="fig-boxes-desc"' in out
    assert "<figcaption>箱の図</figcaption>" in out


def test_headings_become_the_contents_list() -> None:
    toc = render("## はじめに\n\n### main\n\n## はじめに").toc
    assert [(t.level, t.text) for t in toc] == [(2, "はじめに"), (3, "main"), (2, "はじめに")]
    assert len({t.id for t in toc}) == 3
    assert all(t.id.startswith("s-") for t in toc)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="x" onclick="alert(1)">x</a>',
        "## x { onclick=alert(1) style=color:red }",
        "<iframe src='//example.com'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        '```text title="<script>alert(1)</script>"\nx\n```',
    ],
)
def test_nothing_active_comes_out(attack: str) -> None:
    out = html(attack)
    assert not re.search(r"<(script|iframe|img)|<[^>]+\s(on\w+|style)=", out), out
    assert not re.search(r'(href|src)="(javascript|data):', out), out


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("一\n\n[[無い用語]]です", "a.md:12:1: 用語「無い用語」"),
        ("x [[準仮想]]", "近いもの:「準仮想化」"),
        ("![[boxis|図]]", "近いもの:「boxes」"),
        ("前 ![[boxes]] 後", "a.md:10:3: 図 ![[…]] は前後に何もない一行"),
        ("# 題", "「## 」から"),
        ("## [[準仮想化]]", "見出しの中では"),
        ("![](/a.png)", "代替テキスト"),
        ("![図](https://example.com/a.png)", "このサイト"),
        ("```{.python #main}\nx\n```", "a.md:10:4: コードの囲みに"),
        ("a\n\n```text\nx", "a.md:12:1: コードの囲み"),
    ],
)
def test_authors_are_told_what_is_wrong_and_where(body: str, expected: str) -> None:
    assert any(expected in message for message in messages(body)), messages(body)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("一\n\nここ[x](javascript:alert(1))", "a.md:12:7: リンク先「javascript:alert(1)」"),
        ("[x](<JavaScript:alert(1)>)", "a.md:10:6: リンク先「JavaScript:alert(1)」"),
        ("[x](java&#115;cript:alert(1))", "a.md:10:1: リンク先「javascript:alert(1)」"),
        ("[x](data:text/html,a)", "a.md:10:5: リンク先「data:text/html,a」"),
        ("[x]: javascript:alert(1)\n\n[x]", "a.md:10:6: リンク先"),
        ("<javascript://a%0Aalert(1)>", "a.md:10:2: リンク先"),
        ("[x](//example.com)", "a.md:10:5: リンク先"),
        ("[x](/\\example.com)", "リンク先"),
        ("[x](other.md)", "a.md:10:5: リンク先「other.md」"),
        ("[x]()", "リンク先「」"),
    ],
)
def test_a_link_that_leads_nowhere_good_is_told_with_its_place(body: str, place: str) -> None:
    assert any(place in message for message in messages(body)), messages(body)


@pytest.mark.parametrize(
    "target", ["https://example.com/", "HTTP://example.com", "mailto:a@example.com", "/labs/", "#a"]
)
def test_links_lead_to_the_web_to_this_site_and_within_the_page(target: str) -> None:
    assert f'href="{target}"' in html(f"[x]({target})")
    assert html(f"`[x](javascript:{target})`")


def test_a_mail_address_in_angle_brackets_is_a_link() -> None:
    assert 'href="mailto:a@example.com"' in html("<a@example.com>")


@pytest.mark.parametrize(
    "body",
    [
        "## 題 {: #main .site-header }",
        "段落\n{: #main .site-header }",
        "**強い**{: #main .site-header }",
        "> ``` {.python #main .site-header}\n> x\n> ```",
        "[^main]\n\n[^main]: 注",
    ],
)
def test_no_text_takes_the_names_of_the_page_around_it(body: str) -> None:
    out = html(body)
    assert 'id="main"' not in out
    assert not re.search(r'class="[^"]*site-header', out), out


def test_admonitions_are_of_the_kinds_that_are_drawn() -> None:
    for kind in ("note", "tip", "warning"):
        assert f'class="admonition {kind}"' in html(f'!!! {kind} "題"\n    本文')
    for wrong in ("site-header", "note site-header", "", "Note"):
        assert messages(f'a\n\n!!! {wrong} "題"\n    本文') == [
            "a.md:12:5: 囲み !!! の種類は note、tip、warning です。"
        ]


def test_nothing_is_checked_inside_code() -> None:
    assert "[[x]]" in html("`[[x]]`\n\n```text\n[[x]]\n# y\n```")


def test_inline_text_has_no_paragraph() -> None:
    assert render_inline("**強い** `vmx`") == "<strong>強い</strong> <code>vmx</code>"


@given(st.text(alphabet="[]|!#`*_()<>&\n -x準仮想化0:=\"'", max_size=60))
def test_rendering_is_safe_and_repeatable(text: str) -> None:
    try:
        first = html(text)
    except ContentError:
        return
    assert first == html(text)
    assert "<script" not in first


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<rect onclick="alert(1)"/>',
        '<rect style="fill:red"/>',
        '<rect fill="red"/>',
        '<image href="http://example.com/a.png"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<line marker-end="url(http://example.com/#a)"/>',
        "<foreignObject/>",
    ],
)
def test_figures_refuse_what_is_not_a_plain_drawing(inner: str) -> None:
    with pytest.raises(ContentError):
        parse_figure("x", SVG.format(inner), "x.svg")


def test_figures_need_a_text_alternative_and_refuse_entities() -> None:
    for text in (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>題</title></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("<text>&a;</text>"),
        "<svg",
        "",
    ):
        with pytest.raises(ContentError):
            parse_figure("x", text, "x.svg")


def test_ids_of_two_figures_never_meet() -> None:
    inner = '<defs><marker id="arrow"/></defs><line marker-end="url(#arrow)"/>'
    one, two = parse_figure("one", SVG.format(inner)), parse_figure("two", SVG.format(inner))
    assert "url(#fig-one-arrow)" in one
    assert "url(#fig-two-arrow)" in two


@pytest.mark.parametrize(
    "text",
    [
        "a: b",
        "- id: A B\n  term: x\n  english: x\n  definition: x",
        "- id: a\n  term: x\n  english: x",
        "- id: a\n  term: x\n  english: x\n  definition: x\n  extra: 1",
        "- id: a\n  term: x\n  english: x\n  definition: x\n  synonyms: y",
    ],
)
def test_a_broken_glossary_names_its_line(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        parse_terms(text, "g.yaml")
    assert caught.value.problems[0].path == "g.yaml"
