"""Write courseware/cpuinfo/data/flags/names.toml from Linux source trees.

    python scripts/make_flag_names.py TREE...

Every TREE is an unpacked kernel source; more releases tell more exactly since when a name is
printed. Only facts are taken: the names that /proc/cpuinfo prints, their bits, and the oldest and
newest of the releases read that print them. What is read of each tree, as far as it is there:

    x86    arch/x86/include/asm/cpufeature{,s}.h  X86_FEATURE_*, X86_BUG_*; until 2.6.24 the tables
           in arch/{i386,x86}/kernel/cpu/proc.c and arch/x86/kernel/setup_64.c
    vmx    arch/x86/include/asm/vmxfeatures.h     VMX_FEATURE_*
    arm    arch/arm64/kernel/{cpuinfo,setup}.c and arch/arm/kernel/setup.c   hwcap tables
    riscv  arch/riscv/kernel/{cpu,cpufeature}.c, vendor_extensions/*.c   extensions, MMU modes
    s390x  arch/s390/kernel/{processor,setup}.c   hwcap tables
    loongarch, mips   arch/{loongarch,mips}/kernel/proc.c   the lines Features, ASEs implemented
    sparc  arch/sparc/kernel/setup_64.c           hwcap tables
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

OUTPUT = Path(__file__).parents[1] / "courseware/cpuinfo/data/flags/names.toml"
FAMILIES = ("x86", "vmx", "bugs", "arm", "riscv", "s390x", "loongarch", "mips", "sparc")
Place = tuple[int, int] | None  # word and bit, where the kernel counts them
Names = dict[str, Place]

_MACRO = re.compile(
    r"^#\s*define\s+(X86_FEATURE|VMX_FEATURE|X86_BUG)_(\w+)\s+"
    r"(?:X86_BUG)?\(\s*(?:(\d+)\s*\*\s*32\s*\+\s*)?(\d+)\s*\)\s*(/\* \"([^\"]*)\")?",
    re.MULTILINE,
)
_KINDS = {"X86_FEATURE": "x86", "VMX_FEATURE": "vmx", "X86_BUG": "bugs"}
_TABLE = re.compile(
    r"\b(\w*hwcap\w*_str|\w*hwcaps|x86_cap_flags)\[[^]]*\]\s*=\s*\{(.*?)\};", re.DOTALL
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CELL = re.compile(r'"([^"]*)"|\bNULL\b')
_EXTENSION = re.compile(r"\b__RISCV_ISA_EXT_\w+\(\s*([a-z]\w*)\s*,")
_PRINTED = re.compile(r'(?:Features|ASEs implemented)\\t.*?\\n"', re.DOTALL)  # to its line's end
_WORD = re.compile(r'" ([\w-]+)"')
_MMU = re.compile(r'"(sv\d+)"')


def release(tree: Path) -> tuple[int, ...]:
    """Return the tree's release from its Makefile: (6, 19) or (2, 6, 32)."""
    makefile = (tree / "Makefile").read_text(encoding="utf-8", errors="replace")
    numbers = [
        int(match[1])
        for key in ("VERSION", "PATCHLEVEL", "SUBLEVEL")
        if (match := re.search(rf"^{key}\s*=\s*(\d+)", makefile, re.MULTILINE))
    ]
    return tuple(numbers if numbers[0] < 3 else numbers[:2])


def names(tree: Path) -> dict[str, Names]:
    """Return the names that this tree's kernel prints, by family; none where it has no source."""
    found: dict[str, Names] = {family: {} for family in FAMILIES}
    for header in ("cpufeature.h", "cpufeatures.h", "vmxfeatures.h"):
        for family, name, place in _macros(_read(tree, f"arch/x86/include/asm/{header}")):
            found[family].setdefault(name, place)
    for file in ("i386/kernel/cpu/proc.c", "x86/kernel/cpu/proc.c", "x86/kernel/setup_64.c"):
        for index, name in _cells(_read(tree, f"arch/{file}")):
            found["x86"].setdefault(name, divmod(index, 32))
    for family, files in (
        ("arm", ("arm64/kernel/cpuinfo.c", "arm64/kernel/setup.c", "arm/kernel/setup.c")),
        ("s390x", ("s390/kernel/processor.c", "s390/kernel/setup.c")),
        ("sparc", ("sparc/kernel/setup_64.c",)),
    ):
        for file in files:
            found[family] |= {name: None for _, name in _cells(_read(tree, f"arch/{file}"))}
    for family in ("loongarch", "mips"):
        for printed in _PRINTED.findall(_read(tree, f"arch/{family}/kernel/proc.c")):
            found[family] |= dict.fromkeys(_WORD.findall(printed))
    found["riscv"] = dict.fromkeys(_riscv(tree))
    return found


def _macros(text: str) -> Iterator[tuple[str, str, Place]]:
    # Until Linux 6.9 a macro prints its own name where no quoted name follows, and "" says that
    # it prints none. Later kernels print quoted names only, and have no use for "".
    own_names = '/* ""' in text
    for kind, macro, word, bit, comment, quoted in _MACRO.findall(text):
        own = macro.lower() if own_names and comment != '/* ""' else ""
        if name := quoted or own:
            yield _KINDS[kind], name, (int(word or 0), int(bit))


def _cells(text: str) -> Iterator[tuple[int, str]]:
    for _, body in _TABLE.findall(text):
        for index, name in enumerate(_CELL.findall(_COMMENT.sub("", body))):
            if name:
                yield index, name


def _riscv(tree: Path) -> Iterator[str]:
    kernel = tree / "arch/riscv/kernel"
    for file in (*sorted(kernel.glob("cpu*.c")), *sorted(kernel.glob("vendor_extensions/*.c"))):
        text = file.read_text(encoding="utf-8", errors="replace")
        yield from _EXTENSION.findall(text)
        yield from _MMU.findall(text)


def _read(tree: Path, file: str) -> str:
    path = tree / file
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def document(trees: list[Path]) -> str:
    """Return the TOML text for these trees, which need not be in order."""
    read = sorted((release(tree), names(tree)) for tree in trees)
    lines = [
        "# The names that Linux prints in /proc/cpuinfo: facts read from its source by",
        "# scripts/make_flag_names.py, which writes this file. What they mean is told beside it.",
        "# first, last: the oldest and the newest release, of those read, that print the name.",
    ]
    for family in FAMILIES:
        releases = [(number, found[family]) for number, found in read if found[family]]
        lines += ["", f"[{family}]", f"releases = {_list(number for number, _ in releases)}"]
        spans: dict[str, tuple[str, str, Place]] = {}
        for number, printed in releases:
            for name, place in printed.items():
                first = spans[name][0] if name in spans else _dotted(number)
                spans[name] = (first, _dotted(number), place)
        lines += ["", f"[{family}.names]"]
        for name, (first, last, place) in sorted(spans.items(), key=_by_place):
            bit = f", word = {place[0]}, bit = {place[1]}" if place else ""
            lines.append(f'{name} = {{ first = "{first}", last = "{last}"{bit} }}')
    return "\n".join(lines) + "\n"


def _by_place(item: tuple[str, tuple[str, str, Place]]) -> tuple[tuple[int, int], str]:
    name, (_, _, place) = item
    return place or (0, 0), name


def _dotted(number: tuple[int, ...]) -> str:
    return ".".join(map(str, number))


def _list(numbers: Iterator[tuple[int, ...]]) -> str:
    return "[" + ", ".join(f'"{_dotted(number)}"' for number in numbers) + "]"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    OUTPUT.write_text(document([Path(tree) for tree in sys.argv[1:]]), encoding="utf-8")
