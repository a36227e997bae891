"""Nothing that is sent before grading depends on the key."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from courseware.quizzes.models import Attempt, Question, QuestionRevision, Submission

ADDRESSES = ["/", "/lessons/first/", "/lessons/first/quiz/", "/lessons/first/quiz/again/"]
UNGUESSABLE = [
    re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'),
    re.compile(r"vlab_(?:csrf|session)=[^;]*"),
    re.compile(r"messages=[^;]*"),  # signed with the time; the next page shows what it says
    re.compile(r"expires=[^;]*"),
    re.compile(r"(?:Expires|Last-Modified|Date): .*"),
    re.compile(r"<time .*?</time>"),
    re.compile(r'data-seconds="\d+"'),
]
OTHER_KEYS = {
    "first-01.md": [("- [x] ゲスト", "- [ ] ゲスト"), ("- [ ] 二台", "- [x] 二台")],
    "first-02.md": [("- [x] 甲", "- [ ] 甲"), ("- [ ] 丙", "- [x] 丙")],
    "first-03.md": [
        ("[himitsu-flag, VT-x]", "[まったく別の長い正解]"),
        (
            "  - answers: [svm]\n    text: ひみつの理由その七。\n",
            "  - answers: [sse]\n    text: 別。\n",
        ),
    ],
}


def sent_before_grading(client: Client) -> list[str]:
    """Return every response, headers included, that a learner can get before grading."""
    client.get("/")
    responses = [client.post("/lessons/first/quiz/")]
    url = responses[0]["Location"]
    attempt = Attempt.objects.latest("created_at")
    attempt.seed = 7
    attempt.save()
    responses += [client.get(address) for address in [*ADDRESSES, url, f"{url}?already=1"]]
    responses += [client.head(url)]
    key = "5f9b7c3e-3f0f-4a55-9c1e-0d8f3a6b2c11"
    for position in range(1, attempt.items.count() + 1):
        for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
            for data in ({"key": key}, {"key": key, "answer": "あ" * 501}, {"answer": "1"}):
                address = f"{url}questions/{position}/"
                responses.append(client.post(address, data, **headers))  # type: ignore[arg-type]
    assert {r.status_code for r in responses} == {200, 302, 422}
    return [
        as_sent(r.status_code, r.headers.items(), r.cookies.output(), r.content) for r in responses
    ]


def as_sent(status: int, headers: object, cookies: str, content: bytes) -> str:
    lines = [f"{name}: {value}" for name, value in headers]  # type: ignore[attr-defined]
    sent = "\n".join([str(status), *lines, cookies, content.decode()])
    for pattern in UNGUESSABLE:
        sent = pattern.sub("*", sent)
    return sent


@pytest.fixture
def other_key(quiz_content: Path, import_files: Callable[[], None]) -> Callable[[str], None]:
    """Give one question another key and import it."""

    def change(name: str) -> None:
        path = quiz_content / "questions" / "first" / name
        for old, new in OTHER_KEYS[name]:
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))
        import_files()

    return change


@pytest.mark.parametrize("name", OTHER_KEYS)
def test_two_questions_that_differ_in_their_key_are_sent_alike(
    quiz: None, other_key: Callable[[str], None], name: str
) -> None:
    first = sent_before_grading(Client())
    published = set(Question.objects.values_list("published", flat=True))
    other_key(name)
    assert set(Question.objects.values_list("published", flat=True)) != published
    assert sent_before_grading(Client()) == first


def test_no_feedback_explanation_or_accepted_form_is_sent(quiz: None) -> None:
    html = QuestionRevision.objects.values_list("html", flat=True)
    hidden = [
        text
        for texts in html
        for key, text in texts.items()
        if "feedback" in key or key == "explanation"
    ]
    assert len(hidden) == 10
    for sent in sent_before_grading(Client()):
        assert "ひみつ" not in sent
        assert "himitsu" not in sent
        assert "VT-x" not in sent
        assert not [text for text in hidden if text in sent]


def test_what_is_sent_names_neither_revision_nor_seed(quiz: None) -> None:
    sent = "\n".join(sent_before_grading(Client()))
    for question in Question.objects.select_related("published"):
        assert question.published is not None
        assert question.published.content_hash[:12] not in sent
        assert question.identifier not in sent
    assert not re.search(r"option-\d", sent)


def sent_of_a_set(client: Client) -> list[str]:
    """Return every response that a learner gets of a set whose results are never released:

    while it is taken, saved by one page and by another, handed in, and looked at afterwards.
    """
    client.get("/")
    responses = [client.get("/exams/"), client.get("/exams/mock/"), client.post("/exams/mock/")]
    url = responses[-1]["Location"]
    attempt = Attempt.objects.latest("created_at")
    attempt.seed = 7
    attempt.save()
    for position, item in enumerate(attempt.items.order_by("revision__question__identifier"), 1):
        attempt.items.filter(pk=item.pk).update(position=position + 100)
    for item in attempt.items.all():
        attempt.items.filter(pk=item.pk).update(position=item.position - 100)
    numbers = range(1, attempt.items.count() + 1)
    responses += [client.get(url), client.post(f"{url}hand-in/")]
    for answer in ("1", "0", "あ" * 501, ""):
        fields = {f"q{n}-version": "0" for n in numbers} | {f"q{n}-answer": answer for n in numbers}
        responses += [
            client.post(f"{url}drafts/", fields),
            client.post(f"{url}drafts/", fields, HTTP_HX_REQUEST="true"),
            client.get(url),
            client.get(f"{url}hand-in/"),
        ]
    responses.append(client.post(f"{url}hand-in/", {"confirmed": "0"}))
    assert Attempt.objects.get(pk=attempt.pk).finished_at is not None
    addresses = [url, f"{url}?already=1", f"{url}hand-in/", f"{url}questions/1/", "/exams/mock/"]
    responses += [client.get(address) for address in [*addresses, "/exams/mock/again/", "/me/"]]
    responses += [client.head(url), client.post(f"{url}drafts/", {"q1-version": "1"})]
    assert {r.status_code for r in responses} == {200, 302, 404, 409, 422}
    return [
        as_sent(r.status_code, r.headers.items(), r.cookies.output(), r.content) for r in responses
    ]


@pytest.mark.parametrize("name", OTHER_KEYS)
def test_a_set_that_is_not_released_is_sent_alike_whatever_its_key(
    db: None,
    import_exam: Callable[..., None],
    other_key: Callable[[str], None],
    name: str,
) -> None:
    import_exam("never")
    first = sent_of_a_set(Client())
    grades = Submission.objects.filter(item__attempt=Attempt.objects.get())
    scores = list(grades.order_by("item__position").values_list("score", flat=True))
    assert len(scores) == 3
    other_key(name)
    assert sent_of_a_set(Client()) == first
    for sent in first:
        assert "ひみつ" not in sent
        assert "himitsu" not in sent


def test_a_graded_set_does_send_what_the_walk_looks_for(
    db: None, import_exam: Callable[..., None], other_key: Callable[[str], None]
) -> None:
    """The test above can fail: with the results released, the pages do differ."""
    import_exam("handed-in")
    first = sent_of_a_set(Client())
    assert any("ひみつ" in sent for sent in first)
    other_key("first-01.md")
    assert sent_of_a_set(Client()) != first
