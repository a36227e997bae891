#!/usr/bin/env python3
"""Write courseware/cpuinfo/data/cpu_models.toml: QEMU's named x86 CPU models by Linux flag names.

    scripts/make_cpu_models.py CPU_MAP CPUFEATURES_H > courseware/cpuinfo/data/cpu_models.toml

CPU_MAP is the folder of libvirt's CPU models (src/cpu_map in its source; installed as
/usr/share/libvirt/cpu_map), and CPUFEATURES_H the Linux kernel's
arch/x86/include/asm/cpufeatures.h. Only facts are taken: which CPUID bit has which name, and
which names are in which model. The file's head tells the versions: give them with --libvirt
and --linux.
"""

import argparse
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

# (CPUID leaf, subleaf, register) of each word of cpufeatures.h that mirrors a register.
WORDS = {
    (0x00000001, 0, "edx"): 0,
    (0x80000001, 0, "edx"): 1,
    (0x00000001, 0, "ecx"): 4,
    (0xC0000001, 0, "edx"): 5,
    (0x80000001, 0, "ecx"): 6,
    (0x00000007, 0, "ebx"): 9,
    (0x0000000D, 1, "eax"): 10,
    (0x00000007, 1, "eax"): 12,
    (0x80000008, 0, "ebx"): 13,
    (0x00000006, 0, "eax"): 14,
    (0x8000000A, 0, "edx"): 15,
    (0x00000007, 0, "ecx"): 16,
    (0x80000007, 0, "ebx"): 17,
    (0x00000007, 0, "edx"): 18,
    (0x80000021, 0, "eax"): 20,
}
# Bits that Linux shows under a name of its own making, one for both makers
# (init_speculation_control in arch/x86/kernel/cpu/common.c).
SPECULATION = {
    "spec-ctrl": "ibrs",
    "ibrs": "ibrs",
    "ibpb": "ibpb",
    "stibp": "stibp",
    "amd-stibp": "stibp",
    "ssbd": "ssbd",
    "amd-ssbd": "ssbd",
}
# QEMU's name where it is not libvirt's with dashes (virQEMUCapsCPUFeaturesX86 of libvirt).
QEMU_NAMES = {"pclmuldq": "pclmulqdq"}
VENDORS = {"Intel": "GenuineIntel", "AMD": "AuthenticAMD", "Hygon": "HygonGenuine", "": ""}
NOT_QEMU = ("cpu64-rhel5", "cpu64-rhel6")  # of distributions
DEFINE = re.compile(
    r'#define\s+X86_FEATURE_\w+\s+\(\s*(\d+)\s*\*\s*32\s*\+\s*(\d+)\)\s*/\*\s*"([^"]+)"'
)


def main() -> None:
    """Read the two sources and print the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cpu_map", type=Path)
    parser.add_argument("cpufeatures", type=Path)
    parser.add_argument("--libvirt", required=True, help="version of the first source")
    parser.add_argument("--linux", required=True, help="version of the second source")
    options = parser.parse_args()
    shown = linux_names(options.cpufeatures.read_text())
    names = feature_names(options.cpu_map / "x86_features.xml", shown)
    lines = [
        "# Made by scripts/make_cpu_models.py; change the script, not this file.",
        f"# Sources: libvirt {options.libvirt} src/cpu_map, Linux {options.linux} cpufeatures.h.",
        "# A model's flags are Linux's names. What /proc/cpuinfo does not print is in `unseen`,",
        "# by QEMU's names; vmx-* (for nested guests) is left out. `cpus` are family:model of the",
        "# CPUs that the model was made after.",
        "",
        "# QEMU's name of a feature to Linux's name of it",
        "[features]",
    ]
    lines += [f"{json.dumps(qemu(name))} = {json.dumps(flag)}" for name, flag in names.items()]
    lines += ["", "# QEMU's name of a feature to libvirt's, where they differ", "[libvirt_names]"]
    lines += [
        f"{json.dumps(qemu(name))} = {json.dumps(name)}" for name in names if qemu(name) != name
    ]
    for path in model_files(options.cpu_map):
        lines += model_lines(path, names)
    sys.stdout.write("\n".join(lines) + "\n")


def qemu(name: str) -> str:
    """Return QEMU's name of a feature that libvirt calls ``name``."""
    return QEMU_NAMES.get(name, name.replace("_", "-"))


def linux_names(header: str) -> dict[tuple[int, int], str]:
    """Return the printed name of each (word, bit)."""
    return {(int(word), int(bit)): name for word, bit, name in DEFINE.findall(header)}


def feature_names(path: Path, shown: dict[tuple[int, int], str]) -> dict[str, str]:
    """Return libvirt's name to Linux's, for the features that /proc/cpuinfo prints."""
    names: dict[str, str] = {}
    for feature in ElementTree.parse(path).getroot().iter("feature"):  # noqa: S314
        name = feature.attrib["name"]
        for cpuid in feature.iter("cpuid"):
            for position in positions(cpuid):
                if position in shown:
                    names.setdefault(name, shown[position])
        if name in SPECULATION:
            names[name] = SPECULATION[name]
    return names


def positions(cpuid: ElementTree.Element) -> Iterator[tuple[int, int]]:
    """Yield the (word, bit) of cpufeatures.h that a <cpuid> element describes."""
    leaf = int(cpuid.attrib["eax_in"], 16)
    subleaf = int(cpuid.attrib.get("ecx_in", "0"), 16)
    for register in ("eax", "ebx", "ecx", "edx"):
        mask = int(cpuid.attrib.get(register, "0"), 16)
        word = WORDS.get((leaf, subleaf, register))
        if mask and word is not None:
            yield word, mask.bit_length() - 1


def model_files(cpu_map: Path) -> list[Path]:
    """Return the files of the x86 models, in the order of libvirt's index: old to new."""
    index = ElementTree.parse(cpu_map / "index.xml").getroot()  # noqa: S314
    arch = next(arch for arch in index.iter("arch") if arch.attrib["name"] == "x86")
    included = [cpu_map / entry.attrib["filename"] for entry in arch.iter("include")]
    return [path for path in included if path.stem not in ("x86_vendors", "x86_features")]


def model_lines(path: Path, names: dict[str, str]) -> list[str]:
    """Return the model's table; nothing for a 32-bit one, a second name, and one QEMU lacks."""
    model = ElementTree.parse(path).getroot().find("model")  # noqa: S314
    if model is None or model.attrib["name"] in NOT_QEMU:
        return []
    features = [
        feature.attrib["name"]
        for feature in model.iter("feature")
        if not feature.attrib["name"].startswith("vmx-")
    ]
    flags = sorted({names[name] for name in features if name in names})
    if "lm" not in flags:
        return []
    vendor = model.find("vendor")
    unseen = sorted(qemu(name) for name in features if name not in names)
    table = f"[models.{json.dumps(model.attrib['name'])}]"
    lines = [
        "",
        table,
        f'vendor = "{VENDORS[vendor.attrib["name"] if vendor is not None else ""]}"',
    ]
    lines.append(f'flags = "{" ".join(flags)}"')
    numbers = sorted({f"{s.attrib['family']}:{s.attrib['model']}" for s in model.iter("signature")})
    if numbers:
        lines.append(f'cpus = "{" ".join(numbers)}"')
    if unseen:
        lines.append(f'unseen = "{" ".join(unseen)}"')
    return lines


if __name__ == "__main__":
    main()
