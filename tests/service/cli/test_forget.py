"""``forget``: by age, of the store on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

import measuring
from answers import filed
from framework_advisor import Advisor, Profile
from framework_advisor.settings import Settings
from framework_advisor.store import Store

Command = Callable[..., Result]


async def fill(data_dir: Path) -> None:
    old = datetime.now(UTC) - timedelta(days=10)
    answer = Advisor().recommend(Profile(stage="education"))
    async with Store(Settings(data_dir=data_dir)) as store:
        await store.recommendations.add(
            filed(answer.model_copy(update={"id": "old", "created_at": old}))
        )
        await store.recommendations.add(filed(answer))
        await store.hosts.add(measuring.HOST)
        await store.runs.create(measuring.request(), measuring.HOST.id)
        await store.runs.start("run_1")
        await store.runs.end("run_1", "succeeded", "")


@pytest.mark.parametrize(
    ("arguments", "recommendations"),
    [
        (("--older-than", "9"), 1),
        (("--older-than", "11"), 0),
        (("--older-than", "9", "--only", "runs"), 0),
    ],
)
def test_what_is_older_is_forgotten_and_counted(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], recommendations: int
) -> None:
    asyncio.run(fill(tmp_path / "data"))
    done = command("forget", *arguments, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"recommendations": recommendations, "probe_runs": 0}
    again = command("forget", *arguments)
    assert again.stdout == "forgot 0 recommendations, 0 probe runs\n"


def test_without_a_store_there_is_nothing_and_none_is_made(
    command: Command, tmp_path: Path
) -> None:
    assert "forgot 0" in command("forget", "--older-than", "1").stdout
    assert not (tmp_path / "data" / "advisor.sqlite3").exists()


def test_an_age_is_needed(command: Command) -> None:
    assert command("forget").exit_code == 2
    assert command("forget", "--older-than", "0").exit_code == 2
