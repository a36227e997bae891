"""Read settings from the environment, and keep the development key.

Production (``DEBUG`` unset or 0, ``LOCAL`` unset or 0) must bring its own
``SECRET_KEY``. A laptop (``LOCAL=1``, as ``make run`` sets) gets one generated
into an ignored file, so that sessions survive a restart.
"""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from limits import parse

TRUE = {"1", "true", "yes", "on"}


def flag(name: str, default: bool = False) -> bool:
    """Return the environment variable as a truth value (1, true, yes, on)."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in TRUE


def number(name: str, default: int) -> int:
    """Return the environment variable as an integer.

    Raises ImproperlyConfigured when it is set and is not one.
    """
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be an integer, not {value!r}") from None


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated environment variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def rate(name: str, default: str) -> str:
    """Return the environment variable as a rate such as "10/minute".

    Raises ImproperlyConfigured when it is set and is not one.
    """
    value = os.environ.get(name, default)
    try:
        parse(value)
    except ValueError:
        raise ImproperlyConfigured(
            f'{name} must be a rate such as "10/minute", not {value!r}'
        ) from None
    return value


def secret_key(local: bool, key_file: Path) -> str:
    """Return SECRET_KEY, or on a laptop the key kept in ``key_file`` (created once).

    Raises ImproperlyConfigured in production when SECRET_KEY is missing.
    """
    key = os.environ.get("SECRET_KEY", "")
    if key:
        return key
    if not local:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Production must have its own: "
            "SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(64))'). "
            "On a laptop, start with `make run` (it sets LOCAL=1)."
        )
    return key_file.read_text() if key_file.exists() else _create_key(key_file)


def _create_key(key_file: Path) -> str:
    key_file.parent.mkdir(parents=True, exist_ok=True)
    # Written whole under a name of its own and linked into place, so that of two
    # processes that start together both read the one key that came first.
    draft = key_file.with_name(f".{key_file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(64))
    try:
        os.link(draft, key_file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return key_file.read_text()
