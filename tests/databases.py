"""Real PostgreSQL servers for tests: one that is there, or a throw-away one."""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

#: The URL of a maintenance database on a server where tests may make databases of their own.
SERVER = "FRAMEWORK_ADVISOR_TEST_POSTGRESQL"
#: What has to be there, separated by commas: `postgresql`. Else its tests are skipped.
REQUIRED = "FRAMEWORK_ADVISOR_TEST_REQUIRE"
USER, PASSWORD = "advisor", "pass-word-of-the-tests"


def missing(what: str, reason: str) -> None:
    """Skip the test, or fail it where the environment says that this has to be there."""
    if what in os.environ.get(REQUIRED, "").split(","):
        pytest.fail(f"{REQUIRED} asks for {what}: {reason}")
    pytest.skip(reason)


class Cluster:
    """A PostgreSQL server of its own, made and run in a temporary directory.

    PostgreSQL refuses to run as root, so there it runs as ``postgres``.
    """

    def __init__(self, *, durable: bool = False) -> None:
        binaries = _binaries()
        if binaries is None:
            missing("postgresql", f"PostgreSQL is not installed, and {SERVER} names no server")
        self._binaries = binaries
        self._durable = durable
        self._user = "postgres" if os.getuid() == 0 else None
        self.home = Path(tempfile.mkdtemp(prefix="advisor-postgresql-"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"postgresql+asyncpg://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        try:
            password = self.home / "password"
            password.write_text(PASSWORD)
            if self._user is not None:
                entry = pwd.getpwnam(self._user)
                for path in (self.home, password):
                    os.chown(path, entry.pw_uid, entry.pw_gid)
            self._run("initdb", "--no-sync", "--auth=scram-sha-256", "--encoding=UTF8",
                      "--no-locale", f"--username={USER}", f"--pwfile={password}")  # fmt: skip
            self.start()
        except BaseException:
            shutil.rmtree(self.home)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.home)

    def start(self) -> None:
        """Returns when it takes connections."""
        settings = f"-c listen_addresses=127.0.0.1 -c port={self.port} -k ''"
        if not self._durable:
            settings += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        log = self.home / "log"
        self._run("pg_ctl", "start", "--wait", "--timeout=60", f"--log={log}", "-o", settings)

    def stop(self) -> None:
        """Pull the plug: connections break off, and nothing is written any more."""
        self._run("pg_ctl", "stop", "--wait", "--timeout=60", "--mode=immediate", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        # A file: the server would keep a pipe open, and nobody would see its end.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [str(self._binaries / program), "-D", str(self.home / "data"), *arguments],
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user else None,
                cwd=self.home,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            said.seek(0)
            assert not (check and done.returncode), f"{program}: {said.read().decode()}"


def _binaries() -> Path | None:
    """The newest PostgreSQL of this machine: Debian keeps its programs off the path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return versions[-1].parent if versions else None


@contextmanager
def server() -> Iterator[str]:
    """The URL of a maintenance database: of the server that is named, or of a throw-away one."""
    if named := os.environ.get(SERVER):
        yield named
    else:
        with Cluster() as cluster:
            yield cluster.url


@contextmanager
def new_database(maintenance: str) -> Iterator[str]:
    """The URL of an empty database, which is dropped afterwards."""
    name = f"advisor_test_{secrets.token_hex(6)}"
    _execute(maintenance, f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield urlunsplit(urlsplit(maintenance)._replace(path=f"/{name}"))
    finally:
        _execute(maintenance, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())
