"""``deployment``: the matrix at a terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

import deploying
from deploying import tried
from framework_advisor.settings import Settings
from framework_advisor.store import Store

Command = Callable[..., Result]


def test_without_a_run_it_says_how_to_make_one(command: Command) -> None:
    done = command("deployment")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "framework-advisor probe run --suite deployment" in done.stderr


def test_what_works_and_every_reason_why_not_and_the_document(
    command: Command, tmp_path: Path
) -> None:
    async def keep() -> None:
        async with Store(Settings(data_dir=tmp_path / "data")) as store:
            missing = {"outcome": "not_installed", "reason": "executorch is missing"}
            results = [
                tried("jax", "litert"),
                tried("pytorch", "executorch", **missing),
                tried("pytorch", "executorch", "encoder", **missing),
            ]
            await deploying.keep(store, results)

    asyncio.run(keep())
    said = command("deployment").stdout
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "JAX yes 1/1 yes 1/1 yes 1/1" in lines
    assert "jax-litert cnn 3e-07 481 kB 1.5 s 20 µs 0.50" in lines
    both = "pytorch-executorch (cnn), pytorch-executorch (encoder): executorch is missing"
    assert both in lines
    document = json.loads(command("deployment", "--json").stdout)
    assert [each["outcome"] for each in document["paths"]] == ["ok", *["not_installed"] * 2]
