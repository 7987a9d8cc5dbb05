"""A PostgreSQL that cannot be used is one clear line, and its password is in none."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable

import asyncpg
import pytest
from click.testing import Result

from databases import PASSWORD

Command = Callable[..., Result]
URL = "FRAMEWORK_ADVISOR_DATABASE_URL"


def refused(command: Command, *arguments: str) -> str:
    done = command(*arguments)
    assert done.exit_code == 2, done.output
    (line,) = done.stderr.splitlines()
    assert URL in line
    for secret in (PASSWORD, "wrong-password"):
        assert secret not in done.output
    return line


def test_a_database_that_is_there_is_ready(
    command: Command, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, postgresql)
    done = command("serve", "--check", "--port", "0")
    assert (done.exit_code, done.stderr) == (0, "")
    assert command("key", "create", "ci").exit_code == 0
    assert "ci" in command("key", "list").stdout


def test_a_server_that_does_not_answer(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv(URL, f"postgresql+asyncpg://me:wrong-password@127.0.0.1:{port}/advisor")
    for arguments in (
        ("serve", "--check", "--port", "0"),
        ("serve", "--port", "0"),
        ("key", "list"),
    ):
        line = refused(command, *arguments)
        assert f"a PostgreSQL that answers at 127.0.0.1:{port}" in line


def test_a_wrong_password(
    command: Command, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, postgresql.replace(PASSWORD, "wrong-password"))
    assert "password" in refused(command, "serve", "--check", "--port", "0")


def test_a_database_that_is_not_there(
    command: Command, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, postgresql.rpartition("/")[0] + "/nowhere")
    assert "CREATE DATABASE nowhere" in refused(command, "serve", "--check", "--port", "0")


def test_a_parameter_that_the_driver_does_not_know(
    command: Command, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, postgresql + "?sslmode=require")
    line = refused(command, "serve", "--check", "--port", "0")
    assert "sslmode" in line
    assert "?ssl=require" in line


def test_a_user_who_may_not_make_tables(
    command: Command, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def as_owner(statement: str) -> None:
        connection = await asyncpg.connect(postgresql.replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    guest, place = f"guest_{secrets.token_hex(4)}", postgresql.rpartition("@")[2]
    asyncio.run(as_owner(f"CREATE ROLE {guest} LOGIN PASSWORD 'wrong-password'"))
    try:
        monkeypatch.setenv(URL, f"postgresql+asyncpg://{guest}:wrong-password@{place}")
        line = refused(command, "serve", "--check", "--port", "0")
    finally:
        asyncio.run(as_owner(f"DROP ROLE {guest}"))
    assert f"GRANT CREATE ON SCHEMA public TO {guest}" in line


@pytest.mark.parametrize("url", ["postgresql://me:wrong-password@host/advisor", "wrong-password"])
def test_a_url_of_another_form(command: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, url)
    assert "postgresql+asyncpg://" in refused(command, "serve", "--check", "--port", "0")
