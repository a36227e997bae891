"""Correcting grades: plan, apply, records, and what learners are told."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from courseware.classes.models import User
from courseware.grading.regrading import OTHER_OPTIONS
from courseware.quizzes import regrading
from courseware.quizzes.models import (
    Attempt,
    Question,
    QuestionRevision,
    Regrade,
    RegradeChange,
    Submission,
)
from tests.quizzes.classroom import answer, learner, options, take

Import = Callable[[], None]
REASON = "正解の記号を取り違えていました。"
URL = "/teaching/questions/first-01/regrade/"


@pytest.fixture
def edit(quiz_content: Path, import_files: Import) -> Callable[..., None]:
    """Change a question's file and publish it."""

    def change(name: str, *pairs: tuple[str, str]) -> None:
        path = quiz_content / "questions" / "first" / f"{name}.md"
        text = path.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        import_files()

    return change


SECOND_IS_RIGHT = [("- [x] ゲスト", "- [ ] ゲスト"), ("- [ ] 専用", "- [x] 専用")]


def question(identifier: str = "first-01") -> Question:
    return Question.objects.select_related("published").get(identifier=identifier)


def asked(
    answered: QuestionRevision, rule: str = "key", identifier: str = "first-01"
) -> regrading.Round:
    found = question(identifier)
    assert found.published is not None
    return regrading.Round(found, answered, found.published, Regrade.Rule(rule))


def published(identifier: str = "first-01") -> QuestionRevision:
    found = question(identifier).published
    assert found is not None
    return found


def applied(what: regrading.Round, by: User, key: UUID | None = None) -> Regrade:
    planned = regrading.plan(what)
    closed = replace(what, upto=planned.last)
    return regrading.apply(closed, planned.digest, REASON, key or uuid4(), by)


def scores() -> dict[str, int]:
    return {a.user.username: a.score for a in Attempt.objects.with_scores().select_related("user")}


def state() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Submission, Regrade, RegradeChange)
    ]


@pytest.fixture
def taken(quiz: None) -> QuestionRevision:
    """Two learners have answered, one the first option (right then), one the second."""
    take(learner("hanako"), 0, [0, 1], "VT-x")
    take(learner("taro"), 1, [0], "kvm")
    return published()


def test_a_corrected_key_changes_who_is_right_and_keeps_all_that_was(
    taken: QuestionRevision, edit: Callable[..., None], instructor: User
) -> None:
    responses = list(Submission.objects.order_by("pk").values_list("response", flat=True))
    before = scores()
    results = dict(Submission.objects.values_list("pk", "result"))
    edit("first-01", *SECOND_IS_RIGHT)
    planned = regrading.plan(asked(taken))
    assert (planned.examined, planned.raised, planned.lowered, planned.unchanged) == (2, 1, 1, 0)
    assert [
        (r.learner, r.old_score, r.new_score, r.new_total - r.old_total)
        for r in regrading.rows(planned.changes)
    ] == [("hanako", 1000, 0, -1000), ("taro", 0, 1000, 1000)]
    assert scores() == before, "looking changes nothing"

    regrade = applied(asked(taken), instructor)
    assert scores() == {"hanako": before["hanako"] - 1000, "taro": before["taro"] + 1000}
    assert list(Submission.objects.order_by("pk").values_list("response", flat=True)) == responses
    assert (regrade.by, regrade.by_name, regrade.reason) == (instructor, "sensei", REASON)
    assert (regrade.answered, regrade.revised) == (taken, published())
    for change in regrade.changes.select_related("submission"):
        assert change.old_result == results[change.submission_id]
        assert change.new_result == change.submission.result
        assert change.new_score == change.submission.score
        assert (change.old_revision, change.new_revision) == (taken, published())
        assert change.submission.regraded == change


def test_applying_twice_changes_nothing(
    taken: QuestionRevision, edit: Callable[..., None], instructor: User
) -> None:
    edit("first-01", *SECOND_IS_RIGHT)
    key = uuid4()
    planned = regrading.plan(asked(taken))
    first = regrading.apply(asked(taken), planned.digest, REASON, key, instructor)
    after = state()
    assert regrading.apply(asked(taken), planned.digest, REASON, key, instructor) == first
    with pytest.raises(regrading.PlanChanged):
        regrading.apply(asked(taken), planned.digest, REASON, uuid4(), instructor)
    again = regrading.plan(asked(taken))
    assert (again.changes, again.unchanged) == ([], 2)
    with pytest.raises(regrading.NothingToChange):
        regrading.apply(asked(taken), again.digest, REASON, uuid4(), instructor)
    assert state() == after


def test_a_plan_is_the_same_each_time(taken: QuestionRevision, edit: Callable[..., None]) -> None:
    edit("first-01", *SECOND_IS_RIGHT)
    assert regrading.plan(asked(taken)).digest == regrading.plan(asked(taken)).digest


def test_a_changed_grader_regrades_the_same_revision(
    taken: QuestionRevision, instructor: User
) -> None:
    """As if the grader had been wrong: the stored grades differ from what it says now."""
    wrong = Submission.objects.get(item__revision=taken, item__attempt__user__username="taro")
    Submission.objects.filter(pk=wrong.pk).update(score=1000)
    planned = regrading.plan(asked(taken))
    assert [(c.submission.pk, c.new_score) for c in planned.changes] == [(wrong.pk, 0)]
    applied(asked(taken), instructor)
    wrong.refresh_from_db()
    assert wrong.score == 0


def test_going_back_restores_the_first_grades(
    taken: QuestionRevision, edit: Callable[..., None], instructor: User
) -> None:
    before = list(Submission.objects.order_by("pk").values("score", "result"))
    edit("first-01", *SECOND_IS_RIGHT)
    applied(asked(taken), instructor)
    edit("first-01", *[(new, old) for old, new in SECOND_IS_RIGHT])
    assert published() == taken
    applied(asked(taken), instructor)
    assert list(Submission.objects.order_by("pk").values("score", "result")) == before
    assert RegradeChange.objects.count() == 4


def test_full_marks_are_for_all_who_answered_whatever_they_answered(
    taken: QuestionRevision, instructor: User
) -> None:
    regrade = applied(asked(taken, "full-marks"), instructor)
    assert set(Submission.objects.filter(item__revision=taken).values_list("score", flat=True)) == {
        1000
    }
    assert (regrade.raised, regrade.lowered, regrade.level) == (1, 0, 0)
    planned = regrading.plan(asked(taken, "full-marks"))
    assert planned.changes == []
    assert regrading.plan(asked(taken)).lowered == 1, "the key counts again where it is asked for"


def test_answers_that_mean_nothing_now_are_told_and_left_alone(
    taken: QuestionRevision, edit: Callable[..., None], instructor: User
) -> None:
    edit("first-01", *SECOND_IS_RIGHT, ("二台の物理マシン", "三台の物理マシン"))
    planned = regrading.plan(asked(taken))
    assert planned.left_alone == {OTHER_OPTIONS: 2}
    assert planned.changes == []
    applied(asked(taken, "full-marks"), instructor)  # which needs no meaning


def test_options_in_another_order_are_found_by_text(
    taken: QuestionRevision, edit: Callable[..., None]
) -> None:
    first = "- [x] ゲスト **OS** の変更\n  > ひみつの理由その一。\n"
    second = "- [ ] 専用の CPU\n  > ひみつの理由その二。\n"
    edit("first-01", (first + second, second + first))
    planned = regrading.plan(asked(taken))
    assert (planned.raised, planned.lowered, planned.level) == (0, 0, 2)


def test_a_score_keeps_the_points_of_the_time_of_the_answer(
    taken: QuestionRevision, edit: Callable[..., None], instructor: User
) -> None:
    edit("first-01", *SECOND_IS_RIGHT, ('objective: "351.1"', 'objective: "351.1"\npoints: 5'))
    applied(asked(taken), instructor)
    found = Submission.objects.filter(item__revision=taken).order_by("score")
    assert list(found.values_list("score", "max_score")) == [(0, 1000), (1000, 1000)]


def test_an_answer_that_comes_after_the_look_waits_for_the_next_round(
    taken: QuestionRevision, edit: Callable[..., None], instructor: User
) -> None:
    late = take(learner("jiro"), None, [0, 1], "VT-x")
    edit("first-01", *SECOND_IS_RIGHT)
    planned = regrading.plan(asked(taken))
    closed = replace(asked(taken), upto=planned.last)
    answer(late, 1, {"answer": options(late, "first-01", [1])})  # of the revision it began with
    regrading.apply(closed, planned.digest, REASON, uuid4(), instructor)
    rest = regrading.plan(asked(taken))
    assert [r.learner for r in regrading.rows(rest.changes)] == ["jiro"]


def test_rounds_take_all_answers_once(
    taken: QuestionRevision, edit: Callable[..., None], instructor: User, settings: Any
) -> None:
    settings.QUIZ_REGRADE_ANSWERS = 2
    take(learner("jiro"), 1, [0, 1], "VT-x")
    edit("first-01", *SECOND_IS_RIGHT)
    planned = regrading.plan(asked(taken))
    assert (planned.examined, planned.more) == (2, True)
    rest = regrading.plan(replace(asked(taken), after=planned.last))
    assert (rest.examined, rest.more, rest.raised) == (1, False, 1)
    settings.QUIZ_REGRADE_ANSWERS = 3
    assert not regrading.plan(asked(taken)).more


@pytest.mark.parametrize("reason", ["", " \u3000", "あ" * 501])
def test_a_reason_is_needed_and_bounded(
    taken: QuestionRevision, instructor: User, reason: str
) -> None:
    what = asked(taken, "full-marks")
    before = state()
    with pytest.raises(regrading.NoReason):
        regrading.apply(what, regrading.plan(what).digest, reason, uuid4(), instructor)
    assert state() == before
    regrading.apply(what, regrading.plan(what).digest, "あ" * 500, uuid4(), instructor)


def test_a_record_stays_when_the_account_goes(taken: QuestionRevision, instructor: User) -> None:
    regrade = applied(asked(taken, "full-marks"), instructor)
    instructor.delete()
    regrade.refresh_from_db()
    assert (regrade.by, regrade.by_name) == (None, "sensei")


def choose(client: Client, answered: QuestionRevision, rule: str = "key") -> Any:
    return client.get(URL, {"answered": str(answered.pk), "rule": rule})


def fields(page: str) -> dict[str, str]:
    form = page[page.index('<form class="card" method="post">') :]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.split("</form>")[0]))


def test_an_instructor_looks_applies_and_reads_the_record(
    taken: QuestionRevision, edit: Callable[..., None], instructor_client: Client
) -> None:
    edit("first-01", *SECOND_IS_RIGHT)
    assert "だれの得点が変わるかを見る" in instructor_client.get(URL).content.decode()
    page = choose(instructor_client, taken).content.decode()
    assert "1 → 0 点" in page
    assert "0 → 1 点" in page
    data = fields(page) | {"reason": ""}
    refused = instructor_client.post(URL, data)
    assert refused.status_code == 422
    assert "理由を入力してください" in refused.content.decode()
    assert not Regrade.objects.exists()
    posted = [instructor_client.post(URL, data | {"reason": REASON}) for _ in range(2)]
    assert {r.status_code for r in posted} == {302}
    assert posted[0]["Location"] == posted[1]["Location"]
    record = instructor_client.get(posted[0]["Location"]).content.decode()
    for words in ("sensei", REASON, "hanako", "taro", taken.content_hash[:12]):
        assert words in record
    assert REASON in instructor_client.get("/teaching/regrades/").content.decode()
    assert "変わる得点も" in choose(instructor_client, taken).content.decode()


def test_a_look_that_is_out_of_date_is_shown_again(
    taken: QuestionRevision, edit: Callable[..., None], instructor_client: Client
) -> None:
    edit("first-01", *SECOND_IS_RIGHT)
    data = fields(choose(instructor_client, taken).content.decode()) | {"reason": REASON}
    edit("first-01", ("- [x] 専用", "- [ ] 専用"), ("- [ ] 二台", "- [x] 二台"))
    refused = instructor_client.post(URL, data)
    assert refused.status_code == 409
    assert "まだ何も変えていません" in refused.content.decode()
    assert REASON in refused.content.decode()
    assert not Regrade.objects.exists()


def test_the_learner_sees_that_and_why_and_the_old_result(
    quiz: None, edit: Callable[..., None], student: User, student_client: Client, instructor: User
) -> None:
    attempt = take(student, 0, [0, 1], "VT-x")
    first = published()
    url = f"/attempts/{attempt.pk}/"
    assert "採点を訂正しました" not in student_client.get(url).content.decode()
    edit("first-01", *SECOND_IS_RIGHT, ("ひみつの解説その一。", "直した解説。"))
    applied(asked(first), instructor)
    page = student_client.get(url).content.decode()
    for words in (
        "採点を訂正しました",
        "1 点から 0 点へ",
        REASON,
        "直した解説",
        "ひみつの解説その一",
    ):
        assert words in page
    assert "得点 3 / 4 点" in page
    applied(asked(first, "full-marks"), instructor)
    page = student_client.get(url).content.decode()
    assert "満点にしました" in page
    assert "0 点から 1 点へ" in page
    assert page.count("採点を訂正しました") == 1
    assert "得点 4 / 4 点" in page


def test_pages_are_for_instructors(
    taken: QuestionRevision, client: Client, student_client: Client, instructor_client: Client
) -> None:
    regrade = applied(asked(taken, "full-marks"), User.objects.get(username="sensei"))
    for url in (URL, "/teaching/regrades/", f"/teaching/regrades/{regrade.pk}/"):
        assert client.get(url)["Location"].startswith("/accounts/login/")
        assert student_client.get(url).status_code == 403
        assert instructor_client.get(url).status_code == 200
    assert student_client.post(URL, {"rule": "key"}).status_code == 403
    assert instructor_client.get("/teaching/regrades/9999/").status_code == 404
    assert instructor_client.get("/teaching/questions/none/regrade/").status_code == 404
    for data in (
        {"rule": "key"},
        {"rule": "none", "answered": str(taken.pk)},
        {"rule": "key", "answered": "１"},
    ):
        assert instructor_client.get(URL, data).status_code == 404
        assert instructor_client.post(URL, data).status_code == 404
    assert instructor_client.post(URL).status_code == 404


def test_lists_are_paged_and_queries_bounded(
    taken: QuestionRevision,
    edit: Callable[..., None],
    instructor_client: Client,
    settings: Any,
    django_assert_max_num_queries: Any,
) -> None:
    settings.QUIZ_ROWS_SHOWN = 2
    for number in range(5):
        take(learner(f"x{number}"), 1, [0], "kvm")
    edit("first-01", *SECOND_IS_RIGHT)
    for rule in ("full-marks", "key"):
        with django_assert_max_num_queries(8):
            page = choose(instructor_client, taken, rule).content.decode()
    assert page.count('<th scope="row">') == 2
    assert "7 件中 1～2 件目" in page
    data = fields(page) | {"reason": REASON}
    with django_assert_max_num_queries(20):
        record = instructor_client.post(URL, data)["Location"]
    with django_assert_max_num_queries(8):
        page = instructor_client.get(f"{record}?page=4").content.decode()
    assert "7 件中 7～7 件目" in page


@pytest.mark.django_db(transaction=True)
def test_at_once_regrades_are_one_and_answers_are_kept(
    transactional_db: None, import_files: Import, quiz_content: Path, instructor: User
) -> None:
    import_files()
    taken = published()
    take(learner("hanako"), 0, [0, 1], "VT-x")
    open_attempts = [take(learner(f"o{n}"), None, [0], "kvm") for n in range(4)]
    path = quiz_content / "questions" / "first" / "first-01.md"
    text = path.read_text()
    for old, new in SECOND_IS_RIGHT:
        text = text.replace(old, new)
    path.write_text(text)
    import_files()
    planned = regrading.plan(asked(taken))
    closed = replace(asked(taken), upto=planned.last)

    def regrade(_: int) -> str:
        try:
            regrading.apply(closed, planned.digest, REASON, uuid4(), instructor)
        except (regrading.PlanChanged, regrading.NothingToChange):
            return "refused"
        finally:
            connection.close()
        return "done"

    def send(attempt: Attempt) -> str:
        try:
            answer(attempt, 1, {"answer": options(attempt, "first-01", [1])})
        finally:
            connection.close()
        return "sent"

    with ThreadPoolExecutor(8) as pool:
        sent = pool.map(send, open_attempts)
        done = list(pool.map(regrade, range(4)))
        assert list(sent) == ["sent"] * 4
    assert sorted(done) == ["done", "refused", "refused", "refused"]
    assert Regrade.objects.count() == RegradeChange.objects.count() == 1
    assert Submission.objects.filter(item__revision=taken).count() == 5
    assert regrading.plan(asked(taken)).raised == 4
