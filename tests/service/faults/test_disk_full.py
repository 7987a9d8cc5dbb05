"""The disk of the store is full, and then is not: a file system of its own, filled to the brim."""

from __future__ import annotations

import asyncio
import os
import pwd
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

import measuring
from databases import Cluster, missing
from processes import Server

PROFILE = {"stage": "research"}
PATH = "/v1/recommendations"
RUNS = "/v1/probe-runs"
IMPORTS = "/v1/probe-runs/import"
QUEUED = {"probes": ["dispatch"], "frameworks": ["jax"]}
EXPORT = measuring.export()
JSON = {"Content-Type": "application/json"}


@contextmanager
def small_disk(path: Path, mebibytes: int, owner: str | None = None) -> Iterator[Path]:
    path.mkdir()
    options = f"size={mebibytes}m,mode=0700"
    if owner is not None:
        entry = pwd.getpwnam(owner)
        options += f",uid={entry.pw_uid},gid={entry.pw_gid}"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, text=True
    )
    if made.returncode:
        missing("mount", f"no file system can be mounted here: {made.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(disk: Path) -> Path:
    """Writes until nothing more goes in; the file that has to go for room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler


@pytest.fixture(params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Server, Callable[[], Path]]]:
    """A server with something stored, and what fills the disk of its store."""
    if request.param == "sqlite":
        with small_disk(tmp_path / "disk", 8) as disk, Server(disk) as server:
            yield server, lambda: fill(disk)
        return
    with Cluster() as cluster:
        owner = "postgres" if os.getuid() == 0 else None
        # pytest's folders are for their owner alone, and PostgreSQL is somebody else.
        with small_disk(cluster.home / "disk", 24, owner) as disk:
            asyncio.run(_database_on(cluster, disk))
            with Server(tmp_path, cluster.url.replace("/postgres", "/small")) as server:
                yield server, lambda: fill(disk)
            cluster.stop()


async def _database_on(cluster: Cluster, disk: Path) -> None:
    connection = await asyncpg.connect(cluster.url.replace("+asyncpg", ""))
    try:
        await connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        await connection.execute("CREATE DATABASE small TABLESPACE small")
    finally:
        await connection.close()


def test_what_was_stored_is_read_and_nothing_fails_without_saying_why(
    server: tuple[Server, Callable[[], Path]],
) -> None:
    running, full = server
    ask = running.client
    kept = ask.post(PATH, json=PROFILE)
    assert kept.status_code == 201
    filler = full()
    # What is free within the database's own files is used first.
    for _ in range(200):
        refused = ask.post(PATH, json=PROFILE)
        if refused.status_code != 201:
            break
    assert refused.status_code == 507
    assert refused.headers["content-type"] == "application/problem+json"
    assert "no room" in refused.json()["detail"]
    assert ask.get(kept.headers["location"]).content == kept.content
    assert ask.get(PATH).status_code == 200
    assert ask.post(PATH, json=PROFILE, params={"store": "false"}).status_code == 200
    assert ask.get("/health/live").status_code == 200
    ready = ask.get("/health/ready")
    assert ready.status_code == 503
    assert "no room" in ready.json()["detail"]
    for refused in (ask.post(RUNS, json=QUEUED), ask.post(IMPORTS, content=EXPORT, headers=JSON)):
        assert refused.status_code == 507, refused.text
        assert "no room" in refused.json()["detail"]
    assert ask.get(RUNS).json()["items"] == []
    filler.unlink()
    assert ask.get("/health/ready").status_code == 200
    assert ask.post(PATH, json=PROFILE).status_code == 201
    imported = ask.post(IMPORTS, content=EXPORT, headers=JSON)
    assert imported.status_code == 201, imported.text
    assert len(ask.get(f"{imported.headers['location']}/results").json()["results"]) == 4
