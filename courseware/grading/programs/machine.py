"""What grading needs of a machine, and what it finds out with it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

RA, SP, A0 = 1, 2, 10  # register numbers


class Stopped(Protocol):
    """Why a run ended: a reason (a key of STOPS_WITHOUT_NUMBERS), and a message with all details.

    ``exit_code`` is that of a program that has exited.
    """

    @property
    def reason(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def exit_code(self) -> int | None: ...


class Loaded(Protocol):
    """A machine that has the program and its setup loaded, and is at its start.

    ``symbols`` are the program's, and those of its parts as ``part.symbol``.
    """

    pc: int

    @property
    def symbols(self) -> Mapping[str, int]: ...
    @property
    def registers(self) -> list[int]: ...
    @property
    def output(self) -> bytes: ...
    def run(
        self,
        max_instructions: int,
        until: Collection[int] = (),
        deadline: Callable[[], bool] | None = None,
    ) -> Stopped: ...
    def read_memory(self, address: int, size: int) -> bytes: ...
    def write_memory(self, address: int, data: bytes) -> None: ...
    def read_disk(self, offset: int, size: int) -> bytes: ...
    def register(self, name: str) -> int: ...
    def csr(self, name: str) -> int: ...
    def count(self, counter: str) -> int: ...


@dataclass(frozen=True)
class Finding:
    """What is wrong: a Japanese message, what was expected, and what there is.

    ``without_numbers`` is the message where those of a hidden test must not be told.
    """

    message: str
    expected: str = ""
    actual: str = ""
    without_numbers: str = ""
