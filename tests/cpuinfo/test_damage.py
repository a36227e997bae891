"""Texts that were damaged on the way, and texts that are no cpuinfo at all."""

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.cpuinfo import Host, Limits, parse, report, samples, without_serials
from courseware.cpuinfo.as_json import as_json
from courseware.cpuinfo.as_text import as_text
from courseware.cpuinfo.findings import State
from tests.cpuinfo.work import lines_run

TEXTS = {sample.key: sample.text for sample in samples()}
INTEL = TEXTS["intel-server"]


def essence(host: Host) -> tuple[object, ...]:
    """What damage must not change."""
    return (
        host.architecture.value,
        host.vendor.value,
        host.model_name.value,
        host.sockets.value,
        host.cores.value,
        host.threads.value,
        host.flags.common,
        host.vmx_flags.common,
        host.unread_total,
    )


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def numbered(text: str, form: str) -> str:
    return "".join(form.format(n) + line + "\n" for n, line in enumerate(text.split("\n"), 1))


def coloured(text: str) -> str:
    return "\x1b]0;host\x07" + text.replace("flags", "\x1b[01;31m\x1b[Kflags\x1b[m\x1b[K")


def table(text: str) -> str:
    rows = (line.partition(":") for line in text.split("\n"))
    cells = (
        f"<tr><td>{key.strip()}</td><td>{value.strip()}</td></tr>" if key else "<tr><td></td></tr>"
        for key, _, value in rows
    )
    return f"<table>{''.join(cells)}</table>"


DAMAGES = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "cr": lambda text: text.replace("\n", "\r"),
    "bom": lambda text: "\ufeff" + text,
    "utf-8 bytes with bom": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without bom": lambda text: text.encode("utf-16-le"),
    "utf-16 big-endian without bom": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
    "utf-32 without bom": lambda text: text.encode("utf-32-le"),
    "utf-32 big-endian without bom": lambda text: text.encode("utf-32-be"),
    "lines ended by br alone": lambda text: html.escape(text).replace("\n", "<br>"),
    "paragraphs in one line": lambda text: "".join(
        f"<p>{html.escape(line)}</p>" for line in text.split("\n")
    ),
    "a table in one line": lambda text: table(text),
    "file names of grep": lambda text: "".join(
        f"/proc/cpuinfo:{line}\n" for line in text.splitlines()
    ),
    "file names and numbers of grep": lambda text: "".join(
        f"cpuinfo:{n}:{line}\n" for n, line in enumerate(text.splitlines(), 1)
    ),
    "a fence of Markdown": lambda text: f"```text\n{text}```\n",
    "pages of more": lambda text: text.replace("\n\n", "\n--More--(12%)\n\n"),
    "full width": full_width,
    "full-width colon and space": lambda text: text.replace(": ", "：\u3000"),
    "html entities": lambda text: html.escape(text).replace("\t", "&#9;"),
    "html tags": lambda text: f"<pre><code class='x'>{html.escape(text)}</code></pre>",
    "escapes": coloured,
    "prompt": lambda text: f"[root@host ~]# cat /proc/cpuinfo\n{text}[root@host ~]# ",
    "prompt with colon": lambda text: f"user@host:~$ cat /proc/cpuinfo\n{text}user@host:~$",
    "bare command": lambda text: f"$ cat /proc/cpuinfo\n{text}",
    "blank lines between": lambda text: text.replace("\n", "\n\n"),
    "line numbers of cat -n": lambda text: numbered(text, "{:6}\t"),
    "line numbers of grep -n": lambda text: numbered(text, "{}:"),
    "line numbers of an editor": lambda text: numbered(text, "{:4} | "),
    "a quoted mail": lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
    "two prompts": lambda text: f"root@h:/# uname -m\nroot@h:/# cat /proc/cpuinfo\n{text}root@h:/#",
    "full-width letters, HTML and CRLF": lambda text: html.escape(full_width(text)).replace(
        "\n", "\r\n"
    ),
    "spaces": lambda text: "\n".join(f"  {line}  " for line in text.split("\n")),
    "control characters": lambda text: text.replace("flags", "fl\x00ags\u200b"),
}


@pytest.mark.parametrize("damage", sorted(DAMAGES))
@pytest.mark.parametrize("name", ["intel-server", "amd-guest", "raspberry-pi-4"])
def test_damage_does_not_change_the_reading(damage: str, name: str) -> None:
    assert essence(parse(DAMAGES[damage](TEXTS[name]))) == essence(parse(TEXTS[name]))


def test_a_file_of_nothing_but_nuls_is_no_text_of_another_encoding() -> None:
    host = parse(b"\x00" * 1000)
    assert host.empty
    assert "NUL" in host.repairs[0]
    assert len(host.repairs) == 1


def test_mending_is_reported() -> None:
    assert "UTF-32" in parse(INTEL.encode("utf-32")).repairs[0]
    assert "UTF-16" in parse(INTEL.encode("utf-16")).repairs[0]
    assert "全角" in parse(full_width(INTEL)).repairs[0]
    assert parse(INTEL).repairs == ()


def test_flags_line_broken_by_a_terminal_is_joined() -> None:
    line = next(line for line in INTEL.splitlines() if line.startswith("flags"))
    wrapped = "\n".join(line[start : start + 80] for start in range(0, len(line), 80))
    assert parse(INTEL.replace(line, wrapped)).flags.common == parse(INTEL).flags.common


@pytest.mark.parametrize("ending", ["", "…", " ..."])
def test_a_cut_flags_line_proves_no_absence(ending: str) -> None:
    position = TEXTS["amd-guest"].index(" hypervisor")
    cut = TEXTS["amd-guest"][:position] + ending + ("\nbugs : a\n" if ending else "")
    host = parse(cut)
    found = {finding.name: finding.state for finding in report(host).findings}
    assert not host.flags.complete
    assert found["hardware_virtualization"] is State.UNKNOWN
    assert found["guest"] is State.UNKNOWN
    assert any("切れている" in warning for warning in host.warnings)


@pytest.mark.parametrize(
    "mark", ["...", "…", "⋯", "[...]", "(省略)", "（略）", "・・・", "<snip>", "(中略)", "[snip]"]
)
@pytest.mark.parametrize("place", [" {} lahf_lm", " {}", "{}", "\n{}", " vm{}"])
def test_what_is_left_out_of_a_flags_line_is_not_missing(mark: str, place: str) -> None:
    text = f"processor : 0\nvendor_id : GenuineIntel\nflags : fpu lm sse2{place.format(mark)}\n"
    host = parse(text + "bugs : mds\n")
    found = report(host)
    hardware = next(item for item in found.findings if item.name == "hardware_virtualization")
    assert not host.flags.complete
    assert hardware.state is State.UNKNOWN
    assert found.unexplained_flags == ()
    assert sum("切れている" in warning for warning in host.warnings) == 1
    assert {"fpu", "lm", "sse2"} <= host.flags.common


@pytest.mark.parametrize(
    "line",
    [
        "flags\t\t: fpu lm sse2 ssse>",
        "flags\t\t: fpu lm sse2 vm",
        "flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat lm ht",
        "Flags: fpu lm sse2 …",
    ],
)
def test_a_flags_line_cut_by_a_screen_is_not_complete(line: str) -> None:
    lines = (
        f"Architecture: x86_64\nCPU(s): 2\n{line}" if line[0] == "F" else f"processor : 0\n{line}"
    )
    host = parse(f"{lines}\nbogomips : 1.0\n")
    assert "fpu" in host.flags
    assert not host.flags.complete
    assert report(host).unexplained_flags == ()


def test_a_cut_last_cpu_does_not_hide_what_the_first_shows() -> None:
    host = parse(INTEL[: INTEL.rindex(" vmx smx")])
    assert "vmx" in host.flags.common
    assert host.flags.complete


def test_two_machines_in_one_paste_are_not_mixed() -> None:
    host = parse(TEXTS["intel-server"] + TEXTS["amd-guest"])
    assert host.vendor.value == "Intel"
    assert host.threads.value == 8
    assert any("別のマシン" in warning for warning in host.warnings)


def test_only_the_flags_lines() -> None:
    lines = [line for line in INTEL.splitlines() if line.startswith("flags")]
    host = parse("\n".join(lines) + "\n")
    assert host.threads.value is None
    assert "vmx" in host.flags.common


@pytest.mark.parametrize("text", ["", "\n\n", "   \t\r\n", b"", b"\xff\xfe", "\ufeff"])
def test_empty_text(text: str | bytes) -> None:
    host = parse(text)
    assert host.empty
    assert report(host).cannot_tell


def test_what_is_not_cpuinfo_is_listed_line_by_line() -> None:
    host = parse("こんにちは\nMemTotal: 16315412 kB\n")
    assert host.family == ""
    assert [line.line for line in host.unread] == [1, 2]


def test_unknown_line_among_known_ones_is_listed_with_its_number() -> None:
    lines = TEXTS["amd-guest"].split("\n")
    lines.insert(5, "wonder : 1")
    lines.insert(7, "not a line of it")
    assert [(line.line, line.text) for line in parse("\n".join(lines)).unread] == [
        (6, "wonder : 1"),
        (8, "not a line of it"),
    ]


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("Serial\t\t: 10000000deadbeef", "10000000deadbeef"),
        ("Serial Number : C02XXXXXXXXX", "C02XXXXXXXXX"),
        ("PPIN : 0x123456789abcdef0", "0x123456789abcdef0"),
        ("uuid : 8e2f4f5c-9d1b-11ee-8c90-0242ac120002", "8e2f4f5c"),
        ("note : in 8E2F4F5C-9D1B-11EE-8C90-0242AC120002 it is", "8E2F4F5C"),
        ("eth0 link 52:54:00:12:34:56 up", "52:54:00"),
        ("52-54-00-12-34-56", "52-54-00"),
        ("processor 0: version = 00,  identification = 0133E8,  machine = 3906", "0133E8"),
        ("identification  : 0133E8", "0133E8"),
        ("Ｓｅｒｉａｌ：　１２３４５６７８９", "123456789"),
    ],
)
def test_what_names_one_machine_is_nowhere_in_the_result(line: str, secret: str) -> None:
    host = parse(f"{TEXTS['amd-guest']}\n{line}\n")
    assert secret not in repr(report(host))
    assert secret not in without_serials(line.translate({0xFF1A: ":", 0x3000: " "}))
    assert without_serials(TEXTS["amd-guest"]) == TEXTS["amd-guest"]


@pytest.mark.parametrize(
    "line", ["address sizes : 48 bits", "model name : A-B-C-D-E", "cpu MHz : 1:2:3:4:5"]
)
def test_nothing_else_is_taken_for_a_name(line: str) -> None:
    assert without_serials(line) == line


@pytest.mark.parametrize(
    ("line", "is_prompt"),
    [
        ("user@host:~$ uname -a", True),
        ("[root@host ~]# lscpu", True),
        ("(venv) user@host:/proc$ cat cpuinfo", True),
        ("user@host ~ %", True),
        ("root@host:/# ", True),
        ("$ cat /proc/cpuinfo", True),
        ("host1$ cat /proc/cpuinfo", True),
        ("bash-5.1$ cat /proc/cpuinfo", True),
        ("bash-5.1$", True),
        ("PS C:\\Users\\me> wsl cat /proc/cpuinfo", True),
        ("C:\\>wsl cat /proc/cpuinfo", True),
        ("❯ cat /proc/cpuinfo", True),
        ("➜  ~ cat /proc/cpuinfo", True),
        ("PS C:\\Users\\me> something else", False),
        ("host1 costs 5$ more", False),
        ("...", True),
        ("[...]", True),
        ("(以下略)", True),
        ("--More--", True),
        ("mail me@example.org # at noon", False),
        ("me@example.org gives 50% off", False),
        ("$ something else", False),
    ],
)
def test_a_prompt_is_no_part_of_the_text_and_all_else_is_listed(line: str, is_prompt: bool) -> None:
    host = parse(f"{line}\n{TEXTS['amd-guest']}")
    assert host.unread_total == (not is_prompt)
    assert host.threads.value == 2


def test_html_in_the_model_name_stays_text() -> None:
    host = parse("processor : 0\nmodel name : <script>alert(1)</script>\nflags : fpu\n")
    assert host.model_name.value == "<script>alert(1)</script>"


LSCPU = """Architecture: aarch64
CPU op-mode(s): 32-bit, 64-bit
Byte Order: Little Endian
CPU(s): 4
Vendor ID: ARM
Model name: Cortex-A72
Thread(s) per core: 1
Core(s) per socket: 4
Socket(s): 1
Flags: fp asimd evtstrm crc32 cpuid
"""


def test_lscpu_after_the_text_changes_nothing() -> None:
    host = parse(TEXTS["amd-guest"] + "$ lscpu\n" + LSCPU)
    assert host.vendor.value == "AMD"
    assert host.unread_total > 0


LONG = "9" * 5000


@pytest.mark.parametrize(
    "text",
    [
        f"processor : {LONG}\nflags : fpu\n\nprocessor : {LONG}\n",
        f"processor : 0\nvendor_id : {LONG}\nmodel name : {LONG}\nflags : fpu lm\n",
        "".join(
            f"processor : {n}\nCPU implementer : 0x41\nCPU part : {n}{LONG}\n\n" for n in range(40)
        ),
    ],
    ids=["processor", "x86 names", "arm parts"],
)
def test_every_sentence_stays_short_whatever_is_pasted(text: str) -> None:
    result = report(parse(text))
    sentences = [*result.host.warnings, *result.conclusion.sentences]
    for finding in result.findings:
        sentences += [finding.summary, finding.reason, *(item.text for item in finding.evidence)]
    sentences += [str(result.host.vendor.value), str(result.host.model_name.value)]
    sentences += [kind.name for kind in result.host.core_types]
    assert max(map(len, sentences)) < 1000


def test_limits_at_their_edges() -> None:
    text = TEXTS["amd-guest"]
    size, lines = len(text), text.count("\n") + 1
    assert parse(text, Limits(max_bytes=size, max_lines=lines, max_blocks=2)) == parse(text)
    assert "上限" in parse(text, Limits(max_bytes=size - 1)).warnings[0]
    assert "上限" in parse(text, Limits(max_lines=lines - 2)).warnings[0]
    host = parse(text, Limits(max_blocks=1))
    assert host.threads.value == 1
    assert "上限" in host.warnings[0]


def test_unread_lines_are_all_counted_but_listed_up_to_the_limit() -> None:
    host = parse("word\n" * 500, Limits(max_unread=7))
    assert (len(host.unread), host.unread_total) == (7, 500)


def check(host: Host) -> None:
    result = report(host)
    as_text(result)
    as_json(result)


@given(st.one_of(st.text(), st.binary()))
def test_nothing_raises(raw: str | bytes) -> None:
    check(parse(raw))


KEYS = ["processor", "flags", "Features", "vendor_id", "physical id", "core id", "cpu cores",
        "siblings", "CPU part", "CPU variant", "CPU revision", "CPU implementer",
        "CPU architecture", "model name", "isa", "cpu", "Serial", "vmx flags"]  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["0", "1", "²", "٣", "0x41", "0xd08", "", "9" * 5000, "fpu lm vmx", "-1"]),
)


@given(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=40))
def test_no_combination_of_lines_raises(pairs: list[tuple[str, str]]) -> None:
    check(parse("\n".join(f"{key}\t: {value}" for key, value in pairs)))


@given(
    st.sampled_from(sorted(TEXTS)),
    st.lists(
        st.tuples(st.integers(0, 20_000), st.integers(0, 300), st.text(max_size=5)), max_size=6
    ),
)
def test_no_mutation_of_a_real_text_raises(name: str, edits: list[tuple[int, int, str]]) -> None:
    text = TEXTS[name]
    for start, length, replacement in edits:
        start %= len(text) + 1
        text = text[:start] + replacement + text[start + length :]
    check(parse(text))


@pytest.mark.parametrize(
    "unit",
    [INTEL.split("\n\n")[0] + "\n\n", "user@host:~$ x\n", "\x1b[", "\x1b]", "<pre ", "&amp", "$ ",
     "flags:", "ﷺ", "a", ":", "\n", "flags : a\nb c\n", "processor : 0\n", "…", "1: a\n",
     "> a : b\n", "# processors : 1\n", "system type : a\n", "isa : rv64_a\n", "<capabilities>",
     "a-", "0:"],
)  # fmt: skip
def test_work_is_linear(unit: str) -> None:
    assert_linear("", unit)


@pytest.mark.parametrize("head", ["flags : a\n", "isa : rv64\n", "<capabilities>\n"])
def test_work_is_linear_in_what_goes_on_for_many_lines(head: str) -> None:
    assert_linear(head, "bcdefghijklmnopqrst\n")


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=12))
def test_work_is_linear_in_any_text_over_and_over(unit: str) -> None:
    assert_linear("", unit)


def test_work_is_linear_in_lines_that_all_differ() -> None:
    lines = [f"key{n} : {n}\nflags : f{n}\nprocessor : {n}\n" for n in range(2000)]

    def work(count: int) -> int:
        return lines_run(lambda: check(parse("".join(lines[:count]))))

    work(1)
    assert work(2000) - work(0) <= 8.5 * (work(250) - work(0))


def assert_linear(head: str, unit: str) -> None:
    """Eight times the text takes at most eight times the work (and what is done but once)."""

    def work(size: int) -> int:
        text = head + (unit * (size // len(unit) + 1))[:size]
        return lines_run(lambda: check(parse(text)))

    work(100)  # data that is loaded once
    once, small, large = work(0), work(4_000), work(32_000)
    assert large - once <= 8.5 * max(small - once, 0) + once
