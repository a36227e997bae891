"""The names of the privilege modes."""

_NAMES = {
    (0, False): "U モード",
    (1, False): "S モード",
    (3, False): "M モード",
    (0, True): "VU モード",
    (1, True): "VS モード",
}


def mode_name(mode: int, virtual: bool = False) -> str:
    """Return the Japanese name of a mode (0 for U, 1 for S, 3 for M) with or without V."""
    return _NAMES[mode, virtual]
