"""This machine's own /proc/cpuinfo, against lscpu on the same machine."""

import json
import subprocess
from pathlib import Path

from courseware.cpuinfo import parse, report

TEXT = Path("/proc/cpuinfo").read_text()


def flat(entries: list[dict]) -> dict[str, str]:
    """The fields of ``lscpu -J``, whether nested (2.38 and later) or not."""
    fields: dict[str, str] = {}
    for entry in entries:
        fields[entry["field"].rstrip(":")] = entry.get("data") or ""
        fields |= flat(entry.get("children", []))
    return fields


def test_agrees_with_lscpu() -> None:
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        ["lscpu", "-J"], capture_output=True, text=True, check=True, env=environment
    )
    lscpu = flat(json.loads(run.stdout)["lscpu"])
    host = parse(TEXT)
    assert host.unread_total == 0
    online = lscpu["On-line CPU(s) list"].split(",")
    count = sum(int(r.split("-")[-1]) - int(r.split("-")[0]) + 1 for r in online)
    assert host.threads.value == count
    if host.family == "x86":
        sockets, cores = int(lscpu["Socket(s)"]), int(lscpu["Core(s) per socket"])
        assert (host.sockets.value, host.cores.value) == (sockets, sockets * cores)
        assert host.smt.value is (int(lscpu["Thread(s) per core"]) > 1)
        assert host.vendor_id == lscpu["Vendor ID"]
        assert host.model_name.value == lscpu["Model name"]
        assert set(lscpu["Flags"].split()) == host.flags.common
        assert ("hypervisor" in host.flags) == ("Hypervisor vendor" in lscpu)


def test_lscpu_itself_is_read_alike() -> None:
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    run = subprocess.run(["lscpu"], capture_output=True, check=True, env=environment)
    here, there = parse(TEXT), parse(run.stdout)
    assert there.source == "lscpu"
    assert there.unread_total == 0
    for name in ("family", "threads", "vendor_id", "sockets", "cores", "smt"):
        mine, its = getattr(here, name), getattr(there, name)
        if here.family == "x86":
            assert getattr(mine, "value", mine) == getattr(its, "value", its), name
    assert here.flags.common == there.flags.common
    states = [
        {f.name: f.state for f in report(host).findings if f.name in ("guest", "nested")}
        for host in (here, there)
    ]
    assert here.family != "x86" or states[0] == states[1]


def test_report_answers_each_question_with_a_reason_and_a_command() -> None:
    for finding in report(parse(TEXT)).findings:
        assert finding.reason
        assert finding.commands or finding.evidence
