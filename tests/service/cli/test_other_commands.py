"""``knowledge`` and ``host``, and the command line without its extra."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import framework_knowledge
from framework_advisor.cli.extra import MODULES
from framework_knowledge import load
from framework_probes.host import fingerprint
from processes import environment

Command = Callable[..., Result]


def test_knowledge_show_names_version_and_digest(command: Command) -> None:
    told = json.loads(command("knowledge", "show", "--json").stdout)
    words = command("knowledge", "show").stdout
    assert told["version"] == load().version
    assert told["sha256"] in words


def test_knowledge_claims_are_filtered(command: Command) -> None:
    options = ["--framework", "jax", "--criterion", "longevity"]
    told = json.loads(command("knowledge", "claims", *options, "--json").stdout)
    words = command("knowledge", "claims", *options).stdout.splitlines()
    assert told["total"] == len(words) - 1 > 0
    assert [line.split()[0] for line in words[1:]] == [claim["id"] for claim in told["items"]]
    then = json.loads(command("knowledge", "claims", "--as-of", "2020-01-01", "--json").stdout)
    assert 0 < then["total"] < len(load().claims)


@pytest.mark.parametrize(
    "options",
    [["--framework", "torch"], ["--as-of", "yesterday"], ["--as-of", "1999-01-01"]],
)
def test_a_wrong_filter_is_bad_input(command: Command, options: list[str]) -> None:
    done = command("knowledge", "claims", *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_sound_knowledge_is_valid_and_broken_knowledge_says_where(
    command: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(Path(framework_knowledge.__file__).parent, folder)
    good = command("knowledge", "validate", folder)
    assert (good.exit_code, good.stdout.split(":")[0]) == (0, "valid")
    criteria = folder / "criteria.yaml"
    criteria.write_text(criteria.read_text().replace("title:", "titel:", 1))
    bad = command("knowledge", "validate", folder)
    assert (bad.exit_code, bad.stdout) == (2, "")
    assert all(line.startswith("error: criteria.yaml:") for line in bad.stderr.splitlines())
    assert "titel" in bad.stderr


def test_the_host_is_described_without_a_store(command: Command, tmp_path: Path) -> None:
    told = json.loads(command("host", "--json").stdout)
    assert told["host"]["id"] == fingerprint().id
    assert told["peaks"] is None
    words = command("host").stdout
    assert all(name in words for name in ("pytorch", "tensorflow", "keras", "jax", "not measured"))
    assert not (tmp_path / "data").exists()


BARE = f"""
import sys
for name in {MODULES!r}:
    sys.modules[name] = None
from framework_advisor.cli import main
main()
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["recommend", "-", "--json"], 0),
        (["knowledge", "show", "--json"], 0),
        (["knowledge", "claims", "--json"], 0),
        (["probe", "list", "--json"], 0),
        (["host", "--json"], 0),
        (["serve"], 2),
        (["probe", "run"], 2),
        (["probe", "show"], 2),
    ],
    ids=str,
)
def test_without_the_extra_what_needs_it_says_so_and_the_rest_works(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BARE, *arguments],
        env=environment(tmp_path),
        input='{"stage": "research"}',
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    if code:
        assert done.stdout == ""
        assert "pip install 'framework-advisor[server]'" in done.stderr
    else:
        assert json.loads(done.stdout)
