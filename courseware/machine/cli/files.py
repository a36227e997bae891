"""The files of a command: what goes wrong with one names it, and says which way it went wrong."""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from courseware.machine.cli.arguments import UsageError
from courseware.machine.loaders import load_file
from courseware.machine.program import Program

STANDARD_INPUT = "-"
STANDARD_OUTPUT = "標準出力"


class FileProblem(Exception):
    """A file, ``what``, cannot be read or written; the message says in Japanese why."""

    def __init__(self, what: Path | str, message: str) -> None:
        super().__init__(message)
        self.what = what


@contextmanager
def reading(what: Path | str) -> Iterator[None]:
    """Make a FileProblem of an OSError while ``what`` is read."""
    try:
        yield
    except OSError as error:
        raise FileProblem(what, f"{what} を読めません: {_reason(error)}") from error


@contextmanager
def writing(what: Path | str) -> Iterator[None]:
    """Make a FileProblem of an OSError while ``what`` is written; a broken pipe stays one."""
    try:
        yield
    except BrokenPipeError:
        raise
    except FileNotFoundError as error:
        message = "そのディレクトリーがありません。先に作るか、別の場所にしてください。"
        raise FileProblem(what, f"{what} に書けません: {message}") from error
    except OSError as error:
        raise FileProblem(what, f"{what} に書けません: {_reason(error)}") from error


def program_of(path: Path) -> Program:
    """Return the program of a file, as ``load_file`` does. Raises FileProblem."""
    with reading(path):
        return load_file(path)


def output_path(text: str) -> Path:
    """Return where to write. Raises UsageError for the name that means no file."""
    if text == STANDARD_INPUT:
        raise UsageError(
            "- には書けません。ファイルの名前を指定してください。"
            "標準エラーに出すなら /dev/stderr です。"
        )
    return Path(text)


def refuse_overwriting(flag: str, out: Path, inputs: Iterable[Path | None]) -> None:
    """Raise UsageError when a file to write, by whatever name, is one that is read."""
    for path in inputs:
        if path is not None and out.is_file() and path.exists() and out.samefile(path):
            raise UsageError(f"{flag} {out}: 読むファイルには書けません。別の名前にしてください。")


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "ファイルがありません。名前と場所を確かめてください。"
        case IsADirectoryError():
            return "ディレクトリーです。ファイルを指定してください。"
        case NotADirectoryError():
            return "途中の名前がディレクトリーではありません。場所を確かめてください。"
        case PermissionError():
            return "権限がありません。"
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "空き容量がありません。"
        case errno.EROFS:
            return "読み出し専用の場所です。"
        case errno.ENAMETOOLONG:
            return "名前が長すぎます。"
        case errno.EIO:
            return "装置の入出力に失敗しました。"
        case errno.EMFILE | errno.ENFILE:
            return "開いているファイルが多すぎます。"
    return f"エラー番号 {error.errno} ({error.strerror})。"
