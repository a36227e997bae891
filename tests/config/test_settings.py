import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")} | environment
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_refuses_to_start_without_its_own_key(tmp_path: Path) -> None:
    result = manage("check", DATA_DIR=str(tmp_path))
    assert result.returncode != 0
    assert "SECRET_KEY is not set" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_laptop_gets_a_key_that_stays(tmp_path: Path) -> None:
    for _ in range(2):
        assert manage("check", LOCAL="1", DATA_DIR=str(tmp_path)).returncode == 0
        key = (tmp_path / "secret_key").read_text()
        assert len(key) > 50
        assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert manage("check", LOCAL="1", DATA_DIR=str(tmp_path)).returncode == 0
    assert (tmp_path / "secret_key").read_text() == key


def test_a_rate_limit_can_be_set_and_must_be_one(tmp_path: Path) -> None:
    show = "from django.conf import settings; print(settings.RATE_LIMITS['login'])"
    for environment, rate in (({}, "10/minute"), ({"RATE_LIMIT_LOGIN": "3/hour"}, "3/hour")):
        result = manage("shell", "-c", show, LOCAL="1", DATA_DIR=str(tmp_path), **environment)
        assert result.stdout.strip().endswith(rate)
    result = manage("check", LOCAL="1", DATA_DIR=str(tmp_path), RATE_LIMIT_LOGIN="often")
    assert result.returncode != 0
    assert 'RATE_LIMIT_LOGIN must be a rate such as "10/minute"' in result.stderr


@pytest.mark.django_db
def test_the_theme_is_kept_without_a_script(client: Client) -> None:
    assert "data-theme" not in client.get("/").content.decode()
    answer = client.post("/theme/", {"theme": "dark", "next": "/glossary/"})
    assert answer["Location"] == "/glossary/"
    assert 'data-theme="dark"' in client.get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:x"])
def test_the_theme_form_leads_nowhere_else(client: Client, target: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": target})["Location"] == "/"


@pytest.mark.django_db
def test_the_policy_allows_nothing_inline(client: Client) -> None:
    answer = client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
