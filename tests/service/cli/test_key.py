"""API keys on the command line, and a service that will not start without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from framework_advisor.errors import InvalidInput
from framework_advisor.settings import Settings, load_settings
from processes import environment

Command = Callable[..., Result]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - the danger is the subject


def test_a_key_is_shown_once_and_never_again(command: Command) -> None:
    made = command("key", "create", "ci", "--scope", "read")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert secret.startswith("fa_")
    listed = json.loads(command("key", "list", "--json").stdout)
    (key,) = listed["items"]
    assert (key["name"], key["scopes"], key["revoked_at"]) == ("ci", ["read"], None)
    for output in (json.dumps(listed), command("key", "list").output):
        assert secret[16:] not in output
        assert key["id"] in output


def test_a_key_is_revoked_once(command: Command) -> None:
    made = json.loads(command("key", "create", "ci", "--json").stdout)
    assert made["scopes"] == ["read", "write"]
    assert json.loads(command("key", "revoke", made["id"], "--json").stdout)["revoked_at"]
    again = command("key", "revoke", made["id"])
    assert (again.exit_code, "revoked" in again.stderr) == (2, True)
    assert command("key", "revoke", "key_nobody").exit_code == 2


def served(data_dir: Path, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "framework_advisor.cli",
            "serve",
            "--host",
            EVERYWHERE,
            "--port",
            "0",
        ],
        env=environment(data_dir) | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_beyond_loopback_nothing_is_served_without_a_key(tmp_path: Path) -> None:
    process = served(tmp_path)
    try:
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert out == ""
    (line,) = err.splitlines()
    assert "FRAMEWORK_ADVISOR_API_KEYS" in line
    assert "FRAMEWORK_ADVISOR_REQUIRE_KEY=never" in line


@pytest.mark.parametrize("told", ["a key", "never"])
def test_beyond_loopback_it_is_served_with_a_key_or_where_told(
    tmp_path: Path, command: Command, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {}
    if told == "never":
        settings = {"FRAMEWORK_ADVISOR_REQUIRE_KEY": "never"}
    else:
        monkeypatch.setenv("FRAMEWORK_ADVISOR_DATA_DIR", str(tmp_path))
        assert command("key", "create", "ci").exit_code == 0
    process = served(tmp_path, **settings)
    try:
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        assert ("Authorization" in process.stdout.readline()) == (told == "a key")
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("given", "required"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "127.9.9.9"}, False),
        ({"host": "::1"}, False),
        ({"host": EVERYWHERE}, True),
        ({"host": "advisor.example.org"}, True),
        ({"host": EVERYWHERE, "require_key": "never"}, False),
        ({"require_key": "always"}, True),
        ({"api_keys": "sixteen-letters-and-more"}, True),
    ],
)
def test_a_key_is_needed_beyond_loopback_or_where_told(
    given: dict[str, str], required: bool
) -> None:
    assert Settings(**given).keys_required is required


@pytest.mark.parametrize("given", ["too-short", "sixteen-letters-and-more:admin", "a" * 20 + ",,"])
def test_a_wrong_key_in_a_setting_is_named_and_not_repeated(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "FRAMEWORK_ADVISOR_API_KEYS", given)
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    (error,) = caught.value.errors
    assert error.pointer == "FRAMEWORK_ADVISOR_API_KEYS"
    assert given[:9] not in str(caught.value)


def test_settings_hold_digests_and_no_key() -> None:
    key = "sixteen-letters-and-more"
    assert key not in repr(Settings(api_keys=f"{key}:read"))
