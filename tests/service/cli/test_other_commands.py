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
        (["replay", "--all"], 2),
        (["knowledge", "stale", "--limit", "1", "--json"], 0),
        (["knowledge", "diff", "2020-01-01", "2021-01-01", "--json"], 0),
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


def test_knowledge_diff_reads_as_a_changelog_and_as_json(command: Command) -> None:
    words = command("knowledge", "diff", "2019-01-01", "2021-01-01").stdout
    told = json.loads(command("knowledge", "diff", "2019-01-01", "2021-01-01", "--json").stdout)
    assert words.startswith("from 2019-01-01: version ")
    assert {"PyTorch", "Keras", "Hard requirements", "Sources"} <= set(words.splitlines())
    assert (told["before"]["as_of"], told["after"]["as_of"]) == ("2019-01-01", "2021-01-01")
    for sign, entries in (("+", told["added"]), ("-", told["ended"]), ("~", told["changed"])):
        lines = [line.split()[1] for line in words.splitlines() if line.split()[:1] == [sign]]
        assert sorted(lines) == sorted(f"{entry['id']}:" for entry in entries)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        (("1999-01-01", "2020-01-01"), "EARLIER"),
        (("2020-01-01", "2999-01-01"), "LATER"),
        (("2021-01-01", "2020-01-01"), "LATER"),
    ],
)
def test_a_day_out_of_range_is_named(command: Command, days: tuple[str, str], field: str) -> None:
    done = command("knowledge", "diff", *days)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"error: {field}: " in done.stderr


def test_knowledge_stale_lists_the_first_of_what_is_overdue(
    command: Command, tmp_path: Path
) -> None:
    told = json.loads(command("knowledge", "stale", "--limit", "2", "--json").stdout)
    words = command("knowledge", "stale", "--limit", "2").stdout
    assert len(told["items"]) == 2 < told["total"]
    assert words.startswith(f"{told['total']} statements should be looked up again")
    for item in told["items"]:
        assert item["why"] in words
        assert all(source["where"] in words for source in item["sources"])
    profile = tmp_path / "profile.json"
    profile.write_text('{"stage": "research", "name": "mine"}')
    mine = json.loads(command("knowledge", "stale", "--profile", profile, "--json").stdout)
    assert mine["profiles"] == ["mine"]
    profile.write_text('{"stage": "play"}')
    wrong = command("knowledge", "stale", "--profile", profile)
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert f"error: {profile} /stage: " in wrong.stderr
    early = command("knowledge", "stale", "--as-of", "2010-01-01")
    assert (early.exit_code, early.stdout) == (2, "")
    assert "--as-of" in early.stderr


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "overlay.yaml").write_text(
        'name: acme\nversion: "7"\ncontact: us\nmute:\n'
        "  - {claim: jax_composable_transformations, why: Our linter forbids them.}\n"
    )
    (folder / "claims.yaml").write_text(
        """
claims:
  - id: acme_jax
    overrides: jax_support_window
    statement: Our platform team patches JAX for five years.
    criterion: longevity
    values: {jax: shared_ownership}
    sources: [S46]
    grade: primary
    observed: 2026-10-01
    known: 2026-10-01
    valid_from: 2026-10-01
"""
    )
    return folder


def test_an_overlay_is_used_and_shown_by_every_command(
    command: Command, overlay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = json.loads(command("recommend", "-", "--json", input=b'{"stage":"research"}').stdout)
    monkeypatch.setenv("FRAMEWORK_ADVISOR_KNOWLEDGE_OVERLAYS", str(overlay))
    shown = command("knowledge", "show").stdout
    assert "overlay acme 7 (us)" in shown
    assert "1 added, 1 overridden, 1 muted" in shown
    assert "muted, overlay acme 7 (us): jax_composable_transformations: Our linter" in shown
    assert "overridden by acme_jax, overlay acme 7 (us): jax_support_window" in shown
    listed = command("knowledge", "claims", "--criterion", "longevity").stdout
    assert "S46 (overlay acme 7 (us))" in listed
    for status, claim in (
        ("muted", "jax_composable_transformations"),
        ("overridden", "jax_support_window"),
    ):
        found = json.loads(command("knowledge", "claims", "--status", status, "--json").stdout)
        assert [item["id"] for item in found["items"]] == [claim]
    told = json.loads(command("recommend", "-", "--json", input=b'{"stage":"research"}').stdout)
    (use,) = told["knowledge"]["overlays"]
    assert (use["name"], use["version"], use["added"], use["overridden"], use["muted"]) == (
        "acme", "7", 1, 1, 1,
    )  # fmt: skip
    assert told["evidence"]["acme_jax"]["provenance"] == "overlay acme 7 (us)"
    assert "jax_support_window" not in told["evidence"]
    others = [e for id_, e in told["evidence"].items() if id_ != "acme_jax"]
    assert {each["provenance"] for each in others} == {None}
    assert told["knowledge"]["sha256"] != plain["knowledge"]["sha256"]
    assert plain["knowledge"]["overlays"] == []


def test_an_overlay_is_compared_and_checked_by_its_folder(command: Command, overlay: Path) -> None:
    day = "2026-11-23"
    words = command("knowledge", "diff", day, day, "--with", overlay).stdout
    assert "- jax_support_window: " in words
    assert "gives way to acme_jax" in words
    assert "muted by overlay acme 7 (us)" in words
    good = command("knowledge", "validate", overlay)
    assert (good.exit_code, good.stdout) == (
        0,
        "valid: overlay acme 7: 1 statements, 1 of them override others, 1 others muted\n",
    )
    claims = overlay / "claims.yaml"
    claims.write_text(claims.read_text().replace("S46", "S999"))
    bad = command("knowledge", "validate", overlay)
    assert (bad.exit_code, bad.stdout) == (2, "")
    assert bad.stderr == (
        f"error: {claims}:8: claims.0.sources.0: 'S999' is no source; add it, or name one that "
        "exists\n"
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [("nowhere", "nowhere:1: (file): there is no such folder"), ("[1]", "KNOWLEDGE_OVERLAYS: ")],
)
def test_an_overlay_that_cannot_be_read_stops_every_command(
    command: Command, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWORK_ADVISOR_KNOWLEDGE_OVERLAYS", value)
    for arguments in (["knowledge", "show"], ["recommend", "-"], ["serve", "--port", "0"]):
        done = command(*arguments, input=b'{"stage":"research"}')
        assert (done.exit_code, done.stdout) == (2, "")
        assert told in done.stderr
