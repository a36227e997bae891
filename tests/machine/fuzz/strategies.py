"""Cases as a hypothesis strategy: it makes them small by leaving out fragments."""

from collections.abc import Iterable

from hypothesis import strategies as st

from tests.machine.fuzz.cases import KINDS, Case


def cases(kinds: Iterable[str] = tuple(KINDS), most: int = 10) -> st.SearchStrategy[Case]:
    """Return cases of some kinds."""
    seeds = st.integers(0, (1 << 32) - 1)
    fragments = st.lists(seeds, min_size=1, max_size=most).map(tuple)
    return st.builds(Case, st.sampled_from(tuple(kinds)), seeds.map(str), fragments)
