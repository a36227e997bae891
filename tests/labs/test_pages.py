"""A learner's way through a lab, as requests."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from courseware.classes.models import User
from courseware.labs.models import Program, ProgramSubmission
from tests.labs.steps import URL, hidden, page_after, post, text

RIGHT = "add2:\n        add a0, a0, a1\n        ret\n"
COUNT = "_start:\n        li a0, 1\n        addi a0, a0, 2\n        ebreak\n"
ENDLESS = "1: j 1b\n"


def test_the_list_shows_the_labs_in_order_with_their_states(labs: None, client: Client) -> None:
    page = text(client.get("/labs/"))
    assert page.index("演習 free") < page.index("演習 adding")
    assert "途中" not in page
    page_after(client, "grade", "add2: ret\n")
    assert "途中" in text(client.get("/labs/"))
    page_after(client, "grade", RIGHT)
    assert "✓ 合格" in text(client.get("/labs/"))


def test_looking_creates_nobody(labs: None, client: Client) -> None:
    page = text(client.get(URL))
    assert "add2:" in page
    assert "最初のヒント" in page
    assert not User.objects.exists()
    assert not Program.objects.exists()


def test_run_step_back_and_reset(labs: None, client: Client) -> None:
    page = page_after(client, "step", COUNT)
    assert "0x00000001" in page
    assert page.count("変化した") == 1
    assert 'aria-current="step"' in page
    page = page_after(client, "step", COUNT)
    assert "0x00000003" in page
    page = page_after(client, "back", COUNT)
    assert "0x00000001" in page
    assert "0x00000003" not in page
    page = page_after(client, "run", COUNT)
    assert "0x00000003" in page
    page = page_after(client, "reset", COUNT)
    assert "0x00000003" not in page
    assert "0 命令" in page


def test_the_machine_survives_in_the_database_not_in_the_process(
    labs: None, client: Client
) -> None:
    from courseware.labs import services

    page_after(client, "step", COUNT)
    services.runner().close()
    page = page_after(client, "step", COUNT)
    assert "0x00000003" in page


def test_a_machine_of_another_version_starts_anew(labs: None, client: Client) -> None:
    page_after(client, "run", COUNT)
    Program.objects.update(machine=b"from another version", view={"schema": 0, "registers": []})
    assert COUNT.strip() in text(client.get(URL))
    page = page_after(client, "step", COUNT)
    assert '<span class="num">1</span> 命令' in page


def test_another_source_starts_anew(labs: None, client: Client) -> None:
    page_after(client, "run", COUNT)
    page = page_after(client, "step", COUNT.replace("li a0, 1", "li a0, 64"))
    assert "0x00000040" in page
    assert '<span class="num">1</span> 命令' in page


def test_output_is_shown_escaped(labs: None, client: Client) -> None:
    source = (
        ".text\nla a0, m\nli a1, 0x10000000\n1: lbu a2, 0(a0)\nbeqz a2, 2f\nsb a2, 0(a1)\n"
        'addi a0, a0, 1\nj 1b\n2: ebreak\n.data\nm: .asciz "<b>hi</b>"\n'
    )
    post(client, "run", source)
    assert "&lt;b&gt;hi&lt;/b&gt;" in client.get(URL).content.decode()


def test_an_endless_loop_names_its_limit(labs: None, client: Client, settings: Any) -> None:
    settings.LAB_LIMITS = {**settings.LAB_LIMITS, "instructions": 3_000}
    assert "3,000 命令" in page_after(client, "run", ENDLESS)


def test_problems_have_line_and_column_and_the_source_is_kept(labs: None, client: Client) -> None:
    source = "add2:\n        addi a0, a0, ５\n        rte\n"
    page = page_after(client, "run", source)
    assert "2 行 22 桁" in page
    assert "3 行 9 桁" in page
    assert "全角" in page
    assert "addi a0, a0, ５" in page
    assert Program.objects.get().source == source


def test_memory_is_shown_where_asked(labs: None, client: Client) -> None:
    source = "_start: la a0, box\nli a1, 0x41\nsb a1, 3(a0)\nebreak\n.data\nbox: .word 0x44332211\n"
    page = page_after(client, "run", source, look="box")
    assert re.search(r'<td class="mono">11</td><td class="mono">22</td>', page)
    page = page_after(client, "look", source, look="０ｘ８０００００００")
    assert "0x80000000" in page
    page = page_after(client, "look", source, look="nothing")
    assert "「nothing」というラベルはありません" in page


def test_a_wrong_program_fails_and_hidden_values_stay_hidden(labs: None, client: Client) -> None:
    page = page_after(client, "grade", "add2: ret\n")
    assert "✗ あと 3 件" in page
    assert "add2(2, 3)" in page
    assert "add2(-70000, 30001)" in page, "the first hidden one that fails is told"
    assert "もう一つの隠した例" in page
    for secret in ("81234", "81239", "ひみつの解説"):
        assert secret not in page


def test_a_right_program_passes_and_opens_the_discussion(labs: None, client: Client) -> None:
    assert "ひみつの解説" not in text(client.get(URL))
    page = page_after(client, "grade", RIGHT)
    assert "✓ 合格" in page
    assert "ひみつの解説" in page
    assert "70000" not in page
    submission = ProgramSubmission.objects.get()
    assert (submission.passed, submission.total, submission.source) == (3, 3, RIGHT)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("other: ret\n", "ラベル「add2:」がありません"),
        ("add2: j add2\n", "関数から戻りませんでした"),
        ("add2: add a0, a0, a1\nli s3, 1\nret\n", "s3 の値が、呼ばれたときと違います"),
        ("add2: add a0, a0, a1\naddi sp, sp, -16\nret\n", "sp が、呼ばれたときと違います"),
        ("add2: lw a0, 1(zero)\nret\n", "関数から戻りませんでした"),
    ],
)
def test_what_is_wrong_with_a_function_is_told(
    labs: None, client: Client, source: str, message: str
) -> None:
    assert message in page_after(client, "grade", source)


def test_a_source_that_does_not_assemble_is_not_graded(labs: None, client: Client) -> None:
    assert "プログラムに誤りがあります" in page_after(client, "grade", "add2: rte\n")
    assert not ProgramSubmission.objects.exists()
    assert Program.objects.get().source == "add2: rte\n"


def test_the_length_limit_is_shown_and_holds_at_its_edge(labs: None, client: Client) -> None:
    limit = settings.LAB_LIMITS["characters"]
    assert f"{limit:,} 文字" in text(client.get(URL))
    fits = COUNT + "#" * (limit - len(COUNT))
    assert post(client, "run", fits).status_code == 302
    response = post(client, "run", fits + "#")
    assert response.status_code == 422
    assert "長すぎます" in text(response)
    assert fits + "#" in text(response)
    assert Program.objects.get().source == fits


@pytest.mark.parametrize("data", [{"action": "x"}, {"program": "x"}, {"action": ""}])
def test_nonsense_is_not_found(labs: None, client: Client, data: dict[str, str]) -> None:
    form = {"program": "", "base": "0", "action": "run", "source": COUNT}
    assert client.post(URL, form | data).status_code == 404


@pytest.mark.parametrize("base", ["", "-1", "x", "９", "9" * 40, "7"])
def test_a_forged_base_is_a_conflict_not_a_crash(labs: None, client: Client, base: str) -> None:
    form = {"program": "", "base": base, "action": "run", "source": COUNT}
    response = client.post(URL, form)
    assert response.status_code == 409
    assert "別の画面" in text(response)
    assert COUNT.strip() in text(response)


def test_a_form_sent_twice_acts_once(labs: None, client: Client) -> None:
    page = text(client.get(URL))
    form = {name: hidden(page, name) for name in ("program", "base")}
    for _ in range(3):
        assert client.post(URL, {**form, "action": "step", "source": COUNT}).status_code == 302
    assert Program.objects.get().view["instret"] == 1


def test_a_second_tab_overwrites_nothing_unasked(labs: None, client: Client) -> None:
    old = text(client.get(URL))
    page_after(client, "run", COUNT)
    form = {name: hidden(old, name) for name in ("program", "base")}
    response = client.post(URL, {**form, "action": "run", "source": ENDLESS})
    assert response.status_code == 409
    assert Program.objects.get().source == COUNT
    again = {name: hidden(text(response), name) for name in ("program", "base")}
    assert client.post(URL, {**again, "action": "step", "source": ENDLESS}).status_code == 302
    assert Program.objects.get().source == ENDLESS


def test_starting_again_keeps_what_was_there(labs: None, client: Client) -> None:
    page_after(client, "run", COUNT)
    page = page_after(client, "fresh", COUNT + "# not run yet\n")
    assert "add2:\n        ret" in page
    page_after(client, "fresh", "add2:\n        ret\n")
    assert Program.objects.count() == 2, "starting again twice makes one"
    old = Program.objects.get(source=COUNT + "# not run yet\n")
    page = page_after(client, f"open:{old.pk}", "typed before opening the other")
    assert "# not run yet" in page
    assert Program.objects.filter(source="typed before opening the other").exists()


def test_every_program_can_be_reached(labs: None, client: Client, settings: Any) -> None:
    settings.LAB_PROGRAMS_SHOWN = 2
    for number in range(4):
        page_after(client, "fresh", f"# {number}\n")
        assert ("すべて表示する" in text(client.get(URL))) == (number >= 2)
    page = text(client.get(URL))
    assert page.count('value="open:') == 2
    assert "新しい順に 2 個" in page
    assert text(client.get(URL + "?programs=all")).count('value="open:') == 4
    page_after(client, "grade", RIGHT)
    assert "新しい順に" not in text(client.get("/me/")).split("演習の記録")[1]
    page_after(client, "grade", RIGHT)
    assert "新しい順に 2 回分" in text(client.get("/me/")).split("演習の記録")[1]


def test_htmx_gets_the_machine_alone(labs: None, client: Client) -> None:
    page = text(post(client, "step", COUNT, htmx=True))
    assert "<html" not in page
    assert "計算機の状態" in page
    assert 'hx-swap-oob="innerHTML"' in page
    response = post(client, "fresh", COUNT, htmx=True)
    assert response["HX-Redirect"] == URL


def test_others_programs_are_not_found(labs: None, client: Client, student_client: Client) -> None:
    page_after(student_client, "run", COUNT)
    program = Program.objects.get()
    form = {"program": str(program.pk), "base": "1", "action": "run", "source": ENDLESS}
    assert client.post(URL, form).status_code == 404
    assert client.post(URL, {"action": f"open:{program.pk}"}).status_code == 404
    assert COUNT not in text(client.get(URL))


def test_a_guests_programs_are_the_accounts_after_sign_up(labs: None, client: Client) -> None:
    page_after(client, "grade", RIGHT)
    password = "correct horse battery"
    form = {"username": "hanako", "password1": password, "password2": password}
    assert client.post("/accounts/signup/", form).status_code == 302
    assert Program.objects.get().user.username == "hanako"
    page = text(client.get("/me/"))
    assert "3 件中 3 件のテストに合格" in page


def test_signing_in_loses_no_program(
    labs: None, client: Client, student: User, student_client: Client
) -> None:
    page_after(student_client, "grade", RIGHT)
    page_after(client, "run", COUNT)
    form = {"username": "gakusei", "password": "correct horse battery"}
    assert client.post("/accounts/login/", form).status_code == 302
    assert {p.source for p in Program.objects.filter(user=student)} == {RIGHT, COUNT}
    assert ProgramSubmission.objects.get().user == student
    page = text(client.get(URL))
    assert COUNT.strip() in page, "the newest is open"
    assert "のプログラム</span>" in page, "and the other can be opened"


def test_a_lab_that_is_retired_is_not_found(labs: None, client: Client) -> None:
    from courseware.labs.models import Lab

    Lab.objects.update(retired=True)
    assert client.get(URL).status_code == 404
    assert client.get("/labs/nothing/").status_code == 404


def test_a_lab_without_tests_cannot_be_graded(labs: None, client: Client) -> None:
    assert "採点する" not in text(client.get("/labs/free/"))
    form = {"program": "", "base": "0", "action": "grade", "source": COUNT}
    assert client.post("/labs/free/", form).status_code == 404


def test_runs_are_limited_by_learner(labs: None, client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "runs": "2/minute"}
    statuses = [post(client, "step", COUNT).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 429], "the first came from no learner yet"


def test_a_busy_runner_is_said_and_the_program_is_kept(
    labs: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courseware.labs import services
    from courseware.labs.runner.pool import RunnerBusy

    class Busy:
        def call(self, job: str, request: dict[str, Any]) -> dict[str, Any]:
            raise RunnerBusy

    monkeypatch.setattr(services, "runner", Busy)
    page = page_after(client, "run", COUNT)
    assert "順番を待つ時間の上限" in page
    assert Program.objects.get().source == COUNT


def test_a_learner_with_runs_under_way_is_told_to_wait(
    labs: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courseware.labs import services

    page_after(client, "step", COUNT)
    user = User.objects.get()
    with services.turn_of(user.pk), services.turn_of(user.pk):
        response = post(client, "run", RIGHT)
        assert response.status_code == 429
        assert "まだ終わっていません" in text(response)
        assert RIGHT.strip() in text(response)
    assert Program.objects.get().source == COUNT
    assert post(client, "run", RIGHT).status_code == 302


def test_what_cannot_be_seen_in_an_address_is_left_out(labs: None, client: Client) -> None:
    page = page_after(client, "run", COUNT, look="\0_start\x1b")
    assert 'value="_start"' in page
    assert "0x80000000" in page


@pytest.mark.parametrize(
    ("look", "shown"),
    [
        ("low", "0xfffffff8 番地にメモリーはありません"),
        ("0x10000000", "0x10000000 番地にメモリーはありません"),
        ("0x7fffffff", "0x80000000 から 0x8003ffff まで"),
        ("0x80040000", "0x80040000 番地にメモリーはありません"),
        ("0x8003ffff", "0x8003ff80"),
        ("80000010", "0x80000010"),
        ("sp", "0x80040000 番地にメモリーはありません"),
        ("a0", "0x00000003 番地にメモリーはありません"),
    ],
)
def test_an_address_is_a_label_a_register_or_a_number(
    labs: None, client: Client, look: str, shown: str
) -> None:
    assert shown in page_after(client, "run", ".equ low, -8\n" + COUNT, look=look)


def test_going_back_in_a_changed_program_says_that_it_was_loaded_anew(
    labs: None, client: Client
) -> None:
    page_after(client, "run", COUNT)
    page = page_after(client, "back", COUNT + "# changed\n")
    assert "プログラムを読み込み直しました" in page
    assert "プログラムを読み込み直しました" not in page_after(client, "step", COUNT + "# changed\n")


@pytest.mark.parametrize(("url", "most"), [("/labs/", 4), (URL, 8), ("/me/", 12)])
def test_queries_are_bounded(
    labs: None, client: Client, django_assert_max_num_queries: Any, url: str, most: int
) -> None:
    for number in range(3):
        page_after(client, "grade", RIGHT + f"# {number}\n")
        page_after(client, "fresh", RIGHT)
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", ["grade", "step"])
def test_twenty_posts_of_one_form_act_once(
    transactional_db: None, import_labs: Callable[[], None], student: User, action: str
) -> None:
    import_labs()

    def browser() -> Client:
        client = Client()
        client.force_login(student)
        return client

    def run(client: Client) -> Any:
        try:
            form = {"program": "", "base": "0", "action": action, "source": RIGHT}
            return client.post(URL, form)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        responses = list(threads.map(run, [browser() for _ in range(20)]))
    # Two at once are the learner's; the others are told to wait, and have stored nothing.
    statuses = {response.status_code for response in responses}
    assert 302 in statuses
    assert statuses <= {302, 429}
    program = Program.objects.get()
    assert program.version == 1
    assert ProgramSubmission.objects.count() == (action == "grade")


def test_the_instruction_list_is_the_machines_own(client: Client, db: None) -> None:
    from courseware.machine import DIRECTIVES, INSTRUCTIONS, PSEUDO_INSTRUCTIONS, describe

    page = text(client.get("/labs/instructions/"))
    for instruction in INSTRUCTIONS:
        assert f">{instruction.mnemonic} {instruction.operands}".rstrip() in page
        assert describe(instruction) in page
    for pseudo in PSEUDO_INSTRUCTIONS:
        assert f">{pseudo.mnemonic} {pseudo.operands}".rstrip() in page
        assert all(line in page for line in pseudo.expansion)
    for name in DIRECTIVES:
        assert re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", page), name


def test_the_starters_machine_is_shown_before_anything_was_run(labs: None, client: Client) -> None:
    page = text(client.get(URL))
    assert "計算機の状態" in page
    assert "最初の命令の前にいます" in page
    page_after(client, "step", COUNT)
    assert "1 命令戻しました" not in text(client.get(URL))
    page_after(client, "step", COUNT)
    assert "1 命令戻しました" in page_after(client, "back", COUNT)
    assert "最初の命令の前に戻しました" in page_after(client, "back", COUNT)
