"""The integer registers: their numbers and names."""

# ABI names of x0..x31: RISC-V ELF psABI, "Integer Register Convention".
REGISTER_NAMES: tuple[str, ...] = tuple(
    "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7"
    " s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6".split()
)
SP = REGISTER_NAMES.index("sp")

# Every spelling that a program may use.
REGISTER_NUMBERS: dict[str, int] = {
    **{name: number for number, name in enumerate(REGISTER_NAMES)},
    **{f"x{number}": number for number in range(32)},
    "fp": REGISTER_NAMES.index("s0"),
}
