"""Every command and every piece of code in the documents works, against a server that runs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from snippets import REPOSITORY, STAND_INS, Snippet, snippets

from processes import Server, environment, eventually

SNIPPETS = snippets()
#: What the reader's tools are here.
TOOLS = {
    "framework-advisor": '-m framework_advisor.cli "$@"',
    "python": '"$@"',
}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the repository, in which commands may write."""
    folder = tmp_path_factory.mktemp("reader")
    for each in REPOSITORY.iterdir():
        if not each.name.startswith("."):
            (folder / each.name).symlink_to(each)
    (folder / "bin").mkdir()
    for name, arguments in TOOLS.items():
        tool = folder / "bin" / name
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}\n')
        tool.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="module")
def names(server: Server, workplace: Path) -> dict[str, str]:
    """The names of the documents, and what they are here: a run that ended, a key, the server."""
    api = server.client
    asked = {"probes": ["dispatch"], "frameworks": ["jax"]}
    run = api.post("/v1/probe-runs", json=asked).raise_for_status().json()["id"]
    eventually(
        lambda: api.get(f"/v1/probe-runs/{run}").json()["status"] in {"succeeded", "partial"},
        seconds=120,
    )
    made = reader("framework-advisor key create first --json", server, workplace)
    key = re.search(r"key_[0-9a-f]+", made.stdout)
    assert key, made.stdout + made.stderr
    asked = {"stage": "production", "targets": ["server_cpu"]}
    answer = api.post("/v1/recommendations", json=asked).raise_for_status().json()["id"]
    return {
        "http://127.0.0.1:8000": server.url,
        "rec_example": answer,
        "run_0123456789abcdef": run,
        "run_fedcba9876543210": run,
        "key_0123456789ab": key[0],
    }


def reader(commands: str, server: Server, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a reader's shell makes of some commands."""
    own = environment(server.data_dir) | {"KEY": "none", "EDITOR": "true"}
    own["PATH"] = f"{folder / 'bin'}:{own['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=own,
        capture_output=True,
        text=True,
        timeout=200,
    )


@pytest.mark.parametrize("snippet", SNIPPETS, ids=str)
def test_it_works(snippet: Snippet, server: Server, workplace: Path, names: dict[str, str]) -> None:
    text = snippet.runnable(names)
    if snippet.language == "python":
        text = f"python - <<'END'\n{text}\nEND"
    done = reader(text, server, workplace)
    assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    # curl is content with any status; a problem is announced where it is meant.
    problems = re.findall(r'"status":(4\d\d|5\d\d)', done.stdout)
    assert len(problems) <= snippet.text.count("# 422"), done.stdout[-2000:]


def test_every_stand_in_stands_for_something() -> None:
    everything = "\n".join(snippet.text for snippet in SNIPPETS)
    unused = [
        pattern for pattern, _, _ in STAND_INS if not re.search(pattern, everything, re.MULTILINE)
    ]
    assert unused == []
