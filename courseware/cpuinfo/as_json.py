"""A report as JSON-ready data. The schema has a version; names in it are never reused.

Version 2, an object with (docs/cpuinfo-json.md says more of each):

``schema``             2
``language``           "ja" or "en": of every sentence below
``source``             "cpuinfo", "lscpu" or "virsh": what the text is
``machines``           how many machines are in the text; this is the first
``family``             "x86", "arm", "riscv", "power", "s390x", "loongarch", "mips", "sparc" or ""
``architecture``       such as "x86_64", "i386", "aarch64", "riscv64", or null
``explained``          false when the architecture was not recognized
``vendor``, ``model_name``, ``cpu_family``, ``model``, ``stepping``, ``machine``, ``platform``,
``mmu``, ``microarchitecture``                          string or null
``compatible_microarchitecture``                        string or null: archspec's name of the
                       newest x86 generation whose instructions are all there
``sockets``, ``cores``, ``threads``, ``x86_64_level``   integer or null
``x86_64_level_at_least`` integer or null; ``x86_64_level`` is null when flags are not complete
``partial``            true when the text shows only some CPUs of a socket
``smt``, ``heterogeneous``                              true, false or null (unknown)
``hypervisor_present`` true when shown; null otherwise (its absence proves nothing)
``conclusion``         {``machine``, ``virtualization``, ``certainty``: sentences,
                       ``command``: {``line``, ``meaning``} or null}
``certainty``          for each key above that is a fact: "read", "derived" or "unknown"
``core_types``         list of {``name``, ``threads``}
``core_shapes``        list of {``threads``, ``cores``}: cores by their number of logical CPUs
``virtualization``     list of {``name``, ``title``, ``state``: "shown" | "absent" | "unknown",
                       ``summary``, ``reason``, ``evidence``: list of {``line``, ``text``},
                       ``commands``: list of {``line``, ``meaning``}}
``cannot_tell``        list of {``title``, ``reason``, ``command``}
``flags``              list: on all CPUs; ``flags_on_some``: on some; ``vmx_flags``; ``bugs``
``flags_complete``     false when the line may be cut: a flag that is not in it may be there
``unexplained_flags``  list of flags that the data has no line for
``unread_lines``       list of {``line``, ``text``, ``reason``}, and ``unread_total``
``removed_lines``      numbers of lines whose serial numbers were dropped
``repairs``, ``warnings``   lists of sentences
"""

from dataclasses import asdict
from typing import Any

from courseware.cpuinfo.findings import Finding
from courseware.cpuinfo.model import Fact, FlagSet, unknown
from courseware.cpuinfo.reporting import Report

SCHEMA_VERSION = 2
_HOST_FACTS = (
    "architecture",
    "vendor",
    "model_name",
    "cpu_family",
    "model",
    "stepping",
    "machine",
    "platform",
    "mmu",
    "sockets",
    "cores",
    "threads",
    "smt",
    "heterogeneous",
)


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain data, in the schema above."""
    host = report.host
    facts: dict[str, Fact] = {name: getattr(host, name) for name in _HOST_FACTS}
    facts["microarchitecture"] = report.microarchitecture
    facts["compatible_microarchitecture"] = report.compatible_microarchitecture
    facts["x86_64_level"] = report.x86_64_level if host.flags.complete else unknown()
    return {
        "schema": SCHEMA_VERSION,
        "language": host.language,
        "source": host.source,
        "machines": host.machines,
        "family": host.family,
        "explained": host.explained,
        **{name: fact.value for name, fact in facts.items()},
        "certainty": {name: fact.certainty.value for name, fact in facts.items()},
        "x86_64_level_at_least": report.x86_64_level.value,
        "partial": bool(host.missing_of),
        "hypervisor_present": host.hypervisor.value,
        "conclusion": asdict(report.conclusion),
        "core_types": [{"name": kind.name, "threads": kind.threads} for kind in host.core_types],
        "core_shapes": [asdict(shape) for shape in host.core_shapes],
        "virtualization": [_finding(finding) for finding in report.findings],
        "cannot_tell": [asdict(item) for item in report.cannot_tell],
        "flags": _everywhere(host.flags),
        "flags_on_some": sorted(host.flags.some),
        "flags_complete": host.flags.complete,
        "vmx_flags": _everywhere(host.vmx_flags),
        "bugs": _everywhere(host.bugs),
        "unexplained_flags": list(report.unexplained_flags),
        "unread_lines": [asdict(line) for line in host.unread],
        "unread_total": host.unread_total,
        "removed_lines": list(host.removed_lines),
        "repairs": list(host.repairs),
        "warnings": list(host.warnings),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "title": finding.title,
        "state": finding.state.value,
        "summary": finding.summary,
        "reason": finding.reason,
        "evidence": [asdict(item) for item in finding.evidence],
        "commands": [asdict(command) for command in finding.commands],
    }


def _everywhere(flags: FlagSet) -> list[str]:
    return [name for name in flags.order if name in flags.common]
