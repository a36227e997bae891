"""A report as JSON-ready data. The schema has a version; names in it are never reused.

Version 1, an object with:

``schema``             1
``architecture``       "x86_64", "i386", "aarch64", "arm", a family's name, or null
``explained``          false when the architecture is only recognized by name
``vendor``, ``model_name``, ``cpu_family``, ``model``, ``stepping``, ``machine``,
``microarchitecture``  string or null
``sockets``, ``cores``, ``threads``, ``x86_64_level``   integer or null
``smt``, ``heterogeneous``                              true, false or null (unknown)
``hypervisor_present`` true when shown; null otherwise (its absence proves nothing)
``conclusion``         {``machine``, ``virtualization``, ``certainty``: Japanese sentences,
                       ``command``: {``line``, ``meaning``} or null}
``certainty``          for each key above that is a fact: "read", "derived" or "unknown"
``core_types``         list of {``name``, ``threads``}
``virtualization``     list of {``name``, ``title``, ``state``: "shown" | "absent" | "unknown",
                       ``summary``, ``reason``, ``evidence``: list of {``line``, ``text``},
                       ``commands``: list of {``line``, ``meaning``}}
``cannot_tell``        list of {``title``, ``reason``, ``command``}
``flags``              list: on all CPUs; ``flags_on_some``: on some; ``vmx_flags``; ``bugs``
``unexplained_flags``  list of flags that the data has no line for
``unread_lines``       list of {``line``, ``text``, ``reason``}, and ``unread_total``
``repairs``, ``warnings``   lists of Japanese sentences
"""

from dataclasses import asdict
from typing import Any

from courseware.cpuinfo.model import Fact, FlagSet
from courseware.cpuinfo.reporting import Report

SCHEMA_VERSION = 1
_HOST_FACTS = (
    "architecture",
    "vendor",
    "model_name",
    "cpu_family",
    "model",
    "stepping",
    "machine",
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
    facts["x86_64_level"] = report.x86_64_level
    return {
        "schema": SCHEMA_VERSION,
        "explained": host.explained,
        **{name: fact.value for name, fact in facts.items()},
        "certainty": {name: fact.certainty.value for name, fact in facts.items()},
        "hypervisor_present": True if "hypervisor" in host.flags else None,
        "conclusion": asdict(report.conclusion),
        "core_types": [{"name": kind.name, "threads": kind.threads} for kind in host.core_types],
        "virtualization": [asdict(finding) for finding in report.findings],
        "cannot_tell": [asdict(item) for item in report.cannot_tell],
        "flags": _everywhere(host.flags),
        "flags_on_some": sorted(host.flags.some),
        "vmx_flags": _everywhere(host.vmx_flags),
        "bugs": _everywhere(host.bugs),
        "unexplained_flags": list(report.unexplained_flags),
        "unread_lines": [asdict(line) for line in host.unread],
        "unread_total": host.unread_total,
        "repairs": list(host.repairs),
        "warnings": list(host.warnings),
    }


def _everywhere(flags: FlagSet) -> list[str]:
    return [name for name in flags.order if name in flags.common]
