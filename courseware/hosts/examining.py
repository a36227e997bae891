"""Questions about the samples, for ``courseware.grading``."""

from courseware.cpuinfo import sample as sample_of
from courseware.cpuinfo import samples
from courseware.cpuinfo.exercises import Exercise, exercises
from courseware.cpuinfo.findings import State
from courseware.grading.reading import ABSENT, SHOWN, UNKNOWN, NoSuchReading, Reading

_FORMS = {
    State.ABSENT: ("なし", "無し", "ない", "無い", "表示なし", "示していない"),
    State.UNKNOWN: ("判断できない", "判断不能", "決められない", "分からない", "わからない", "不明"),
}

_VERDICTS = {State.SHOWN: SHOWN, State.ABSENT: ABSENT, State.UNKNOWN: UNKNOWN}


def examine(sample: str, ask: str) -> Reading:
    """Return the reading of a sample's first logical CPU. Raises NoSuchReading."""
    found = sample_of(sample)
    if found is None:
        known = "、".join(item.key for item in samples())
        raise NoSuchReading("sample", f"見本「{sample}」はありません。使える見本: {known}")
    dump = found.text.split("\n\n")[0].rstrip("\n")
    by_name = {item.name: item for item in exercises(dump)}
    if ask not in by_name:
        known = "、".join(by_name)
        raise NoSuchReading("ask", f"この見本で「{ask}」は問えません。問えること: {known}")
    exercise = by_name[ask]
    wrong = tuple(
        (forms, exercise.reason) for state, forms in _FORMS.items() if state is not exercise.state
    )
    evidence = _evidence(exercise)
    return Reading(
        dump=dump,
        accept=_FORMS.get(exercise.state, evidence),
        wrong=wrong,
        verdict=_VERDICTS[exercise.state],
        evidence=evidence,
        reason=exercise.reason,
    )


def _evidence(exercise: Exercise) -> tuple[str, ...]:
    """Return each flag and each line that tells, as they may be typed; none where none does."""
    numbers = (form for n in exercise.lines for form in (f"{n}", f"{n} 行目", f"{n}行目", f"{n}行"))
    return *exercise.names, *numbers
