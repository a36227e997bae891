"""Typed commands: what means the same to a shell is the same answer."""

import json
import shlex
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import (
    InvalidResponse,
    NotAnswered,
    QuestionError,
    parse_question,
    question_from_json,
)
from courseware.grading.shell import Option, Options, ShellError, read_command_line

META = {"id": "q-01", "type": "command", "lesson": "migration", "objective": "351.1"}
KEYS = ["accept", "options", "sudo", "feedback", "parameters"]
LINES = {key: number for number, key in enumerate(KEYS, 6)}
BODY = "問\n\n## 解説\n説明\n"
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}

CONVERT: dict[str, Any] = {
    "accept": ["qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2"],
    "options": {"qemu-img convert": ["-f FMT", "-O FMT", "[-p, --progress]"]},
    "feedback": [
        {
            "answers": ["qemu-img convert -f raw -O qcow2 disk.qcow2 disk.raw"],
            "text": "順序が逆です。",
        }
    ],
}
MIGRATE: dict[str, Any] = {
    "accept": ["virsh -c qemu:///system migrate --live --timeout 60 guest1 qemu+ssh://b/system"],
    "options": {
        "virsh": ["-c, --connect URI", "-q, --quiet"],
        "virsh migrate": ["--live", "--timeout SECONDS", "[--verbose]"],
    },
    "sudo": "optional",
}
GREP: dict[str, Any] = {
    "accept": ["grep -c -m 5 -e 'vmx|svm' /proc/cpuinfo | sort -n"],
    "options": {"grep": ["-c, --count", "-m, --max-count N", "-e PATTERN", "-v"], "sort": ["-n"]},
}
QEMU: dict[str, Any] = {
    "accept": ["qemu-system-x86_64 -enable-kvm -m 2G -device a -device b disk.img"],
    "options": {
        "qemu-system-x86_64": ["-enable-kvm, --enable-kvm", "-m SIZE", "-device D", "-n", "-k"]
    },
}


def parsed(body: str = BODY, **own: Any) -> Any:
    return parse_question({**META, **own}, LINES, body, 20)


def grade(question: Any, text: str) -> Any:
    return question.grade(question.read(1, {"answer": [text]}))


@pytest.mark.parametrize(
    ("own", "typed"),
    [
        (CONVERT, "qemu-img convert -O qcow2 -f raw disk.raw disk.qcow2"),
        (CONVERT, "qemu-img convert disk.raw disk.qcow2 -O qcow2 -f raw"),
        (CONVERT, "qemu-img convert -fraw -Oqcow2 disk.raw disk.qcow2"),
        (CONVERT, "qemu-img convert -p -f raw -O qcow2 disk.raw disk.qcow2"),
        (CONVERT, "qemu-img convert -f raw -O qcow2 -- disk.raw disk.qcow2"),
        (CONVERT, "qemu-img convert -f raw -O qcow2 -pp disk.raw disk.qcow2"),
        (CONVERT, "  qemu\u2212img   convert ーｆ raw -O\u3000qcow2 “disk.raw” 'disk.'qcow2  "),
        (CONVERT, "$ qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2 ;"),
        (CONVERT, "qemu-img convert -f raw -O qcow2 \\\n disk.raw disk.qcow2"),
        (
            MIGRATE,
            "sudo virsh --connect=qemu:///system migrate guest1 —live "
            "qemu+ssh://b/system --verbose --timeout=60",
        ),
        (MIGRATE, "virsh -cqemu:///system migrate --timeout 60 --live guest1 qemu+ssh://b/system"),
        (GREP, 'grep -cm5 -e "vmx|svm" /proc/cpuinfo|sort -n'),
        (GREP, r"grep /proc/cpuinfo --max-count=5 --count -evmx\|svm ｜ sort  -n"),
        (QEMU, "qemu-system-x86_64 disk.img -m 2G --enable-kvm -device a -device b"),
    ],
)
def test_another_spelling_of_the_command_is_right(own: dict[str, Any], typed: str) -> None:
    result = grade(parsed(**own), typed)
    assert result.correct
    assert result.expected == tuple(own["accept"])


@pytest.mark.parametrize(
    ("own", "typed"),
    [
        (CONVERT, "qemu-img convert -f qcow2 -O raw disk.raw disk.qcow2"),
        (CONVERT, "qemu-img convert -o qcow2 -f raw disk.raw disk.qcow2"),
        (CONVERT, "qemu-img -f raw convert -O qcow2 disk.raw disk.qcow2"),
        (CONVERT, "qemu-img convert -f raw -O qcow2 -- disk.raw -p disk.qcow2"),
        (CONVERT, "sudo qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2"),
        (CONVERT, "qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2 &"),
        (CONVERT, "qemu-img convert -f raw disk.raw disk.qcow2 -O"),
        (MIGRATE, "virsh migrate --live --timeout 60 guest1 qemu+ssh://b/system"),
        (MIGRATE, "virsh -c qemu:///system --live migrate --timeout 60 guest1 qemu+ssh://b/system"),
        (
            MIGRATE,
            "virsh -c qemu:///system migrate --live=1 --timeout 60 guest1 qemu+ssh://b/system",
        ),
        (GREP, "sort -n | grep -c -m 5 -e 'vmx|svm' /proc/cpuinfo"),
        (GREP, "grep -c -m 5 -e vmx|svm /proc/cpuinfo | sort -n"),
        (GREP, "grep -c -m 5 -e 'vmx|svm' /proc/cpuinfo '|' sort -n"),
        (GREP, "grep -cv -m 5 -e 'vmx|svm' /proc/cpuinfo | sort -n"),
        (QEMU, "qemu-system-x86_64 -enable-kvm -m2G -device a -device b disk.img"),
        (QEMU, "qemu-system-x86_64 -enable-kvm -m 2G -device b -device a disk.img"),
    ],
)
def test_another_command_is_wrong(own: dict[str, Any], typed: str) -> None:
    assert grade(parsed(**own), typed).score == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("echo 'a b'", r"echo a\ b", True),
        ("echo a'b'\"c\"", "echo abc", True),
        ("echo '$x'", r"echo \$x", True),
        ('echo "$x"', "echo $x", True),
        ("echo '$x'", 'echo "$x"', False),
        ("echo '*'", "echo *", False),
        (r"echo 'a\b'", r'echo "a\b"', True),
        (r"echo 'a\b'", r"echo a\b", False),
        ("echo ''", "echo", False),
        (r'echo "\""', "echo '\"'", True),
        ("> out echo a", "echo a >out", True),
        ("echo a 2> out", "echo a 2 > out", False),
        ("echo a 2>&1 | wc", "echo a |& wc", False),
        ("a && b", "a; b", False),
        ("a; b;", "a ;b", True),
        ("# virsh list", "virsh list", True),
        ("echo ~", "echo \u301c", True),
    ],
)
def test_quoting_and_redirection_mean_what_a_shell_makes_of_them(
    one: str, other: str, same: bool
) -> None:
    assert (read_command_line(one, {}) == read_command_line(other, {})) == same


PROGRAM: Options = {
    ("tool",): (
        Option(("-a", "--all")),
        Option(("-b",)),
        Option(("-n", "--name"), takes_value=True),
    )
}
WORDS = st.text(st.sampled_from("ab$*'\"\\ |;~x1="), min_size=1, max_size=6)


@given(WORDS, WORDS, st.booleans(), st.data())
def test_the_order_and_spelling_of_options_change_nothing(
    operand: str, value: str, both: bool, data: st.DataObject
) -> None:
    quoted = shlex.quote(value)
    names = [f"-n {quoted}", f"-n{quoted}", f"--name {quoted}", f"--name={quoted}"]
    name = data.draw(st.sampled_from(names))
    flags = [data.draw(st.sampled_from([["-a", "-b"], ["-ab"], ["-b", "--all"], ["-ba"]]))]
    words = [*flags[0], name] if both else [name]
    place = data.draw(st.integers(0, len(words)))
    shuffled = data.draw(st.permutations(words))
    line = " ".join(["tool", *shuffled[:place], shlex.quote(operand), *shuffled[place:]])
    plain = f"tool {'-a -b ' if both else ''}-n {quoted} -- {shlex.quote(operand)}"
    if operand.startswith("-"):
        return
    assert read_command_line(line, PROGRAM) == read_command_line(plain, PROGRAM)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_every_way_to_quote_a_word_is_one(words: list[str]) -> None:
    single = read_command_line(shlex.join(["tool", *words]), {})
    escaped = " ".join("".join(f"\\{c}" for c in word) for word in words)
    assert read_command_line(f"tool {escaped}", {}) == single
    double = " ".join(
        '"' + "".join(f"\\{c}" if c in '$`"\\' else c for c in word) + '"' for word in words
    )
    assert read_command_line(f"tool \u3000 {double}", {}) == single


@given(st.sampled_from([CONVERT, MIGRATE, GREP, QEMU]))
def test_full_width_characters_change_nothing(own: dict[str, Any]) -> None:
    assert grade(parsed(**own), own["accept"][0].translate(WIDE)).correct


@given(st.text(st.sampled_from("ab-=' \"\\|&;()<>$#2ー—\n"), max_size=30) | st.text())
def test_any_text_is_a_command_line_or_is_refused(text: str) -> None:
    with suppress(ShellError):
        line = read_command_line(text, PROGRAM)
        assert len(line.commands) == len(line.operators) + 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("virsh dumpxml 'guest1", "15 文字目の引用符"),
        ('virsh dumpxml "guest1', "閉じられていません"),
        ("virsh list \\", "終わりの"),
        ("virsh list >", "ファイルの名前がありません"),
        ("virsh list |", "「|」の前か後にコマンドがありません"),
        ("| sort", "「|」の前か後"),
        ("a" * 501, "500 文字以内"),
    ],
)
def test_what_a_shell_cannot_read_is_not_graded(typed: str, words: str) -> None:
    with pytest.raises(InvalidResponse, match=words.replace("|", r"\|")):
        parsed(**CONVERT).read(1, {"answer": [typed]})


def test_a_blank_command_is_not_answered_and_a_long_one_is_taken() -> None:
    question = parsed(**CONVERT)
    with pytest.raises(NotAnswered):
        question.read(1, {"answer": ["\u3000"]})
    assert question.read(1, {"answer": ["a" * 500]}).texts == ("a" * 500,)
    assert question.present(1).max_length == 500


@given(st.lists(st.text(max_size=510), max_size=3))
def test_reading_anything_answers_or_refuses(values: list[str]) -> None:
    question = parsed(**CONVERT)
    with suppress(NotAnswered, InvalidResponse):
        assert question.grade(question.read(1, {"answer": values})).score in (0, 1)


def test_a_foreseen_wrong_command_gets_its_feedback_in_any_spelling() -> None:
    question = parsed(**CONVERT)
    swapped = "qemu-img  convert -O 'qcow2' disk.qcow2 disk.raw -f raw"
    assert grade(question, swapped).feedback == "feedback-0"
    assert grade(question, "qemu-img info disk.raw").feedback == ""


@pytest.mark.parametrize("own", [CONVERT, MIGRATE, GREP, QEMU])
def test_a_command_question_survives_json_and_shows_no_key(own: dict[str, Any]) -> None:
    question = parsed(**own)
    stored = question_from_json(json.loads(json.dumps(question.to_json())))
    assert stored == question
    assert stored.present(3) == parsed(accept=["true"]).present(4)


def test_accepted_commands_have_the_drawn_values() -> None:
    question = parsed(
        accept=["virsh setvcpus guest1 {{n}}"], parameters={"n": {"from": 1, "to": 9}}
    )
    for seed in range(9):
        variant = question.variant(seed)
        assert grade(variant, f"virsh setvcpus guest1 {variant.values['n']}").correct
        assert not grade(variant, "virsh setvcpus guest1 0").correct


@pytest.mark.parametrize(
    ("own", "key", "words"),
    [
        ({"accept": "virsh list"}, "accept", "認めるコマンドの一覧"),
        ({"accept": ["virsh 'list"]}, "accept", "「virsh 'list」をコマンドとして読めません"),
        ({"accept": ["a" * 501]}, "accept", "500 文字以内"),
        ({"options": ["-p"]}, "options", "「コマンド: [オプション]」"),
        ({"options": {"": ["-p"]}}, "options", "「コマンド: [オプション]」"),
        ({"options": {"qemu-img convert": ["p"]}}, "options", "「p」をオプションとして読めません"),
        ({"options": {"qemu-img convert": ["[-p"]}}, "options", "「[-p」をオプションとして"),
        ({"options": {"qemu-img convert": [1]}}, "options", "「1」をオプションとして"),
        ({"options": {"qemu-img convert": ["-p", "-q, -p"]}}, "options", "-p が二度"),
        ({"options": {"qemu-img info": ["-p"]}}, "options", "「qemu-img info」で始まるコマンドは"),
        ({"sudo": "yes"}, "sudo", "optional"),
        ({"feedback": [{"answers": ["a 'b"], "text": "あ"}]}, "feedback", "コマンドとして読め"),
        (
            {
                "feedback": [
                    {
                        "answers": ["qemu-img convert -O qcow2 disk.raw disk.qcow2 -f raw"],
                        "text": "あ",
                    }
                ]
            },
            "feedback",
            "正解としても",
        ),
        (
            {"accept": ["echo {{w}}"], "options": {}, "parameters": {"w": ["'"]}, "feedback": []},
            "parameters",
            "引用符",
        ),
    ],
)
def test_what_is_wrong_with_a_command_question(own: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(QuestionError) as caught:
        parsed(**{**CONVERT, **own})
    assert [p.line for p in caught.value.problems if words in p.message] == [LINES[key]]


def test_a_command_question_has_no_options_to_choose() -> None:
    with pytest.raises(QuestionError, match="選択肢は書けません"):
        parsed(f"問\n\n- [x] 2\n  > はい\n{BODY[1:]}", **CONVERT)


VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["virsh list", "-p", "a 'b", "[-n X]", "optional"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["answers", "text", "virsh", "virsh list"]), inner)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_front_matter_is_a_question_or_problems(own: dict[str, Any]) -> None:
    with suppress(QuestionError):
        question = parsed(**{**CONVERT, **own})
        assert question_from_json(json.loads(json.dumps(question.to_json()))) == question
