"""From a learner's source and a test's setup to a machine that is ready to start."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from courseware.grading.programs import Setup, Stopped
from courseware.machine import (
    REGISTER_NUMBERS,
    AssemblyError,
    AssemblyLimits,
    AssemblyProblem,
    Debugger,
    Engine,
    Machine,
    MachineLimits,
    MachineOptions,
    Program,
    Segment,
    assemble,
)
from courseware.machine.memory_map import RAM_BASE

Json = dict[str, Any]


class PartError(Exception):
    """A part or a disk of the lab itself cannot be assembled: ``file`` and ``problems``."""

    def __init__(self, file: str, problems: Collection[AssemblyProblem]) -> None:
        super().__init__(file, problems)
        self.file = file
        self.problems = problems


@dataclass(frozen=True)
class Ready:
    """A program with everything around it."""

    program: Program
    limits: MachineLimits
    options: MachineOptions
    disk: bytes
    console: bytes

    def machine(self, engine: Engine = Engine.TRANSLATOR) -> Machine:
        """Return a machine at its start."""
        machine = Machine(
            self.program, self.limits, options=self.options, disk=self.disk, engine=engine
        )
        machine.send(self.console)
        return machine

    def debugger(self) -> Debugger:
        """Return a debugging session at its start."""
        debugger = Debugger(self.program, self.limits, options=self.options, disk=self.disk)
        debugger.send(self.console)
        return debugger


class Loader:
    """A learner's program, assembled, and what a lab lays beside it."""

    def __init__(self, source: str, sources: Mapping[str, str], limits: Json) -> None:
        """Assemble a source; ``sources`` are those of the parts. Raises AssemblyError."""
        self._limits = limits
        self._assembly_limits = AssemblyLimits(
            max_characters=limits["characters"],
            max_lines=limits["lines"],
            max_expanded_lines=limits["expanded_lines"],
            max_expanded_characters=limits["expanded_characters"],
            max_nesting=limits["nesting"],
            max_image_bytes=limits["image_bytes"],
        )
        self.program = assemble(source, self._assembly_limits)

        @cache
        def part(file: str, origin: int, constants: tuple[tuple[str, int], ...]) -> Program:
            try:
                return assemble(
                    sources[file], self._assembly_limits, origin=origin, constants=dict(constants)
                )
            except AssemblyError as error:
                raise PartError(file, error.problems) from error

        self._part = part

    def load(self, setup: Setup) -> Ready:
        """Return the program with a setup. Raises AssemblyError when they do not fit together.

        A label that is missing counts as 0 in the parts, and gets no data: the grading tells it.
        """
        program = self.program
        constants = tuple(setup.define.items()) + tuple(
            (name, self.program.symbols.get(name, 0)) for name in setup.needs
        )
        for part in setup.parts:
            image = self._part(part.file, part.linked, constants)
            try:
                program = program.with_part(part.name, image, part.at - part.linked)
            except ValueError:
                raise _too_large(part.file, part.at) from None
        if setup.start:
            program = replace(program, entry=program.symbols[setup.start])
        return Ready(
            replace(program, segments=program.segments + _data(program.symbols, setup)),
            MachineLimits(
                memory_bytes=setup.memory or self._limits["memory_bytes"],
                max_output_bytes=self._limits["output_bytes"],
            ),
            MachineOptions(frozenset(setup.untrapped)),
            _bytes_of(self._part(setup.disk, 0, constants)) if setup.disk else b"",
            setup.console.encode(),
        )


def _data(symbols: Mapping[str, int], setup: Setup) -> tuple[Segment, ...]:
    return tuple(
        Segment(symbols[place], block.data)
        for place, block in setup.data.items()
        if place in symbols
    )


def _bytes_of(image: Program) -> bytes:
    """Return a program's bytes from address 0 on."""
    data = bytearray(max((s.address + len(s.data) for s in image.segments), default=0))
    for segment in image.segments:
        data[segment.address : segment.address + len(segment.data)] = segment.data
    return bytes(data)


def _too_large(file: str, address: int) -> AssemblyError:
    message = (
        f"プログラムが、{address:#010x} 番地に置く {file} と重なっています。"
        f"プログラムは {RAM_BASE:#010x} 番地から始まるので、.space や .org で取る場所を"
        "小さくしてください。"
    )
    return AssemblyError([AssemblyProblem(1, 1, message)])


class GradedMachine:
    """A machine as grading sees it (``grading.programs.Loaded``)."""

    def __init__(self, ready: Ready, engine: Engine = Engine.TRANSLATOR) -> None:
        self.symbols = ready.program.symbols
        self._machine = ready.machine(engine)
        self.read_memory = self._machine.read_memory
        self.write_memory = self._machine.write_memory
        self.read_disk = self._machine.read_disk
        self.csr = self._machine.csr

    @property
    def pc(self) -> int:
        """Return the address of the next instruction."""
        return self._machine.pc

    @pc.setter
    def pc(self, address: int) -> None:
        self._machine.pc = address

    @property
    def registers(self) -> list[int]:
        """Return the 32 registers."""
        return self._machine.registers

    @property
    def output(self) -> bytes:
        """Return what the program has printed."""
        return self._machine.output

    def run(
        self,
        max_instructions: int,
        until: Collection[int] = (),
        deadline: Callable[[], bool] | None = None,
    ) -> Stopped:
        """Run as ``Machine.run`` does."""
        return self._machine.run(max_instructions, until, deadline)

    def register(self, name: str) -> int:
        """Return a register by its ABI name or number."""
        return self._machine.registers[REGISTER_NUMBERS[name]]

    def count(self, counter: str) -> int:
        """Return a count by its name (COUNTER_NAMES)."""
        return self._machine.counters.named().get(counter, 0)
