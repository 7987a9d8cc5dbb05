"""Forgetting by age, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

import measuring
from answers import filed
from framework_advisor import Advisor, Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.settings import Settings
from framework_advisor.store import Store, retention
from framework_advisor.store.retention import Forgotten, Retention, forget
from framework_advisor.store.tables import Base, RunRow

NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=100)
OF_RUNS = ("probe_runs", "run_events", "environments", "results", "pairs")


@pytest.fixture(scope="module")
def answer() -> Recommendation:
    return Advisor().recommend(Profile(stage="education"))


async def given(store: Store, answer: Recommendation, id_: str, at: datetime) -> None:
    one = answer.model_copy(update={"id": id_, "created_at": at})
    await store.recommendations.add(filed(one))


async def measured(store: Store, run: str, ended: datetime | None) -> None:
    await store.hosts.add(measuring.HOST)
    await store.runs.create(measuring.request(run), measuring.HOST.id)
    await store.runs.start(run)
    await store.runs.add_environment(run, measuring.ENVIRONMENT)
    await store.runs.add_result(measuring.result(run))
    await store.runs.add_pair(measuring.pair(run))
    dates = {"created_at": OLD, "started_at": OLD}
    if ended is not None:
        await store.runs.end(run, "succeeded", "")
        dates["finished_at"] = ended
    async with store._sessions.writing() as session:
        await session.execute(update(RunRow).where(RunRow.id == run).values(dates))


async def rows(store: Store, *tables: str) -> dict[str, int]:
    async with store._sessions.reading() as session:
        counts = {
            name: await session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
            for name in tables
        }
        return {name: count or 0 for name, count in counts.items()}


def test_what_is_too_old_goes_with_all_that_belongs_to_it(
    where: Settings, answer: Recommendation
) -> None:
    async def act() -> None:
        async with Store(where) as store:
            await given(store, answer, "rec_old", OLD)
            await given(store, answer, "rec_new", NOW)
            await measured(store, "run_old", OLD)
            await measured(store, "run_new", NOW)
            await measured(store, "run_open", None)
            one = {name: n // 3 for name, n in (await rows(store, *OF_RUNS)).items()}
            one["run_events"] = 3  # queued, running, a result
            assert await forget(store, None, None) == Forgotten(0, 0)
            assert await forget(store, 101, 101) == Forgotten(0, 0)
            assert await forget(store, 99, 99) == Forgotten(1, 1)
            (kept,) = (await store.recommendations.page(10)).items
            assert (kept.id, await rows(store, "decisions")) == ("rec_new", {"decisions": 1})
            runs = (await store.runs.page(10)).items
            assert [run.id for run in runs] == ["run_open", "run_new"]
            left = await rows(store, *OF_RUNS)
            assert left == {name: 2 * n for name, n in one.items()} | {"run_events": 3 + 4}

    asyncio.run(act())


def test_one_kind_can_be_forgotten_and_the_other_kept(
    where: Settings, answer: Recommendation
) -> None:
    async def act() -> None:
        async with Store(where) as store:
            await given(store, answer, "rec_old", OLD)
            await measured(store, "run_old", OLD)
            assert await forget(store, 30, None) == Forgotten(1, 0)
            assert await forget(store, None, 30) == Forgotten(0, 1)

    asyncio.run(act())


def test_two_services_forget_at_once_and_each_thing_once(
    where: Settings, answer: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)

    async def act() -> None:
        async with Store(where) as first, Store(where) as second:
            for number in range(20):
                await given(first, answer, f"rec_{number}", OLD)
            both = await asyncio.gather(forget(first, 30, 30), forget(second, 30, 30))
            assert sum(each.recommendations for each in both) == 20
            # What was decided goes with the last recommendation that gives it.
            assert await rows(first, "decisions") == {"decisions": 0}
            assert (await first.recommendations.page(1)).total == 0

    asyncio.run(act())


def test_the_service_forgets_at_its_start_and_again(
    where: Settings, answer: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "EVERY_S", 0.01)

    async def gone(store: Store) -> None:
        async with asyncio.timeout(30):
            while (await store.recommendations.page(1)).total:  # noqa: ASYNC110 - nothing wakes us
                await asyncio.sleep(0.01)

    async def act() -> None:
        async with Store(where) as store:
            await given(store, answer, "rec_1", OLD)
            keeper = Retention(store, 30, None)
            keeper.start()
            await gone(store)
            await given(store, answer, "rec_2", OLD)
            await gone(store)
            await keeper.stop()
            await given(store, answer, "rec_3", OLD)
            assert (await store.recommendations.page(1)).total == 1, "it was asked to stop"

    asyncio.run(act())
