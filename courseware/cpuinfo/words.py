"""The Japanese words for how a fact is known and for what a text shows."""

from courseware.cpuinfo.findings.base import State
from courseware.cpuinfo.model import Certainty, Fact

CERTAINTY = {
    Certainty.READ: "読み取った",
    Certainty.DERIVED: "計算した",
    Certainty.UNKNOWN: "分からない",
}
STATE = {State.SHOWN: "表示あり", State.ABSENT: "表示なし", State.UNKNOWN: "判断できない"}


def value(fact: Fact) -> str:
    """Return a fact's value for a reader: yes and no in Japanese, a dash for unknown."""
    if fact.value is None:
        return "-"
    if isinstance(fact.value, bool):
        return "あり" if fact.value else "なし"
    return str(fact.value)
