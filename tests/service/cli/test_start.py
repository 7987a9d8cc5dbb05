"""``start``: from a stored recommendation, a file of one, or a profile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from answers import filed
from framework_advisor import Advisor, Profile
from framework_advisor.settings import Settings
from framework_advisor.store import Store

Command = Callable[..., Result]
ANSWER = Advisor().recommend(Profile(stage="production", targets=["server_cpu"]))


async def keep(data_dir: Path) -> None:
    async with Store(Settings(data_dir=data_dir)) as store:
        await store.recommendations.add(filed(ANSWER))


def test_from_a_stored_recommendation(command: Command, tmp_path: Path) -> None:
    asyncio.run(keep(tmp_path / "data"))
    done = command("start", ANSWER.id, tmp_path / "project")
    assert done.exit_code == 0
    written = {path.name for path in (tmp_path / "project").iterdir()}
    assert {"train.py", "export_pytorch_onnx.py", "test_exports.py"} <= written
    assert ANSWER.id in (tmp_path / "project" / "DECISION.md").read_text()
    assert all(f"  {name}\n" in done.stdout for name in written)


@pytest.mark.parametrize("text", [ANSWER.model_dump_json(by_alias=True), '{"stage": "research"}'])
def test_from_a_file(command: Command, tmp_path: Path, text: str) -> None:
    (tmp_path / "given.json").write_text(text)
    assert command("start", tmp_path / "given.json", tmp_path / "project").exit_code == 0
    assert (tmp_path / "project" / "requirements.txt").read_text().startswith("numpy==")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"stage": "reserch"}', "/stage"),
        ('{"schema": "recommendation/1"}', "recommend --json"),
        ("not JSON", "expected"),
    ],
)
def test_a_wrong_file_is_one_clear_error(
    command: Command, tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "given.json").write_text(text)
    done = command("start", tmp_path / "given.json", tmp_path / "project")
    assert done.exit_code == 2
    assert says in done.stderr
    assert not (tmp_path / "project").exists()


def test_what_is_neither_stored_nor_a_file(command: Command, tmp_path: Path) -> None:
    done = command("start", "rec_none", tmp_path / "project")
    assert (done.exit_code, "rec_none" in done.stderr) == (2, True)
    assert not (tmp_path / "project").exists()


def test_a_folder_with_something_in_it_is_left_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "given.json").write_text('{"stage": "research"}')
    done = command("start", tmp_path / "given.json", tmp_path)
    assert done.exit_code == 2
    assert "is not empty" in done.stderr
