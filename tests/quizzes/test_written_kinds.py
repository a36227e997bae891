"""Pages of the kinds that are written: numbers, patterns, commands, gaps."""

import html
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from courseware.quizzes.models import Submission
from tests.quizzes.test_secrecy import sent_before_grading

FRONT = """---
id: first-0{number}
type: {kind}
lesson: first
objective: "351.1"
{own}---
{prompt}

## 解説
ひみつの解説。
"""
MEMORY = """answer: 2
unit: GiB
feedback:
  - mistake: prefix
    text: ひみつの数。
"""
SIZE = """answer: 4
unit: KiB
write_unit: true
tolerance: 5%
"""
PATTERN = """accept: [himitsu exit]
patterns: ['himitsu[- ]?exits?']
"""
COMMAND = """accept: [himitsu list --all]
options:
  himitsu list: [--all, '-n, --name NAME']
feedback:
  - answers: [himitsu list]
    text: ひみつのコマンド。
"""
GAPS = """scoring: per-gap
gaps:
  - accept: [himitsu-gap]
    why: ひみつの空欄。
  - choose: [raw, qcow2, vmdk]
    answer: qcow2
    feedback:
      - answers: [raw]
        text: ひみつの形式。
"""
QUESTIONS = [
    ("numeric", MEMORY, "容量を答えてください。"),
    ("numeric", SIZE, "ページの大きさを答えてください。"),
    ("short-text", PATTERN, "名前を答えてください。"),
    ("command", COMMAND, "コマンドを答えてください。"),
    ("cloze", GAPS, "`qemu-img 【1】 -O 【2】`"),
]
OTHER_KEYS = {
    1: [("answer: 2", "answer: 1048576"), ("prefix", "bits"), ("ひみつの数", "別の説明")],
    2: [("answer: 4", "answer: 15000"), ("KiB", "ms"), ("5%", "100")],
    3: [("[himitsu exit]", "[まったく別の長い正解]"), ("himitsu[- ]?exits?", "x+")],
    4: [
        ("accept: [himitsu list --all]", "accept: ['x y z | grep -c a', x]"),
        ("himitsu list: [--all, '-n, --name NAME']", "x: []"),
    ],
    5: [("[himitsu-gap]", "[とても長い別の正解, 乙]"), ("answer: qcow2", "answer: vmdk")],
}


@pytest.fixture
def folder(quiz_content: Path) -> Path:
    """The folder of the quiz's files, one for each of QUESTIONS and no other."""
    folder = quiz_content / "questions" / "first"
    for path in folder.iterdir():
        path.unlink()
    for number, (kind, own, prompt) in enumerate(QUESTIONS, 1):
        text = FRONT.format(number=number, kind=kind, own=own, prompt=prompt)
        (folder / f"first-0{number}.md").write_text(text)
    return folder


@pytest.fixture
def begin(db: None, folder: Path, import_files: Callable[[], None]) -> Callable[[Client], str]:
    """Start the quiz in a browser and return the attempt's address."""
    import_files()
    return lambda client: client.post("/lessons/first/quiz/")["Location"].partition("#")[0]


def send(client: Client, url: str, number: int, htmx: bool = False, **fields: str) -> Any:
    data = {"key": str(uuid.uuid4()), **{n.replace("_", "-"): v for n, v in fields.items()}}
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    address = f"{url}questions/{number}/"
    return client.post(address, data, follow=not htmx, **headers)  # type: ignore[arg-type]


def shown(response: Any, number: int) -> str:
    """Return the HTML of a question's card; of htmx's answer, the card is what comes first."""
    page: str = response.content.decode()
    if "<html" not in page:
        return page.partition('<div id="quiz-progress"')[0]
    start = page.index(f'id="q{number}"')
    return page[start:].partition('<li class="card question"')[0]


def place_of(client: Client, url: str, choice: str) -> str:
    """Return the value that the page's list of choices has for one."""
    found = re.search(rf'<option value="(\d)"[^>]*>{choice}<', client.get(url).content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("number", "fields", "verdict", "told"),
    [
        (1, {"answer": "２，０４８　ＭｉＢ"}, "正解です", ["2 GiB"]),
        (1, {"answer": "2 GB"}, "不正解です", ["ひみつの数。"]),
        (2, {"answer": "4096 バイト"}, "正解です", ["4 KiB (誤差は正解の 5% まで)"]),
        (2, {"answer": "4 ms"}, "不正解です", ["4 KiB"]),
        (3, {"answer": "ＨＩＭＩＴＳＵーexits"}, "正解です", ["himitsu exit"]),
        (4, {"answer": "himitsu  list ーーall"}, "正解です", ["himitsu list --all"]),
        (4, {"answer": "himitsu 'list'"}, "不正解です", ["ひみつのコマンド。"]),
        (5, {"answer_1": "HIMITSU-gap"}, "一部が正解です", ["未解答", "ひみつの空欄。", "qcow2"]),
        (5, {"answer_1": "<b>", "answer_2": "raw"}, "不正解です", ["&lt;b&gt;", "ひみつの形式。"]),
    ],
)
def test_an_answer_is_graded_and_explained(
    begin: Callable[[Client], str],
    client: Client,
    htmx: bool,
    number: int,
    fields: dict[str, str],
    verdict: str,
    told: list[str],
) -> None:
    url = begin(client)
    if "answer_2" in fields:
        fields = {**fields, "answer_2": place_of(client, url, fields["answer_2"])}
    card = shown(send(client, url, number, htmx, **fields), number)
    assert verdict in card
    assert [text for text in [*told, "ひみつの解説。"] if text not in card] == []
    assert "<form" not in card.partition("ひみつの解説")[0]


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("number", "fields", "message"),
    [
        (1, {"answer": " "}, "答えを入力してから"),
        (1, {"answer": "二"}, "「二」を数として読めません"),
        (1, {"answer": "2 ギガ"}, "使える単位"),
        (2, {"answer": "4"}, "単位も書いてください"),
        (4, {"answer": "himitsu 'list"}, "引用符"),
        (4, {"answer": "a" * 501}, "500 文字以内"),
        (5, {"answer_1": "", "answer_2": ""}, "空欄を一つ以上"),
        (5, {"answer_1": "a", "answer_2": "7"}, "空欄【2】: 送られた選択肢はありません"),
    ],
)
def test_what_cannot_be_graded_is_a_message_and_stays_in_its_field(
    begin: Callable[[Client], str],
    client: Client,
    htmx: bool,
    number: int,
    fields: dict[str, str],
    message: str,
) -> None:
    url = begin(client)
    response = send(client, url, number, htmx, **fields)
    page = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert message in page
    assert f'id="q{number}-error"' in page
    assert [value for value in fields.values() if value.strip() and value not in page] == []
    assert "ひみつ" not in page
    assert "himitsu-gap" not in page
    assert not Submission.objects.exists()


def test_every_field_of_a_cloze_has_a_label_and_choices_a_neutral_first(
    begin: Callable[[Client], str], client: Client
) -> None:
    card = shown(client.get(begin(client)), 5)
    fields = re.findall(r'<(?:input type="text"|select) id="([^"]+)"', card)
    assert fields == ["q5-answer-1", "q5-answer-2"]
    assert [field for field in fields if f'<label for="{field}">空欄【' not in card] == []
    assert re.search(r'<select[^>]*>\s*<option value="">選んでください</option>', card)
    assert " selected" not in card
    assert "【1】" in card.partition("<form")[0]


def test_the_unit_stands_after_the_field_unless_it_has_to_be_written(
    begin: Callable[[Client], str], client: Client
) -> None:
    page = client.get(begin(client))
    assert '<span class="typed-field__unit" id="q1-unit">GiB</span>' in shown(page, 1)
    assert 'aria-describedby="q1-help q1-unit"' in shown(page, 1)
    assert "typed-field__unit" not in shown(page, 2)


@pytest.mark.parametrize("number", OTHER_KEYS)
def test_two_questions_that_differ_in_their_key_are_sent_alike(
    begin: Callable[[Client], str], folder: Path, import_files: Callable[[], None], number: int
) -> None:
    import_files()
    first = sent_before_grading(Client())
    path = folder / f"first-0{number}.md"
    for old, new in OTHER_KEYS[number]:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    import_files()
    assert sent_before_grading(Client()) == first


def test_nothing_of_a_key_is_sent(begin: Callable[[Client], str]) -> None:
    for sent in sent_before_grading(Client()):
        assert "ひみつ" not in sent
        assert "himitsu" not in sent
        assert "prefix" not in sent
