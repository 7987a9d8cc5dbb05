"""``replay``: which answers of the past would change now."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import create_engine
from sqlalchemy import text as sql

import framework_knowledge
from answers import filed
from framework_advisor import Advisor, Profile
from framework_advisor.api.replay import changes
from framework_advisor.cli.replay import told
from framework_advisor.recommendation import Recommendation
from framework_advisor.remembered import joined
from framework_advisor.replaying import causes, replayed
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_knowledge import load
from worlds import measured

Command = Callable[..., Result]
OVERLAYS = "FRAMEWORK_ADVISOR_KNOWLEDGE_OVERLAYS"
GATE = """
gates:
  - id: acme_no_torch
    requirement: Our licence list
    when: {stages: [production]}
    outcomes: {pytorch: fail}
    why: {pytorch: Legal has not cleared it.}
    sources: [ACME1]
    grade: primary
    observed: 2026-11-01
    known: 2026-11-01
    valid_from: 2026-11-01
"""


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An overlay by which PyTorch is no option in production."""
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "overlay.yaml").write_text('name: acme\nversion: "1"\ncontact: us\n')
    (folder / "sources.yaml").write_text(
        'sources:\n  - {id: ACME1, kind: primary, title: t, where: w, date: "2026"}\n'
    )
    (folder / "requirements.yaml").write_text(GATE)
    return folder


def keep(tmp_path: Path, *profiles: dict[str, Any]) -> list[str]:
    """Recommendations for these profiles in the command's store; their ids."""

    async def add() -> list[str]:
        ids = []
        async with Store(Settings(data_dir=tmp_path / "data")) as store:
            for profile in profiles:
                answer = Advisor().recommend(Profile.model_validate(profile))
                await store.recommendations.add(filed(answer))
                ids.append(answer.id)
        return ids

    return asyncio.run(add())


def stored(tmp_path: Path) -> list[tuple[Any, ...]]:
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'advisor.sqlite3'}")
    with engine.connect() as connection:
        rows = connection.execute(sql("SELECT * FROM recommendations ORDER BY seq")).all()
    engine.dispose()
    return [tuple(row) for row in rows]


PRODUCTION = {"stage": "production", "name": "service", "targets": ["server_cpu"]}
RESEARCH = {"stage": "research", "name": "thesis"}


def test_nothing_would_change_on_the_same_evidence(command: Command, tmp_path: Path) -> None:
    ids = keep(tmp_path, PRODUCTION, RESEARCH)
    answer = json.loads(command("replay", "--all", "--json").stdout)
    assert [item["id"] for item in answer["items"]] == ids[::-1]
    assert (answer["total"], answer["changed"], answer["failed"]) == (2, 0, 0)
    assert all(item["because"] == [] for item in answer["items"])
    assert all(item["p_best_moved"] == 0 for item in answer["items"])
    assert command("replay", "--all").stdout == "0 of 2 answers would change now\n"


def test_an_answer_that_would_change_says_to_what_and_because_of_what(
    command: Command, tmp_path: Path, overlay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, thesis = keep(tmp_path, PRODUCTION, RESEARCH)
    before = stored(tmp_path)
    monkeypatch.setenv(OVERLAYS, str(overlay))
    done = command("replay", "--all", "--json")
    answer = json.loads(done.stdout)
    items = {item["id"]: item for item in answer["items"]}
    assert (done.exit_code, answer["changed"]) == (0, 1)
    assert not items[thesis]["changed"]
    changed = items[service]
    assert changed["changed"]
    assert changed["before"]["framework"] == "pytorch" != changed["after"]["framework"]
    causes = {(cause["what"], cause["id"]) for cause in changed["because"]}
    assert ("new_evidence", "acme_no_torch") in causes
    assert ("requirement", "pytorch") in causes
    words = command("replay", "--all").stdout
    assert f"{service} (" in words
    assert thesis not in words
    assert "now ruled out by 'Our licence list': Legal has not cleared it." in words
    assert words.endswith("1 of 2 answers would change now\n")
    assert stored(tmp_path) == before


def test_one_answer_is_replayed_as_over_http(
    command: Command, tmp_path: Path, overlay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (service,) = keep(tmp_path, PRODUCTION)
    same = json.loads(command("replay", service, "--json").stdout)
    assert same["changed"] == []
    assert same["before"] == same["after"]
    assert set(same) == {"before", "after", "changed", "recommendation"}
    assert "nothing changed" in command("replay", service).stdout
    monkeypatch.setenv(OVERLAYS, str(overlay))
    words = command("replay", service).stdout
    assert "now ruled out: pytorch by Our licence list" in words


def test_as_of_a_day_decides_with_the_knowledge_of_that_day(
    command: Command, tmp_path: Path
) -> None:
    (service,) = keep(tmp_path, PRODUCTION)
    answer = json.loads(command("replay", service, "--as-of", "2019-06-01", "--json").stdout)
    assert answer["recommendation"]["knowledge"]["as_of"] == "2019-06-01"
    everything = json.loads(command("replay", "--all", "--as-of", "2019-06-01", "--json").stdout)
    assert {cause["what"] for cause in everything["items"][0]["because"]} >= {
        "new_evidence",
        "evidence_gone",
        "value",
    }


def test_more_than_fits_in_memory_at_once_is_gone_through_once_each(tmp_path: Path) -> None:
    async def run() -> tuple[list[str], list[str]]:
        async with Store(Settings(data_dir=tmp_path)) as store:
            answer = Advisor().recommend(Profile(stage="research"))
            ids = [f"rec_{number}" for number in range(7)]
            for id_ in ids:
                await store.recommendations.add(filed(answer.model_copy(update={"id": id_})))
            found = []
            async for given, document in store.recommendations.each(batch=3):
                found.append(given.id)
                assert Recommendation.model_validate_json(document).id == given.id
            return ids, found

    ids, found = asyncio.run(run())
    assert found == ids[::-1]


def test_an_answer_that_cannot_be_decided_again_is_told_and_the_others_are(
    command: Command, tmp_path: Path
) -> None:
    old, named, fine = keep(tmp_path, RESEARCH, RESEARCH, PRODUCTION)
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'advisor.sqlite3'}")
    with engine.begin() as connection:
        # As they were kept before decisions had a table of their own: whole.
        whole = sql("UPDATE recommendations SET decision = NULL, document = :text WHERE id = :id")
        connection.execute(whole, {"text": "{}", "id": old})
        texts = connection.execute(
            sql(
                "SELECT r.document, d.document FROM recommendations r "
                "JOIN decisions d ON d.digest = r.decision WHERE r.id = :id"
            ),
            {"id": named},
        ).one()
        content = json.loads(joined(*(text.encode() for text in texts)))
        content["profile"]["evidence"] = {"probe_run": "run_forgotten"}
        connection.execute(whole, {"text": json.dumps(content), "id": named})
    engine.dispose()
    done = command("replay", "--all", "--json")
    answer = json.loads(done.stdout)
    errors = {item["id"]: item["error"] for item in answer["items"]}
    assert (done.exit_code, answer["failed"], answer["total"]) == (0, 2, 3)
    assert "kept by another version" in errors[old]
    assert "run_forgotten" in errors[named]
    assert errors[fine] is None
    assert "2 could not be decided again" in command("replay", "--all").stdout


def test_where_nothing_is_stored_nothing_would_change_and_nothing_is_made(
    command: Command, tmp_path: Path
) -> None:
    assert command("replay", "--all").stdout == "0 of 0 answers would change now\n"
    missing = command("replay", "rec_nobody")
    assert missing.exit_code == 2
    assert "There is no recommendation rec_nobody" in missing.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("arguments", [[], ["rec_x", "--all"]])
def test_one_or_all_must_be_asked_for(command: Command, arguments: list[str]) -> None:
    done = command("replay", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_value_that_moved_and_evidence_that_changed_are_causes(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(Path(framework_knowledge.__file__).parent, folder)
    claims = folder / "claims" / "usability.yaml"
    content = claims.read_text()
    assert "values: {keras: built_in_fit}" in content
    content = content.replace("values: {keras: built_in_fit}", "values: {keras: own_loop}", 1)
    claims.write_text(content.replace("CNN trained unchanged", "CNN was trained unchanged", 1))
    profile = Profile(stage="education")
    before = Advisor().recommend(profile)
    after = Advisor(load(folder)).recommend(profile)
    found = {(cause.what, cause.id): cause.text for cause in causes(before, after)}
    assert ("value", "keras ease_of_use") in found
    ((id_, text),) = [
        (id_, text) for (what, id_), text in found.items() if what == "evidence_changed"
    ]
    assert "CNN was trained unchanged" in text
    assert f"evidence changed {id_}: {text}" in changes(before, after)
    moved = replayed(before, after).p_best_moved
    assert moved is not None
    assert before.verdict.p_best is not None
    assert after.verdict.p_best == before.verdict.p_best + moved


def test_new_measurements_are_causes_and_are_told_run_by_run() -> None:
    profile = Profile(
        stage="production",
        workload={"family": "cnn", "custom_research_code": False},
        platform={"accelerators": ["none"]},
        targets=["server_cpu"],
        candidates=["pytorch", "jax"],
        preferences={"swings": {"training_speed": 100}},
    )
    before = Advisor().recommend(profile)
    after = Advisor(measurements=measured({"pytorch": 0.5, "jax": 0.001})).recommend(profile)
    found = replayed(before, after)
    new = [cause for cause in found.because if cause.what == "new_measurement"]
    assert any(cause.id.startswith("run_1:cnn_train_step:") for cause in new)
    assert {cause.run for cause in new} == {"run_1"}
    back = [cause.what for cause in causes(after, before)]
    assert back.count("measurement_gone") == len(new)
    assert found.p_best_moved is not None
    assert found.p_best_moved < 0
    lines = list(told(found.model_copy(update={"changed": True})))
    assert f"  new measurement: {len(new)} of run_1" in lines
    assert not any("cnn_train_step" in line for line in lines)


def test_an_answer_that_would_not_change_is_not_told() -> None:
    answer = Advisor().recommend(Profile(stage="research"))
    assert list(told(replayed(answer, answer))) == []


def test_a_question_about_the_past_is_asked_of_that_day_again(
    command: Command, tmp_path: Path
) -> None:
    keep(tmp_path, {**RESEARCH, "evidence": {"as_of": "2019-07-01", "probe_run": None}})
    answer = json.loads(command("replay", "--all", "--json").stdout)
    (item,) = answer["items"]
    assert (item["as_of"], item["changed"], item["p_best_moved"]) == ("2019-07-01", False, 0)
    assert item["because"] == []
