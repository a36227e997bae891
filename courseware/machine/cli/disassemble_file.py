"""``disasm``: a program as text."""

from collections.abc import Iterator

from courseware.machine.cli.arguments import Arguments, Command
from courseware.machine.cli.files import program_of
from courseware.machine.cli.listing import Line, digits, lines_of
from courseware.machine.program import Program

# So many zero words or more in a row show as one line.
_MIN_ZEROES = 4


def run(arguments: Arguments) -> int:
    """Print every segment with its labels; return 0."""
    program = program_of(arguments["file"])
    labels: dict[int, list[str]] = {}
    for name, value in program.symbols.items():
        labels.setdefault(value, []).append(name)
    for line in _listed(program, labels):
        print(line)
    return 0


def _listed(program: Program, labels: dict[int, list[str]]) -> Iterator[str]:
    for segment in program.segments:
        zeroes: list[Line] = []
        for line in lines_of(program, segment):
            if any(line.data) or line.address in labels:
                yield from _shortened(zeroes)
                zeroes = []
            for name in labels.get(line.address, ()):
                yield f"\n{line.address:08x} <{name}>:"
            if any(line.data):
                yield _text(line)
            else:
                zeroes.append(line)
        yield from _shortened(zeroes)


def _shortened(zeroes: list[Line]) -> Iterator[str]:
    if len(zeroes) < _MIN_ZEROES:
        yield from map(_text, zeroes)
    else:
        size = sum(len(line.data) for line in zeroes)
        yield f"{zeroes[0].address:08x}:   ... (0 が {size:,} バイト)"


def _text(line: Line) -> str:
    return f"{line.address:08x}:   {digits(line.data):<8}   {line.text}"


COMMAND = Command("disasm", "プログラムを逆アセンブルします。", run, ())
