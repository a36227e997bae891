"""The product in a process that dies at a chosen moment of a POST request.

``python -m tests.quizzes.dying_server PORT MOMENT``: "stored" is after the grades are written and
before they are committed, "committed" after that and before the answer is sent, "never" is never.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import make_server

import django

DEATH = 9  # the exit code


def die_when_stored(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Run the SQL; when it stored grades, end the process at once, as a power cut does."""
    result = execute(sql, params, many, context)
    if sql.startswith('INSERT INTO "quizzes_submission"'):
        os._exit(DEATH)
    return result


def main(port: int, moment: str) -> None:
    """Serve until killed."""
    django.setup()
    from django.db.backends.signals import connection_created

    from courseware.config.wsgi import application

    if moment == "stored":
        connection_created.connect(
            lambda connection, **_: connection.execute_wrappers.append(die_when_stored),
            weak=False,
        )

    def served(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        response: Iterable[bytes] = application(environ, start_response)
        if moment == "committed" and environ["REQUEST_METHOD"] == "POST":
            os._exit(DEATH)
        return response

    make_server("127.0.0.1", port, served).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
