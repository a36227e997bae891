"""Show where QEMU answers a program of this folder otherwise than its log says.

    python -m tests.machine.privileged.compare_with_qemu [NAME ...]

Needs Debian's packages qemu-system-misc and binutils-riscv64-unknown-elf. README.md explains the
differences that are known; a new one is a reason to read the specification.
"""

import argparse
import difflib
import subprocess
import tempfile
from pathlib import Path

from tests.machine.privileged.test_privileged import HERE, NAMES, expected

_AS = "riscv64-unknown-elf-as -march=rv32imach_zicsr_zifencei -mabi=ilp32 -mno-relax".split()
_LD = "riscv64-unknown-elf-ld -melf32lriscv --no-relax -N -Ttext=0x80000000".split()
_QEMU = (
    "qemu-system-riscv32 -machine virt -cpu rv32,h=true,f=false,d=false,sstc=false -m 16M"
    " -bios none -nographic -icount shift=0 -kernel"
).split()
_SECONDS = 20
_LINES = 300  # a program that runs wild prints much
# After these registers have held all ones, QEMU 7.2 does not come back.
_LEFT_OUT = ("field mhpm", "field mcountinhibit")


def answers(name: str) -> list[str]:
    """Return what the program prints on QEMU, as far as it got."""
    parts = [(HERE / f"{part}.s").read_text() for part in ("prelude", name)]
    lines = "".join(parts).splitlines(keepends=True)
    source = "".join(line for line in lines if not any(left in line for left in _LEFT_OUT))
    with tempfile.TemporaryDirectory() as directory:
        text, made, linked = (Path(directory, ending) for ending in ("a.s", "a.o", "a.elf"))
        text.write_text(f".option norvc\n{source}")
        subprocess.run([*_AS, text, "-o", made], check=True)
        subprocess.run([*_LD, made, "-o", linked], check=True)
        try:
            done = subprocess.run(
                [*_QEMU, linked],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
            output = done.stdout
        except subprocess.TimeoutExpired as expired:
            output = (expired.stdout or b"") + b"\n(QEMU did not end)"
    return output.decode("latin-1").splitlines()[:_LINES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    for name in parser.parse_args().names:
        print(f"== {name}")
        differences = difflib.unified_diff(
            expected(name), answers(name), "log", "QEMU", n=0, lineterm=""
        )
        print("\n".join(differences))


if __name__ == "__main__":
    main()
