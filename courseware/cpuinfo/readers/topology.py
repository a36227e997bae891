"""Sockets, cores and threads, counted from the lines that number them."""

from collections import Counter

from courseware.cpuinfo.model import Block, Certainty, CoreShape, Fact, unknown
from courseware.cpuinfo.readers.base import evidence_of, first, number
from courseware.cpuinfo.texts import say


class Topology:
    """The topology of CPUs that say their socket and core.

    ``socket`` and ``core`` are the keys of the lines that do (``physical id`` and ``core id``
    on x86, ``package`` and ``core`` on LoongArch and MIPS).
    """

    def __init__(
        self,
        cpus: list[Block],
        threads: Fact[int],
        socket: str = "physical id",
        core: str = "core id",
    ) -> None:
        self._cpus = cpus
        self._threads = threads
        self._socket = socket
        self._core = core
        self._sockets: dict[str, list[Block]] = {}
        self._cores: Counter[tuple[str, str]] = Counter()
        for cpu in cpus:
            place, part = cpu.value(socket), cpu.value(core)
            if place:
                self._sockets.setdefault(place, []).append(cpu)
                if part:
                    self._cores[place, part] += 1

    def missing_of(self) -> int:
        """Return how many logical CPUs a socket says it has, when the text shows fewer; else 0."""
        return self._partial()[0]

    def _partial(self) -> tuple[int, int]:
        for cpus in self._sockets.values():
            stated = number(cpus[0].value("siblings")) or 0
            if stated > len(cpus):
                return stated, len(cpus)
        return 0, 0

    def sockets(self) -> Fact[int]:
        """Return the number of sockets."""
        if self.missing_of():
            return unknown(say("reading.part_of_machine"))
        if self._sockets:
            evidence = evidence_of(*(cpus[0].get(self._socket) for cpus in self._sockets.values()))
            note = say("reading.sockets_counted", socket=self._socket)
            return Fact(len(self._sockets), Certainty.DERIVED, evidence[:4], note)
        if self._threads.value == 1:
            note = say("reading.one_socket_by_one_cpu", socket=self._socket)
            return Fact(1, Certainty.DERIVED, self._threads.evidence, note)
        return unknown(say("reading.no_socket", socket=self._socket))

    def cores(self) -> Fact[int]:
        """Return the number of cores of all sockets."""
        if self.missing_of():
            return unknown(say("reading.part_of_machine"))
        if not self._sockets:
            if self._threads.value == 1:
                note = say("reading.one_cpu")
                return Fact(1, Certainty.DERIVED, self._threads.evidence, note)
            note = say("reading.cores_uncountable", socket=self._socket, core=self._core)
            return unknown(note)
        stated = [self._stated(cpus) for cpus in self._sockets.values()]
        if all(stated):
            entries = [cpus[0].get("cpu cores") for cpus in self._sockets.values()]
            note = say("reading.cores_summed")
            return Fact(sum(stated), Certainty.DERIVED, evidence_of(*entries)[:4], note)
        if self._cores:
            entry = first(self._cpus, self._core)
            note = say("reading.cores_counted", socket=self._socket, core=self._core)
            return Fact(len(self._cores), Certainty.DERIVED, evidence_of(entry), note)
        return unknown(say("reading.no_core", core=self._core))

    def _stated(self, cpus: list[Block]) -> int:
        """Return ``cpu cores`` when all the socket's CPUs are in the text, else 0."""
        siblings = cpus[0].value("siblings")
        whole = not siblings or siblings == str(len(cpus))
        return (number(cpus[0].value("cpu cores")) or 0) if whole else 0

    def smt(self) -> Fact[bool]:
        """Return whether cores have more than one logical CPU."""
        for cpu in self._cpus:
            siblings, cores = number(cpu.value("siblings")), number(cpu.value("cpu cores"))
            if siblings is not None and cores is not None:
                more = siblings > cores
                evidence = evidence_of(cpu.get("siblings"), cpu.get("cpu cores"))
                note = say("reading.smt" if more else "reading.no_smt")
                return Fact(more, Certainty.DERIVED, evidence, note)
        if self._threads.value == 1:
            note = say("reading.one_cpu")
            return Fact(False, Certainty.DERIVED, self._threads.evidence, note)
        if self._cores:
            more = max(self._cores.values()) > 1
            note = say("reading.threads_of_cores", core=self._core)
            return Fact(more, Certainty.DERIVED, evidence_of(first(self._cpus, self._core)), note)
        return unknown(say("reading.no_siblings"))

    def shapes(self) -> tuple[CoreShape, ...]:
        """Return how many cores have how many logical CPUs, the largest first."""
        if self.missing_of():
            return ()
        return tuple(
            CoreShape(threads, cores)
            for threads, cores in sorted(Counter(self._cores.values()).items(), reverse=True)
        )

    def differing(self) -> Fact[bool]:
        """Return whether cores differ in their number of logical CPUs."""
        if self.missing_of():
            return unknown(say("reading.part_of_machine"))
        if not self._cores:
            return unknown(say("reading.no_differences_shown"))
        if len(set(self._cores.values())) > 1 and len(self._sockets) == 1:
            evidence = evidence_of(first(self._cpus, self._core))
            return Fact(True, Certainty.DERIVED, evidence, say("reading.cores_differ"))
        return Fact(False, Certainty.DERIVED, (), say("reading.cores_alike"))

    def warnings(self) -> tuple[str, ...]:
        """Return a warning when a socket says that it has more CPUs than are in the text."""
        stated, shown = self._partial()
        return (say("reading.fewer_than_siblings", stated=stated, shown=shown),) if stated else ()
