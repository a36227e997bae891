"""Breakpoints keep their lines while a source is edited."""

from hypothesis import given
from hypothesis import strategies as st

from courseware.labs.runner.breakpoints import renumbered

lines = st.lists(st.sampled_from(["nop", "ret", "", "li a0, 1"]), max_size=8)


@given(before=lines, middle=lines, other=lines, after=lines, data=st.data())
def test_a_breakpoint_outside_of_the_edit_keeps_its_text(
    before: list[str], middle: list[str], other: list[str], after: list[str], data: st.DataObject
) -> None:
    # Two texts that meet nowhere by chance: the lines around the edit are marked.
    old = ["<", *before, "(", *middle, ")", *after, ">"]
    new = ["<", *before, "(", *other, ")", *after, ">"]
    line = data.draw(st.integers(1, len(old)))
    found = renumbered({str(line): 0x8000_0000}, "\n".join(old), "\n".join(new))
    is_in_edit = len(before) + 2 < line <= len(before) + 2 + len(middle)
    if not is_in_edit:
        (name,) = found
        assert new[int(name) - 1] == old[line - 1]


@given(old=lines, new=lines, line=st.integers(1, 9))
def test_a_breakpoint_is_on_a_line_that_there_is(old: list[str], new: list[str], line: int) -> None:
    known = {str(line): 4} if line <= max(len(old), 1) else {}
    for name in renumbered(known, "\n".join(old), "\n".join(new)):
        assert 1 <= int(name) <= max(len(new), 1)


def test_a_changed_line_keeps_its_breakpoint_and_a_removed_one_loses_it() -> None:
    old = "a\nb\nc\nd"
    assert renumbered({"2": 4}, old, "a\nB\nc\nd") == {"2": 4}
    assert renumbered({"2": 4, "4": 8}, old, "a\nc\nd") == {"3": 8}
    assert renumbered({"2": 4}, old, "a\nx\nb\nc\nd") == {"3": 4}
    assert renumbered({"guest:2": 4, "0x80000000": 8}, old, "") == {"guest:2": 4, "0x80000000": 8}


def test_the_same_text_changes_nothing() -> None:
    assert renumbered({"1": 0, "3": 8}, "a\n\nb", "a\n\nb") == {"1": 0, "3": 8}
