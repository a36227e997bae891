"""The real product, started as ``make run`` does, with data of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENT = settings.CONTENT_DIR
START_SECONDS = 90
STOP_SECONDS = 10
FAILURE = re.compile(r"Internal Server Error|\[(ERROR|CRITICAL)\]")
# Many visitors of these tests share one address, and many sign in as the one instructor.
RATES = {f"RATE_LIMIT_{kind.upper()}": "100000/minute" for kind in settings.RATE_LIMITS}


@dataclass(frozen=True)
class Product:
    """A running server: its address, its data, and the instructor that it made."""

    url: str
    data: Path
    instructor: str
    password: str


@contextmanager
def running(data: Path) -> Iterator[Product]:
    """Run ``make run`` on a free port with its data under ``data``; stop it at the end.

    Raises AssertionError with the server's log when it does not come up, and when it
    logged an internal error while it ran.
    """
    port = _free_port()
    log = data / "server.log"
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= RATES | {"DATA_DIR": str(data), "CONTENT_DIR": str(CONTENT), "LANG": "C.UTF-8"}
    # The environment is this interpreter's: nothing is installed while tests run.
    command = ["make", "--old-file=.venv/.installed", "run", f"PORT={port}"]
    command.append(f"BIN={Path(sys.executable).parent}")
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(server, url, log)
        name, password = re.findall(r"(?:ユーザー名|パスワード): (\S+)", log.read_text())
        yield Product(url, data, name, password)
    finally:
        _stop(server)
    assert not FAILURE.search(log.read_text()), log.read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"`make run` did not start:\n{log.read_text()}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server's process group: make, its shell and the server's processes."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, sign)
            server.wait(STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
