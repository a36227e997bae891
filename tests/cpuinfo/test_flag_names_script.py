"""The script that reads the names of flags from kernel sources, on small sources made up here."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "make_flag_names.py"
    spec = importlib.util.spec_from_file_location("make_flag_names", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tree(root: Path, release: str, files: dict[str, str]) -> Path:
    """A source tree of that release with these files."""
    version, patch, sub = (*release.split("."), "0")[:3]
    folder = root / release
    made = {"Makefile": f"VERSION = {version}\nPATCHLEVEL = {patch}\nSUBLEVEL = {sub}\n"} | files
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


OLD = """
#define X86_FEATURE_AAA\t\t( 0*32+ 0) /* printed by its own name */
#define X86_FEATURE_BBB\t\t( 1*32+ 3) /* "b_b" printed so */
#define X86_FEATURE_CCC\t\t( 1*32+ 4) /* "" never printed */
#define X86_BUG_DDD\t\tX86_BUG(7) /* printed */
#define X86_FEATURE_MASK 31
"""
NEW = """
#define X86_FEATURE_AAA\t\t( 0*32+ 0) /* "aaa" printed */
#define X86_FEATURE_CCC\t\t( 1*32+ 4) /* never printed */
#define X86_FEATURE_EEE\t\t(21*32+31) /* "eee" new */
#define X86_BUG_DDD\t\tX86_BUG( 7) /* "ddd" printed */
#define X86_BUG_FFF\t\tX86_BUG( 1*32+ 5) /* "fff" new */
"""


def test_old_kernels_print_macros_and_new_ones_quoted_names(
    script: ModuleType, tmp_path: Path
) -> None:
    header = "arch/x86/include/asm/cpufeatures.h"
    trees = [tree(tmp_path, "6.12", {header: NEW}), tree(tmp_path, "4.4.1", {header: OLD})]
    found = tomllib.loads(script.document(trees))
    assert found["x86"] == {
        "releases": ["4.4", "6.12"],
        "names": {
            "aaa": {"first": "4.4", "last": "6.12", "word": 0, "bit": 0},
            "b_b": {"first": "4.4", "last": "4.4", "word": 1, "bit": 3},
            "eee": {"first": "6.12", "last": "6.12", "word": 21, "bit": 31},
        },
    }
    assert found["bugs"]["names"] == {
        "ddd": {"first": "4.4", "last": "6.12", "word": 0, "bit": 7},
        "fff": {"first": "6.12", "last": "6.12", "word": 1, "bit": 5},
    }


def test_tables_of_names(script: ModuleType, tmp_path: Path) -> None:
    files = {
        "arch/i386/kernel/cpu/proc.c": 'static char *x86_cap_flags[] = {\n"fpu", NULL, /* "no" */\n'
        + "NULL," * 30
        + '"word1",\n};\n',
        "arch/arm64/kernel/cpuinfo.c": 'static const char *const hwcap_str[] = {\n[A] = "fp",\n};\n'
        'static const char *const compat_hwcap_str[] = {\n[B] = NULL, /* Not "x" */\n[C]="half",};',
        "arch/s390/kernel/processor.c": 'static const char *hwcap_str[] = { [N] = "zarch", };\n'
        'static const char * const int_hwcap_str[] = { "sie" };',
        "arch/riscv/kernel/cpufeature.c": "__RISCV_ISA_EXT_DATA(h, RISCV_ISA_EXT_h),\n"
        "__RISCV_ISA_EXT_SUPERSET(zicbom, X, y),\n__RISCV_ISA_EXT_BUNDLE(zk, z),",
        "arch/riscv/kernel/cpu.c": 'sv_type = "sv39"; seq_puts("none")',
        "arch/riscv/kernel/vendor_extensions/v.c": "__RISCV_ISA_EXT_DATA(xv, X),",
    }
    found = script.names(tree(tmp_path, "2.6.11", files))
    assert found["x86"] == {"fpu": (0, 0), "word1": (1, 0)}
    assert set(found["arm"]) == {"fp", "half"}
    assert set(found["s390x"]) == {"zarch", "sie"}
    assert set(found["riscv"]) == {"h", "zicbom", "zk", "sv39", "xv"}
    assert found["vmx"] == {} == found["bugs"]


@pytest.mark.parametrize(
    ("release", "numbers"), [("2.6.32", (2, 6, 32)), ("3.16", (3, 16)), ("6.1.5", (6, 1))]
)
def test_releases_are_named_as_people_name_them(
    script: ModuleType, tmp_path: Path, release: str, numbers: tuple[int, ...]
) -> None:
    assert script.release(tree(tmp_path, release, {})) == numbers
