"""A comparison as JSON-ready data. The schema has a version; names in it are never reused.

Version 1, an object with:

``schema``         1
``hosts``          list of {``label``, ``model_name``, ``vendor``, ``architecture``,
                   ``x86_64_level``, ``offered``: flags that its guests can see, ``losses``:
                   list of {``flag``, ``kind``: "guard" | "transactional" | "instruction" |
                   "control" | "hint", ``missing_on``: labels, ``reason``}, ``untold``: flags
                   that a host whose text is cut may lack, ``doubts``: sentences, why
                   ``losses`` may not be all}
``baseline``       list of flags that guests can see on every host
``x86_64_level``   of all hosts; integer or null
``migrations``     list of {``source``, ``target``: labels, ``verdict``: "safe" | "with_model" |
                   "same_only" | "unsafe" | "unknown", ``alike``: the CPUs look the same,
                   ``lost``: flags, ``reasons``: sentences}
``recommendation`` null, or {``model``, ``vendor``, ``added``, ``removed``: list of {``feature``,
                   ``reason``}, ``unseen``, ``command``, ``xml``, ``proxmox``, ``proxmox_line``}
``obstacle``       why there is no recommendation; else empty
``notes``          list of sentences

``proxmox`` is empty when no custom model is needed, and ``proxmox_line`` where Proxmox VE does
not run. Names of features in ``recommendation`` are QEMU's; flags elsewhere are Linux's.
"""

from dataclasses import asdict
from typing import Any

from courseware.cpuinfo.comparison.comparing import Comparison

SCHEMA_VERSION = 1


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain data, in the schema above."""
    labels = [host.label for host in comparison.hosts]
    recommended = comparison.recommendation
    return {
        "schema": SCHEMA_VERSION,
        "hosts": [
            {
                "label": item.label,
                "model_name": item.host.model_name.value,
                "vendor": item.host.vendor.value,
                "architecture": item.host.architecture.value,
                "x86_64_level": item.x86_64_level.value,
                "offered": sorted(item.offered),
                "losses": [asdict(loss) for loss in item.losses],
                "untold": list(item.untold),
                "doubts": list(item.doubts),
            }
            for item in comparison.hosts
        ],
        "baseline": list(comparison.baseline),
        "x86_64_level": comparison.x86_64_level,
        "migrations": [
            asdict(move) | {"source": labels[move.source], "target": labels[move.target]}
            for move in comparison.migrations
        ],
        "recommendation": asdict(recommended) if recommended else None,
        "obstacle": comparison.obstacle,
        "notes": list(comparison.notes),
    }
