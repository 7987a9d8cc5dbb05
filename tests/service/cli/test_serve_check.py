"""``serve --check`` says all that is wrong, and starts nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - the danger is the subject


def test_where_nothing_is_wrong_it_says_what_would_be_served(command: Command) -> None:
    done = command("serve", "--check", "--port", "0")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "127.0.0.1:0" in done.stdout
    assert "without a key" in done.stdout


def test_it_gives_the_address_back(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for _ in range(2):
        assert command("serve", "--check", "--port", port).exit_code == 0
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_everything_that_is_wrong_is_said_at_once(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "overlay.yaml").write_text("- not an overlay")
    monkeypatch.setenv("FRAMEWORK_ADVISOR_KNOWLEDGE_OVERLAYS", str(overlay))
    monkeypatch.setenv("FRAMEWORK_ADVISOR_REQUIRE_KEY", "always")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command("serve", "--check", "--port", taken.getsockname()[1])
    assert (done.exit_code, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert all(line.startswith("error: ") for line in lines)
    for word in ("overlay", "FRAMEWORK_ADVISOR_API_KEYS", "is taken"):
        assert any(word in line for line in lines), (word, lines)


@pytest.mark.parametrize("where", ["a folder", "a file of something else"])
def test_a_store_that_cannot_be_opened_is_one_clear_line(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    store = tmp_path / "store"
    if where == "a folder":
        store.mkdir()
    else:
        store.write_text("no database " * 1000)
    monkeypatch.setenv("FRAMEWORK_ADVISOR_DATABASE_URL", f"sqlite+aiosqlite:///{store}")
    done = command("serve", "--check", "--port", "0")
    assert done.exit_code == 2, done.output
    (line,) = done.stderr.splitlines()
    assert "FRAMEWORK_ADVISOR_DATABASE_URL" in line


def test_a_key_that_is_there_is_enough_beyond_loopback(command: Command) -> None:
    refused = command("serve", "--check", "--host", EVERYWHERE, "--port", "0")
    assert "FRAMEWORK_ADVISOR_API_KEYS" in refused.stderr
    command("key", "create", "ci")
    done = command("serve", "--check", "--host", EVERYWHERE, "--port", "0")
    assert (done.exit_code, "with an API key" in done.stdout) == (0, True)
