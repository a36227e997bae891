"""Pages of the kinds that are arranged, pointed at, judged or programmed."""

import html
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courseware.grading import InvalidResponse, NotGraded
from courseware.grading.programs import running
from courseware.labs import services as labs
from courseware.quizzes.models import Attempt, Question, QuestionRevision, Submission
from tests.quizzes.test_secrecy import sent_before_grading

FRONT = """---
id: first-0{number}
type: {kind}
lesson: first
objective: "351.1"
points: 2
{own}---
問い{number}

{body}
## 解説
ひみつの解説。
"""
ORDER = """1. 資源を **確保** する
   > ひみつの順番一。
2. ページを送る
   > ひみつの順番二。
3. ゲストを止める
   > ひみつの順番三。
"""
PAIRS = """- `/dev/kvm` => KVM
  > ひみつの組一。
- Bochs => インタープリター
  > ひみつの組二。
- => `himitsu` ではない
"""
PLACES = """- [x] 左の箱 @ #box
  > ひみつの場所一。
- [ ] 右の端 @ 500 10 100 60
  > ひみつの場所二。
"""
VERDICT = "sample: nested-guest\nask: guest\nscoring: half-each\n"
PROGRAM = """scoring: per-test
starter: |2
  double:
          ret
solution: |2
  double:
          add a0, a0, a0
          ret
tests:
  calls: double
  cases:
    - {name: 五の二倍, shown: true, arguments: [5], returns: 10}
    - {name: ひみつのテスト, arguments: [4321], returns: 8642}
"""
QUESTIONS = [
    ("ordering", "scoring: adjacent-pairs\n", ORDER),
    ("matching", "scoring: per-pair\n", PAIRS),
    ("hotspot", "figure: boxes\n", PLACES),
    ("cpuinfo-verdict", VERDICT, ""),
    ("machine", PROGRAM, ""),
]
OTHER_KEYS = {
    1: [("ゲストを止める", "★"), ("ページを送る", "ゲストを止める"), ("★", "ページを送る")],
    2: [("=> KVM", "=> ★"), ("=> インタープリター", "=> KVM"), ("★", "インタープリター")],
    3: [("[x] 左", "[ ] 左"), ("[ ] 右", "[x] 右"), ("場所二", "別の場所")],
    4: [("ask: guest", "ask: iommu")],
    5: [
        ("add a0, a0, a0", "slli a0, a0, 1"),
        ("ひみつのテスト, arguments: [4321], returns: 8642", "別, arguments: [1], returns: 2"),
    ],
}
RIGHT = {
    1: {"資源を": "1", "ページ": "2", "ゲスト": "3"},
    2: {"/dev/kvm": "KVM", "Bochs": "インタープリター"},
}


@pytest.fixture
def folder(quiz_content: Path) -> Path:
    """The folder with a question of each of these kinds, and no others."""
    figure = quiz_content / "figures" / "boxes.svg"
    figure.write_text(figure.read_text().replace("<rect ", '<rect id="box" '))
    folder = quiz_content / "questions" / "first"
    for path in folder.iterdir():
        path.unlink()
    for number, (kind, own, body) in enumerate(QUESTIONS, 1):
        text = FRONT.format(number=number, kind=kind, own=own, body=body)
        (folder / f"first-0{number}.md").write_text(text)
    return folder


@pytest.fixture
def begin(db: None, folder: Path, import_files: Callable[[], None]) -> Callable[[Client], str]:
    """Start the quiz and return the attempt's address."""
    import_files()
    return lambda client: client.post("/lessons/first/quiz/")["Location"].partition("#")[0]


@pytest.fixture
def pool() -> Iterator[None]:
    """The processes that run programs, ended afterwards."""
    yield
    labs.runner().close()
    labs.runner.cache_clear()


def shown(page: str, number: int) -> str:
    """Return the HTML of one question's card, or the whole fragment that is one."""
    _, found, rest = page.partition(f'<li class="card question" id="q{number}"')
    return rest.partition('<li class="card question"')[0] if found else page


def page_of(client: Client, url: str, number: int) -> str:
    return shown(client.get(url).content.decode(), number)


def send(client: Client, url: str, number: int, htmx: bool = False, **fields: Any) -> Any:
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    data = {name.replace("_", "-"): value for name, value in fields.items()}
    return client.post(
        f"{url}questions/{number}/",
        {"key": str(uuid.uuid4()), **data},
        **headers,  # type: ignore[arg-type]
    )


def fields_of(card: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return of each select's field its label, and its values by their texts."""
    labels = dict(re.findall(r'<label[^>]* for="(q\d-answer-\d)">(.*?)</label>', card, re.DOTALL))
    return {
        name.partition("-")[2]: (
            re.sub("<[^>]*>", "", labels[name]),
            {
                html.unescape(text): value or text
                for value, text in re.findall(r'<option(?: value="(\d*)")?>([^<]*)</option>', body)
            },
        )
        for name, body in re.findall(
            r'<select[^>]* name="(q\d-answer-\d)"[^>]*>(.*?)</select>', card, re.DOTALL
        )
    }


def chosen(card: str, wanted: dict[str, str]) -> dict[str, Any]:
    """Return what a form posts when each labelled select has the wanted text chosen."""
    return {
        name.replace("-", "_"): values[
            next(w for start, w in wanted.items() if label.startswith(start))
        ]
        for name, (label, values) in fields_of(card).items()
        if any(label.startswith(start) for start in wanted)
    }


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("number", [1, 2])
def test_the_right_order_and_the_right_pairs(
    begin: Callable[[Client], str], client: Client, number: int, htmx: bool
) -> None:
    url = begin(client)
    posted = chosen(page_of(client, url, number), RIGHT[number])
    response = send(client, url, number, htmx, **posted)
    assert response.status_code == (200 if htmx else 302)
    card = response.content.decode() if htmx else page_of(client, url, number)
    assert "正解です" in card
    assert "2 / 2 点" in card
    assert len(re.findall("ひみつの(?:順番|組)", card)) == len(RIGHT[number])


def test_a_wrong_order_is_told_place_by_place(
    begin: Callable[[Client], str], client: Client
) -> None:
    url = begin(client)
    wanted = {"資源を": "2", "ページ": "3", "ゲスト": "1"}
    send(client, url, 1, **chosen(page_of(client, url, 1), wanted))
    card = page_of(client, url, 1)
    assert "一部が正解です" in card
    assert "1 / 2 点" in card
    assert card.count("✗ 違う順番") == 3
    assert re.search(
        r"1 番目.*?<strong>確保</strong>.*?あなたの 1 番目.*?ゲストを止める", card, re.DOTALL
    )
    assert "隣り合う" in card


def test_a_pair_that_is_left_out_earns_nothing_and_is_no_mistake(
    begin: Callable[[Client], str], client: Client
) -> None:
    url = begin(client)
    send(client, url, 2, **chosen(page_of(client, url, 2), {"Bochs": "インタープリター"}))
    card = page_of(client, url, 2)
    assert "1 / 2 点" in card
    assert card.count("✓ 合っています") == card.count("○ 未解答") == 1
    assert "✗" not in card.partition("outcomes")[2]


def test_a_region_of_the_figure_is_a_label_of_its_radio_button(
    begin: Callable[[Client], str], client: Client
) -> None:
    url = begin(client)
    card = page_of(client, url, 3)
    radios = re.findall(r'<input type="radio" id="([^"]+)" name="q3-answer" value="(\d)"', card)
    assert radios == [("q3-region-1", "0"), ("q3-region-2", "1")]
    regions = dict(re.findall(r'<foreignObject (x="[^>]*)><label [^>]*for="([^"]+)">', card))
    assert set(regions) == {
        'x="1" y="1" width="9" height="9"',
        'x="500" y="10" width="100" height="60"',
    }
    assert set(regions.values()) == {name for name, _ in radios}
    assert card.index("<foreignObject") < card.index("</svg>") < card.index('<ul class="options">')
    assert 'id="q3-fig-boxes-title"' in card
    assert 'aria-labelledby="q3-fig-boxes-title"' in card
    left = regions['x="1" y="1" width="9" height="9"']
    send(client, url, 3, answer=dict(radios)[left])
    graded = page_of(client, url, 3)
    assert "正解です" in graded
    assert re.search(r'<span class="region region--right region--chosen">[^●]*●✓', graded)


@pytest.mark.parametrize(
    ("fields", "score", "badges"),
    [
        ({"answer_1": "shown", "answer_2": "Ｈypervisor"}, "2 / 2 点", (2, 0)),
        ({"answer_1": "shown", "answer_2": "fpu"}, "1 / 2 点", (1, 1)),
        ({"answer_1": "unknown", "answer_2": ""}, "0 / 2 点", (0, 1)),
    ],
)
def test_a_verdict_and_its_evidence(
    begin: Callable[[Client], str],
    client: Client,
    fields: dict[str, Any],
    score: str,
    badges: tuple[int, int],
) -> None:
    url = begin(client)
    send(client, url, 4, **fields)
    card = page_of(client, url, 4)
    assert score in card
    assert (card.count("✓ 正解</span>"), card.count("✗ 不正解</span>")) == badges
    assert "実物の CPU では 0 です" in card


@pytest.mark.usefixtures("pool")
def test_a_program_is_run_and_its_hidden_tests_stay_hidden(
    begin: Callable[[Client], str], client: Client
) -> None:
    url = begin(client)
    card = page_of(client, url, 5)
    assert "double(5)" in card
    assert "20,000 文字" in card
    assert "8,192 バイト" in card
    send(client, url, 5, answer="double:\r\n        li a0, 10\r\n        ret\r\n")
    card = page_of(client, url, 5)
    assert "1 / 2 点" in card
    assert card.count("✓ 合格") == card.count("✗ 不合格") == 1
    assert "4321" not in card
    assert "8642" not in card
    assert "add a0, a0, a0" in card
    stored = Submission.objects.get()
    assert stored.response["texts"] == ["double:\n        li a0, 10\n        ret\n"]
    assert [test["passed"] for test in stored.response["measured"]] == [True, False]


@pytest.mark.usefixtures("pool")
def test_a_program_that_does_not_assemble_is_not_graded(
    begin: Callable[[Client], str], client: Client
) -> None:
    url = begin(client)
    response = send(client, url, 5, answer="double:\n        addd a0\n")
    card = shown(response.content.decode(), 5)
    assert response.status_code == 422
    assert "2 行目 9 桁目" in card
    assert "addd a0\n</textarea>" in card
    assert not Submission.objects.exists()


@pytest.mark.parametrize("htmx", [True, False])
def test_a_busy_runner_is_told_and_nothing_is_lost(
    begin: Callable[[Client], str], client: Client, monkeypatch: pytest.MonkeyPatch, htmx: bool
) -> None:
    def run(*args: object) -> None:
        raise NotGraded("順番を待っています。")

    url = begin(client)
    monkeypatch.setattr(running.runner(), "run", run)
    response = send(client, url, 5, htmx, answer="double: ret")
    card = shown(response.content.decode(), 5)
    assert response.status_code == 503
    assert "順番を待っています。" in card
    assert "double: ret</textarea>" in card
    assert not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_program_runs(
    begin: Callable[[Client], str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ones = []

    def run(*args: object) -> None:
        open_ones.append(connection.in_atomic_block)
        raise NotGraded("混んでいます。")

    url = begin(client)
    monkeypatch.setattr(running.runner(), "run", run)
    send(client, url, 5, answer="double: ret")
    assert open_ones == [False]


@pytest.mark.parametrize(
    ("number", "fields", "message"),
    [
        (1, {}, "すべての項目に番号を付けてから"),
        (1, {"answer_1": "1", "answer_2": "1", "answer_3": "2"}, "同じ番号 (1)"),
        (2, {}, "合うものを選んでから"),
        (2, {"answer_1": "9"}, "この問題にありません"),
        (3, {}, "選択肢を選んでから"),
        (3, {"answer": "9"}, "この問題にありません"),
        (4, {}, "判断を選んでから"),
        (4, {"answer_1": "shown"}, "「表示あり」の根拠になる"),
        (5, {}, "プログラムを書いてから"),
        (5, {"answer": "あ" * 20_001}, "20,000 文字以内"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_what_cannot_be_graded_is_a_message_and_stays_in_its_field(
    begin: Callable[[Client], str],
    client: Client,
    htmx: bool,
    number: int,
    fields: dict[str, Any],
    message: str,
) -> None:
    url = begin(client)
    response = send(client, url, number, htmx, **fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert html.unescape(page).count(message) == 1
    card = shown(page, number)
    assert f'id="q{number}-error"' in card
    assert f'aria-describedby="q{number}-help q{number}-error"' in card
    if number == 1 and fields:
        assert len(re.findall(r"<option selected>", card)) == 3
    if number == 4 and fields:
        assert 'value="shown" checked' in card
    assert "ひみつ" not in page
    assert not Submission.objects.exists()


def test_every_select_has_a_label_and_a_neutral_first_choice(
    begin: Callable[[Client], str], client: Client
) -> None:
    url = begin(client)
    for number, count in ((1, 3), (2, 2)):
        card = page_of(client, url, number)
        fields = fields_of(card)
        assert len(fields) == card.count("<select") == count
        assert card.count('<option value="">') == count
        assert " selected" not in card


def test_a_right_side_with_marks_is_plain_in_a_select(
    begin: Callable[[Client], str], client: Client
) -> None:
    card = page_of(client, begin(client), 2)
    assert "himitsu ではない</option>" in card
    assert "<code>/dev/kvm</code></label>" in card


def test_a_page_with_these_kinds_needs_no_more_queries(
    begin: Callable[[Client], str], client: Client
) -> None:
    url = begin(client)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(url)
    assert len(queries) <= 5


@pytest.mark.parametrize("number", OTHER_KEYS)
def test_two_questions_that_differ_in_their_key_are_sent_alike(
    begin: Callable[[Client], str],
    folder: Path,
    import_files: Callable[[], None],
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(*args: object) -> None:
        raise InvalidResponse("動きません。")

    monkeypatch.setattr(running.runner(), "run", run)
    first = before_grading(Client())
    published = set(Question.objects.values_list("published", flat=True))
    path = folder / f"first-0{number}.md"
    for old, new in OTHER_KEYS[number]:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    import_files()
    assert set(Question.objects.values_list("published", flat=True)) != published
    assert before_grading(Client()) == first


def before_grading(client: Client) -> list[str]:
    """Return all that is sent before grading, and what refuses answers of several fields."""
    sent = sent_before_grading(client)
    attempt = Attempt.objects.latest("created_at")
    for number, fields in (
        (1, {"answer_1": "1", "answer_2": "1"}),
        (2, {"answer_1": "9"}),
        (4, {"answer_1": "shown"}),
        (5, {"answer": "double: ret"}),
    ):
        card = shown(
            send(client, f"/attempts/{attempt.pk}/", number, True, **fields).content.decode(),
            number,
        )
        sent.append(re.sub(r"[0-9a-f-]{36}|<time.*?</time>", "*", card))
    return sent


def test_nothing_of_a_key_is_sent(
    begin: Callable[[Client], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*args: object) -> None:
        raise InvalidResponse("動きません。")

    monkeypatch.setattr(running.runner(), "run", run)
    texts = QuestionRevision.objects.values_list("html", flat=True)
    hidden = [
        value
        for text in texts
        for key, value in text.items()
        if "feedback" in key or key == "explanation"
    ]
    assert len(hidden) == 5 + 3 + 2 + 2 + 1
    for sent in before_grading(Client()):
        assert not [value for value in hidden if value in sent]
        for key in ("ひみつ", "4321", "8642", "add a0", "item-0", "left-0", "right-0", "option-0"):
            assert key not in sent
