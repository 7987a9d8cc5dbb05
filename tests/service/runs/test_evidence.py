"""Which recorded runs count: of each probe the newest that measured it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import deploying
import measuring
from framework_advisor import Profile
from framework_advisor.measured import measurements_from
from framework_advisor.runs.evidence import runs_for
from framework_advisor.settings import Settings
from framework_advisor.store import Store


def counted(folder: Path, *runs: tuple[str, tuple[str, ...]]) -> dict[str, str]:
    """For runs in the order in which they were made: the run that counts for each probe."""

    async def act() -> dict[str, str]:
        async with Store(Settings(data_dir=folder)) as store:
            for run, probes in runs:
                await _record(store, run, probes)
            found = await runs_for(Profile(stage="research"), store, measuring.HOST.id)
        return {p.probe.id: p.run for p in measurements_from(found).probes}

    return asyncio.run(act())


async def _record(store: Store, run: str, probes: tuple[str, ...]) -> None:
    await store.hosts.add(measuring.HOST)
    await store.runs.create(measuring.request(run), measuring.HOST.id)
    await store.runs.start(run)
    for probe in probes:
        await store.runs.add_result(measuring.result(run, probe))
    await store.runs.end(run, "succeeded", "")


def test_a_run_of_one_probe_adds_to_the_earlier_run_of_several(tmp_path: Path) -> None:
    old, new = ("run_1", ("matmul", "conv_block")), ("run_2", ("matmul",))
    assert counted(tmp_path, old, new) == {"matmul": "run_2", "conv_block": "run_1"}


def test_the_newest_run_of_a_probe_counts(tmp_path: Path) -> None:
    assert counted(tmp_path, ("run_1", ("matmul",)), ("run_2", ("matmul",))) == {"matmul": "run_2"}


def test_runs_of_exports_and_of_probes_hide_nothing_of_each_other(tmp_path: Path) -> None:
    async def act() -> tuple[set[str], list[tuple[str, str, str]]]:
        async with Store(Settings(data_dir=tmp_path)) as store:
            await _record(store, "run_1", ("matmul",))
            await deploying.keep(store, [deploying.tried("jax", "litert", run="run_0")], "run_0")
            for number in range(2, 8):
                absent = deploying.tried(
                    "jax", "litert", outcome="not_installed", run=f"run_{number}"
                )
                await deploying.keep(store, [absent], f"run_{number}")
            await deploying.keep(
                store, [deploying.tried("pytorch", "litert", run="run_8")], "run_8"
            )
            await deploying.keep(store, [deploying.tried("jax", "litert", run="run_9")], "run_9")
            absent = deploying.tried("jax", "litert", outcome="not_installed", run="run_10")
            await deploying.keep(store, [absent], "run_10")
            runs = await runs_for(Profile(stage="research"), store, measuring.HOST.id)
        found = measurements_from(runs)
        paths = sorted((path.path, path.outcome, path.run) for path in found.paths)
        return {probe.probe.id for probe in found.probes}, paths

    probes, paths = asyncio.run(act())
    assert probes == {"matmul"}
    assert paths == [("jax-litert", "ok", "run_9"), ("pytorch-litert", "ok", "run_8")]
