"""Settling the sizes that depend on each other: branches, alignments and the like.

A branch that reaches its target is short; if it does not, it grows and pushes others out of reach.
More than one outcome may be consistent. So that ours is the one of GNU as, this follows its
``relax_segment``: sizes are first estimated with everything further ahead at offset 0, and then
corrected from front to back until nothing changes. A tail may shrink, too.

A source made to need endless corrections gets every branch in its longest form.
"""

from collections.abc import Callable, Iterable

from courseware.machine.assembler.sections import Fragment, Section

_MAX_PASSES = 60
_MAX_LAST_PASSES = 10


def relax(sections: Iterable[Section], begin_pass: Callable[[], None]) -> None:
    """Settle ``start`` and ``tail_size`` of all fragments.

    ``begin_pass`` is called before all of them are corrected once more.
    """
    open_sections: list[list[Fragment]] = []
    for section in sections:
        fragments = list(section.fragments)
        _estimate(fragments)
        if any(fragment.tail for fragment in fragments):
            open_sections.append(fragments)
    for number in range(_MAX_PASSES + _MAX_LAST_PASSES):
        begin_pass()
        is_late = number >= _MAX_PASSES
        changes = [_correct(fragments, is_late) for fragments in open_sections]
        if not any(changes):
            return


def _estimate(fragments: list[Fragment]) -> None:
    offset = 0
    for fragment in fragments:
        fragment.start = offset
        offset += fragment.size
        if fragment.tail:
            fragment.tail_size = fragment.tail.size_at(offset)
            offset += fragment.tail_size


def _correct(fragments: list[Fragment], is_late: bool) -> bool:
    """Move every fragment by how much those in front have grown; say whether any has."""
    stretch = 0
    has_changed = False
    for fragment in fragments:
        fragment.start += stretch
        if fragment.tail is None:
            continue
        size = fragment.tail.size_at(fragment.start + fragment.size)
        if is_late and fragment.tail.longest is not None:
            size = fragment.tail.longest
        if size != fragment.tail_size:
            stretch += size - fragment.tail_size
            fragment.tail_size = size
            has_changed = True
    return has_changed
