"""The words for how a fact is known and for what a text shows, in the language spoken."""

from courseware.cpuinfo.findings.base import State
from courseware.cpuinfo.model import Certainty, Fact, Host
from courseware.cpuinfo.texts import say


def certainty(known: Certainty) -> str:
    """Return the word for how a fact is known."""
    return say(f"report.certainty_{known.value}")


def state(shown: State) -> str:
    """Return the word for what a text shows."""
    return say(f"report.state_{shown.value}")


def family(host: Host) -> str:
    """Return the name of the host's architecture."""
    return say(f"report.family_{host.family}")


def value(fact: Fact) -> str:
    """Return a fact's value for a reader: yes and no in words, a dash for unknown."""
    if fact.value is None:
        return "-"
    if isinstance(fact.value, bool):
        return say("report.yes" if fact.value else "report.no")
    return str(fact.value)


def shapes(host: Host) -> list[str]:
    """Return in words how many cores have how many logical CPUs."""
    return [
        say("report.shape", threads=shape.threads, cores=shape.cores) for shape in host.core_shapes
    ]
