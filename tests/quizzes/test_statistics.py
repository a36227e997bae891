"""The figures of questions, as instructors see them."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from courseware.classes.models import User
from courseware.grading.item_statistics import discrimination, groups, reliability
from courseware.quizzes import regrading, statistics
from courseware.quizzes.models import (
    Attempt,
    AttemptItem,
    Question,
    QuestionRevision,
    QuestionSet,
    Regrade,
    Submission,
)
from courseware.quizzes.statistics import Scope
from courseware.quizzes.statistics_views import _safe
from courseware.quizzes.templatetags.quiz_tags import decimal, duration, sample_words, signed_points
from tests.quizzes.classroom import SECONDS, answer, classroom, learner, take

PLACE = "/teaching/lessons/first/"
VARIED = """---
id: first-04
type: numeric
lesson: first
objective: "351.1"
parameters:
  vms: [2, 3]
answer: vms * 4
---
4 GiB が {{vms}} 台で何 GiB ですか。

## 解説
積です。
"""


def revision(identifier: str) -> QuestionRevision:
    found = Question.objects.select_related("published").get(identifier=identifier).published
    assert found is not None
    return found


def figures(identifier: str, scope: Scope = Scope()) -> statistics.Figures:  # noqa: B008
    report = statistics.report(statistics.lesson_place("first"), scope)
    return next(item.figures for item in report.items if item.identifier == identifier)


def details(identifier: str) -> statistics.Details:
    return statistics.details(statistics.lesson_place("first"), Scope(), revision(identifier))


def rows() -> list[list[int]]:
    """Return the scores of each attempt in the questions' order."""
    return [
        list(
            Submission.objects.filter(item__attempt=attempt)
            .order_by("item__position")
            .values_list("score", flat=True)
        )
        for attempt in Attempt.objects.all()
    ]


def test_figures_are_those_of_the_stored_scores(quiz: None) -> None:
    classroom(12)
    table = rows()
    first = [row[0] for row in table]
    found = figures("first-01")
    assert found.n == 12
    assert found.facility is not None
    assert found.facility.value == pytest.approx(sum(first) / 12000)
    assert found.discrimination is not None
    expected = discrimination(first, [(row[1] + row[2]) * 10**6 // 3000 for row in table])
    assert found.discrimination == expected
    assert found.discrimination.value > 0.3
    whole = statistics.report(statistics.lesson_place("first"), Scope()).consistency
    assert whole.reliability == reliability(table)
    assert whole.reliability is not None
    assert not whole.reliability.is_kr20, "one question has two points, and parts of them"
    assert (whole.attempts, whole.others) == (12, 0)


def test_the_time_of_an_answer_is_from_the_one_before_without_pauses(
    quiz: None, settings: Any
) -> None:
    attempts = classroom(3)
    for identifier in ("first-01", "first-02", "first-03"):
        found = figures(identifier)
        assert found.seconds is not None
        assert (found.seconds.value, found.seconds.n, found.paused) == (SECONDS, 3, 0)
    last = Submission.objects.get(item__attempt=attempts[0], item__position=3)
    pause = timedelta(minutes=settings.QUIZ_PAUSE_MINUTES)
    for longer, known in ((timedelta(0), 3), (timedelta(seconds=1), 2)):
        at = attempts[0].created_at + timedelta(seconds=2 * SECONDS) + pause + longer
        Submission.objects.filter(pk=last.pk).update(created_at=at)
        found = figures("first-03")
        assert found.seconds is not None
        assert (found.seconds.n, found.paused) == (known, 3 - known)


def test_options_are_counted_in_all_and_in_the_groups(quiz: None) -> None:
    classroom(12)
    found = details("first-01")
    assert [row.letter for row in found.answers] == ["A", "B", "C"]
    assert [row.correct for row in found.answers] == [True, False, False]
    assert sum(row.rate.count for row in found.answers) == 12
    right = found.answers[0].rate
    assert right.upper is not None
    assert right.lower is not None
    assert right.upper.value == 1
    assert right.lower.value == 0
    assert right.difference == 1
    assert found.groups == groups([(row[1] + row[2]) * 10**6 // 3000 for row in rows()[::-1]])


def test_typed_answers_that_mean_the_same_are_one_row(quiz: None, settings: Any) -> None:
    classroom(12)
    found = details("first-03")
    counts = {row.text: (row.rate.count, row.share) for row in found.answers}
    assert sum(count for count, _ in counts.values()) == 12
    assert counts["VT-x"] == (4, 1)
    assert counts["kvm"][1] == 0
    assert set(counts) in ({"VT-x", "kvm", "svm"}, {"VT-x", "kvm", "ＳＶＭ"})
    settings.QUIZ_STATISTICS_ANSWERS_SHOWN = 1
    found = details("first-03")
    assert (len(found.answers), found.others + found.answers[0].rate.count) == (1, 12)


def test_guests_instructors_open_and_later_attempts_count_only_where_asked(
    quiz: None, instructor: User
) -> None:
    student = learner("hanako")
    take(student, 0, [0, 1], "VT-x")
    take(student, 1, [0, 1], "VT-x")
    take(learner("a", is_guest=True), 1, [0], "svm")
    take(instructor, 0, [0, 1], "VT-x")
    take(learner("jiro"), None, [0], "svm")
    numbers = {
        scope: figures("first-01", scope).n
        for scope in (Scope(), Scope(guests=True), Scope(False), Scope(False, guests=True))
    }
    assert list(numbers.values()) == [1, 2, 2, 3]
    found = figures("first-01").facility
    assert found is not None
    assert found.value == 1, "the first attempt, not the later one"


def test_only_the_newest_attempts_are_read_and_the_page_says_so(
    quiz: None, settings: Any, instructor_client: Client
) -> None:
    classroom(4)
    settings.QUIZ_STATISTICS_ATTEMPTS = 4
    assert figures("first-01").n == 4
    page = instructor_client.get(PLACE).content.decode()
    assert "新しい順に 4 回分までを使います" in page
    assert "これより古い解答もあります" not in page
    settings.QUIZ_STATISTICS_ATTEMPTS = 3
    assert figures("first-01").n == 3
    assert "これより古い解答もあります" in instructor_client.get(PLACE).content.decode()


def test_reliability_is_of_complete_attempts_at_the_same_questions(
    quiz: None, quiz_content: Path, import_files: Callable[[], None]
) -> None:
    classroom(6)
    path = quiz_content / "questions" / "first" / "first-01.md"
    path.write_text(path.read_text().replace("専用の CPU", "特別な CPU"))
    import_files()
    take(learner("late"), 0, [0, 1], "VT-x")
    report = statistics.report(statistics.lesson_place("first"), Scope())
    assert (report.consistency.attempts, report.consistency.others) == (6, 1)
    both = [item for item in report.items if item.identifier == "first-01"]
    assert [(item.figures.n, item.is_published) for item in both] == [(1, True), (6, False)]


def test_a_set_counts_blank_answers_and_knows_no_times(quiz: None) -> None:
    exam = QuestionSet.objects.create(
        slug="exam", position=1, title="試験", release="handed-in", blueprint={}
    )
    for number in range(3):
        attempt = take(learner(f"e{number}"), 0, [0, 1], "VT-x")
        Attempt.objects.filter(pk=attempt.pk).update(lesson=None, question_set=exam)
    Submission.objects.filter(item__attempt=attempt, item__position=3).delete()
    report = statistics.report(statistics.set_place("exam"), Scope())
    found = {item.identifier: item.figures for item in report.items}
    assert (found["first-03"].n, found["first-03"].omitted) == (2, 1)
    assert all(one.seconds is None for one in found.values())
    assert (report.consistency.attempts, report.consistency.others) == (2, 1)
    assert statistics.report(statistics.lesson_place("first"), Scope()).attempts == 0


def test_variants_are_told_apart(
    quiz_content: Path, import_files: Callable[[], None], quiz: None
) -> None:
    (quiz_content / "questions" / "first" / "first-04.md").write_text(VARIED)
    import_files()
    for number in range(8):
        attempt = take(learner(f"v{number}"), 0, [0, 1], "VT-x")
        answer(attempt, 4, {"answer": ["8"]})
    found = details("first-04").variants
    assert {row.values for row in found} <= {"vms = 2", "vms = 3"}
    assert sum(row.facility.n for row in found) == 8
    assert {row.values: row.facility.value for row in found}.items() <= {
        "vms = 2": 1.0,
        "vms = 3": 0.0,
    }.items()


def test_scores_are_those_after_a_regrade_and_answers_those_given(
    quiz: None, instructor: User, instructor_client: Client
) -> None:
    classroom(6)
    asked = regrading.Round(
        Question.objects.get(identifier="first-01"),
        revision("first-01"),
        revision("first-01"),
        Regrade.Rule.FULL_MARKS,
    )
    before = [row.rate.count for row in details("first-01").answers]
    regrading.apply(asked, regrading.plan(asked).digest, "無効", uuid4(), instructor)
    found = details("first-01")
    assert found.item.figures.facility is not None
    assert found.item.figures.facility.value == 1
    assert found.item.figures.discrimination is None
    assert [row.rate.count for row in found.answers] == before
    assert found.regraded > 0
    page = instructor_client.get(f"{PLACE}first-01/").content.decode()
    assert "採点し直したものです" in page


def test_a_question_that_the_better_miss_is_pointed_out(
    quiz: None, instructor_client: Client
) -> None:
    attempts = classroom(30)
    for attempt in attempts:
        item = AttemptItem.objects.get(attempt=attempt, position=1)
        score = item.submission.score
        Submission.objects.filter(item=item).update(score=1000 - score)
    assert figures("first-01").is_suspicious
    assert "要確認: 負" in instructor_client.get(PLACE).content.decode()
    assert "正解の誤りか" in instructor_client.get(f"{PLACE}first-01/").content.decode()


def test_links_sort_the_list(quiz: None, instructor_client: Client) -> None:
    classroom(9)

    def order(sort: str) -> list[str]:
        page = instructor_client.get(f"{PLACE}?sort={sort}").content.decode()
        return re.findall(r"/first/(first-0\d)/\?revision", page)

    assert order("question") == ["first-01", "first-02", "first-03"]
    assert order("-question") == ["first-03", "first-02", "first-01"]
    by_facility = order("facility")
    values = [figures(identifier).facility for identifier in by_facility]
    assert [v.value for v in values if v] == sorted(v.value for v in values if v)
    assert order("-facility") == by_facility[::-1]
    assert order("nonsense") == order("question")
    page = instructor_client.get(f"{PLACE}?sort=facility&guests=1").content.decode()
    assert 'aria-sort="ascending"><a href="?guests=1&amp;sort=-facility"' in page


def test_pages_are_for_instructors(
    quiz: None, client: Client, student_client: Client, instructor_client: Client
) -> None:
    classroom(2)
    for url in ("/teaching/", PLACE, f"{PLACE}items.csv", f"{PLACE}first-01/"):
        assert client.get(url)["Location"].startswith("/accounts/login/")
        assert student_client.get(url).status_code == 403
        assert instructor_client.get(url).status_code == 200
        assert "no-store" in instructor_client.get(url)["Cache-Control"]
    assert "/teaching/" not in student_client.get("/").content.decode()
    assert 'href="/teaching/"' in instructor_client.get("/").content.decode()
    for url in (
        "/teaching/lessons/none/",
        "/teaching/exams/none/",
        "/teaching/nothing/first/",
        f"{PLACE}none/",
        f"{PLACE}first-01/?revision=99999",
    ):
        assert instructor_client.get(url).status_code == 404
    assert instructor_client.get(f"{PLACE}first-01/?revision=１").status_code == 200


def test_pages_without_answers_say_so(quiz: None, instructor_client: Client) -> None:
    page = instructor_client.get(PLACE).content.decode()
    assert page.count("求まりません") >= 4
    assert "10 人に満たないため" in page
    assert "求まりません" in instructor_client.get(f"{PLACE}first-03/").content.decode()


def test_a_chart_has_the_same_figures_as_its_table(quiz: None, instructor_client: Client) -> None:
    classroom(12)
    page = instructor_client.get(f"{PLACE}first-01/").content.decode()
    svg, table = page[page.index('<svg class="rates"') :].split("</svg>", 1)
    shown = re.findall(r'rates__value"[^>]*>(\d+)%', svg)
    assert len(shown) == 3
    assert shown == re.findall(r'<td>\s*<span class="num">(\d+)%', table)[:3]
    assert svg.count('class="rates__mark"') == 3
    assert "style=" not in page


def test_queries_do_not_grow_with_the_class(
    quiz: None, instructor_client: Client, django_assert_max_num_queries: Any
) -> None:
    classroom(12)
    for url, most in (
        ("/teaching/", 5),
        (PLACE, 7),
        (f"{PLACE}items.csv", 7),
        (f"{PLACE}first-01/", 9),
    ):
        with django_assert_max_num_queries(most):
            instructor_client.get(url)


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing(
    quiz: None, instructor_client: Client
) -> None:
    classroom(12)
    response = instructor_client.get(f"{PLACE}items.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="items-first.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["問題"] for row in table] == ["first-01", "first-02", "first-03"]
    assert table[0]["解答した人"] == "12"
    found = figures("first-01").facility
    assert found is not None
    assert float(table[0]["平均得点率"]) == pytest.approx(found.value, abs=1e-4)
    assert table[0]["人数の注意"] == "少数"
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"):
        assert _safe(text) == f"'{text}"
    assert _safe("first-01") == "first-01"


def test_how_figures_are_written() -> None:
    assert [decimal(0.125), decimal(-0.5)] == ["0.12", "−0.50"]
    assert [duration(59.4), duration(59.5), duration(125)] == ["59 秒", "1 分 0 秒", "2 分 5 秒"]
    assert [signed_points(1500), signed_points(-1000), signed_points(0)] == ["+1.5", "−1", "±0"]
    assert [bool(sample_words(n)) for n in (9, 29, 99, 100)] == [True, True, True, False]
