"""The report in three sentences: what the machine is, whether it can virtualize, how sure."""

from dataclasses import dataclass

from courseware.cpuinfo import words
from courseware.cpuinfo.findings.base import Command, Finding
from courseware.cpuinfo.model import Host
from courseware.cpuinfo.texts import listing, say


@dataclass(frozen=True)
class Conclusion:
    """What a learner should take away. ``command`` settles it; None when nothing was read."""

    machine: str
    virtualization: str
    certainty: str
    command: Command | None = None

    @property
    def sentences(self) -> tuple[str, str, str]:
        """Return the three sentences in the order in which they are read."""
        return self.machine, self.virtualization, self.certainty


def conclude(host: Host, findings: tuple[Finding, ...]) -> Conclusion:
    """Return the conclusion on a host from its findings."""
    hardware = next((item for item in findings if item.name == "hardware_virtualization"), None)
    if hardware is None:
        return Conclusion(
            say("report.not_readable"), say("report.cannot_judge"), say("report.try_again")
        )
    command = next(iter(hardware.commands), None)
    return Conclusion(_machine(host), hardware.conclusion, hardware.certainty, command)


def _machine(host: Host) -> str:
    vendor, board, architecture = host.vendor.value, host.machine.value, host.architecture.value
    name = host.model_name.value
    if not name:
        name = say("report.product_of", vendor=vendor) if vendor else say("report.no_name")
    sentence = say(
        "report.machine_sentence_guest" if host.hypervisor.value else "report.machine_sentence",
        name=name,
        board=say("report.board", board=board) if board else "",
        architecture=say("report.of_architecture", architecture=architecture)
        if architecture
        else "",
    )
    return " ".join(filter(None, [sentence, _topology(host)])).replace("。 ", "。")


def _topology(host: Host) -> str:
    sockets, cores, threads = host.sockets.value, host.cores.value, host.threads.value
    if threads is None:
        return ""
    if host.missing_of:
        return say("report.part_of_machine", threads=threads, stated=host.missing_of)
    if not sockets or not cores:
        return say("report.only_threads", threads=threads)
    numbers = {"sockets": sockets, "cores": cores, "threads": threads}
    if host.heterogeneous.value and len(host.core_shapes) > 1:
        return say("report.mixed", **numbers, shapes=listing(words.shapes(host)))
    if cores % sockets or threads % cores:
        return say("report.uneven", **numbers)
    each = {"cores": cores // sockets, "each": threads // cores}
    return say("report.even", **(numbers | each))
