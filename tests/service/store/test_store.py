"""What the store keeps, and what it keeps it through."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from advanced_alchemy.exceptions import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st

import measuring
from answers import filed
from framework_advisor import Advisor, Profile
from framework_advisor.errors import Conflict, NotFound
from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.records import RunStatus
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.documents import PAIR, RESULT
from framework_probes.results import Environment, Pair, Result
from processes import environment

Value = TypeVar("Value")


@pytest.fixture(scope="module")
def answer() -> Recommendation:
    return Advisor().recommend(Profile(stage="education", name="a course"))


def renamed(answer: Recommendation, id_: str) -> Recommendation:
    return answer.model_copy(update={"id": id_})


def using(where: Settings, act: Callable[[Store], Awaitable[Value]]) -> Value:
    async def run() -> Value:
        async with Store(where) as store:
            return await act(store)

    return asyncio.run(run())


def test_a_recommendation_comes_back_as_it_was_given(
    where: Settings, answer: Recommendation
) -> None:
    using(where, lambda store: store.recommendations.add(filed(answer)))
    again = using(where, lambda store: store.recommendations.get(answer.id))
    assert again.model_dump_json(by_alias=True) == answer.model_dump_json(by_alias=True)


def test_pages_are_newest_first_and_hold_still_while_others_are_added(
    where: Settings, answer: Recommendation
) -> None:
    async def act(store: Store) -> list[list[str]]:
        kept = store.recommendations
        for number in range(5):
            await kept.add(filed(renamed(answer, f"rec_{number}")))
        first = await kept.page(2)
        await kept.add(filed(renamed(answer, "rec_late")))
        second = await kept.page(2, first.next)
        last = await kept.page(2, second.next)
        assert (first.total, last.total, last.next) == (5, 6, None)
        return [[item.id for item in page.items] for page in (first, second, last)]

    assert using(where, act) == [["rec_4", "rec_3"], ["rec_2", "rec_1"], ["rec_0"]]


def test_a_page_that_ends_with_the_list_has_no_next(
    where: Settings, answer: Recommendation
) -> None:
    async def act(store: Store) -> int | None:
        for number in range(2):
            await store.recommendations.add(filed(renamed(answer, f"rec_{number}")))
        return (await store.recommendations.page(2)).next

    assert using(where, act) is None


def test_what_is_forgotten_is_gone(where: Settings, answer: Recommendation) -> None:
    async def act(store: Store) -> None:
        await store.recommendations.add(filed(answer))
        await store.recommendations.delete(answer.id)
        with pytest.raises(NotFound):
            await store.recommendations.get(answer.id)
        with pytest.raises(NotFound):
            await store.recommendations.delete(answer.id)

    using(where, act)


async def begin(store: Store, run: str = "run_1") -> None:
    await store.hosts.add(measuring.HOST)
    await store.runs.create(measuring.request(run), measuring.HOST.id)
    await store.runs.start(run)


def test_a_run_comes_back_with_all_that_it_measured(where: Settings) -> None:
    async def fill(store: Store) -> None:
        await begin(store)
        await store.runs.note("run_1", planned=2, done=1, peaks=measuring.PEAKS)
        await store.runs.add_environment("run_1", measuring.ENVIRONMENT)
        await store.runs.add_environment("run_1", measuring.ENVIRONMENT)
        await store.runs.add_result(measuring.result())
        await store.runs.add_result(measuring.result(probe="dispatch", outcome="timeout"))
        await store.runs.add_pair(measuring.pair())
        await store.runs.end("run_1", "partial", "done")

    using(where, fill)
    kept = using(where, lambda store: store.runs.results("run_1"))
    assert kept.host == measuring.HOST
    assert kept.environments == (measuring.ENVIRONMENT,)
    assert [r.outcome for r in kept.results] == ["ok", "timeout"]
    assert kept.results[0] == measuring.result()
    assert kept.pairs == (measuring.pair(),)
    recorded = using(where, lambda store: store.recorded_run("run_1"))
    assert recorded.results == tuple(replace(r, blocks=()) for r in kept.results)
    assert (recorded.host, recorded.pairs) == (kept.host, kept.pairs)
    run = using(where, lambda store: store.runs.get("run_1"))
    assert run.counts == {"ok": 1, "timeout": 1}
    assert (run.done, run.planned, run.peaks) == (1, 2, measuring.PEAKS)
    assert run.request == measuring.request()


def test_a_run_ends_once_and_then_stays_as_it_is(where: Settings) -> None:
    async def act(store: Store) -> None:
        await begin(store)
        with pytest.raises(Conflict):
            await store.runs.start("run_1")
        with pytest.raises(Conflict):
            await store.recorded_run("run_1")
        await store.runs.end("run_1", "cancelled", "enough")
        with pytest.raises(Conflict):
            await store.runs.end("run_1", "succeeded", "late")
        await store.runs.note("run_1", message="late")
        run = await store.runs.get("run_1")
        assert (run.status, run.message) == ("cancelled", "enough")
        assert not await store.runs.cancel_queued("run_1")

    using(where, act)


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("succeeded", True),
        ("partial", True),
        ("failed", False),
        ("cancelled", False),
        ("interrupted", False),
    ],
)
def test_only_a_run_that_measured_all_decides(
    where: Settings, status: RunStatus, counts: bool
) -> None:
    async def act(store: Store) -> str | None:
        for run, end in (("run_1", "succeeded"), ("run_2", status)):
            await begin(store, run)
            await store.runs.end(run, end, "")
        await begin(store, "run_3")
        newest = await store.runs.newest_finished(measuring.HOST.id, 5)
        assert await store.runs.newest_finished("host_other") == ()
        return newest[0].id

    assert using(where, act) == ("run_2" if counts else "run_1")


def test_only_this_hosts_running_runs_are_interrupted(where: Settings) -> None:
    async def act(store: Store) -> None:
        await begin(store)
        await store.runs.create(measuring.request("run_2"), measuring.HOST.id)
        elsewhere = replace(measuring.HOST, id="host_elsewhere")
        await store.hosts.add(elsewhere)
        await store.runs.create(measuring.request("run_3"), elsewhere.id)
        await store.runs.start("run_3")
        assert await store.runs.interrupt_running(measuring.HOST.id, "gone") == ("run_1",)
        states = [(await store.runs.get(f"run_{n}")).status for n in (1, 2, 3)]
        assert states == ["interrupted", "queued", "running"]

    using(where, act)


def test_a_host_shows_the_peaks_of_its_newest_run_that_has_any(where: Settings) -> None:
    async def act(store: Store) -> None:
        newer = replace(measuring.PEAKS, flops_per_s=2e11)
        for run, peaks in (("run_1", measuring.PEAKS), ("run_2", newer), ("run_3", None)):
            await begin(store, run)
            await store.runs.note(run, done=0, peaks=peaks)
        (host,) = await store.hosts.all()
        assert (host.host, host.peaks, host.latest_run) == (measuring.HOST, newer, "run_3")

    using(where, act)


def test_writers_of_two_processes_wait_for_each_other(
    where: Settings, answer: Recommendation
) -> None:
    """Also where they read before they write, which SQLite refuses unless asked to wait."""

    async def act(first: Store) -> tuple[int, int]:
        async with Store(where) as second:
            stores = [first, second] * 20
            await asyncio.gather(
                *(
                    s.recommendations.add(filed(renamed(answer, f"r{n}")))
                    for n, s in enumerate(stores)
                ),
                *(s.hosts.add(measuring.HOST) for s in stores),
            )
            page = await second.recommendations.page(1)
            return page.total, len(await second.hosts.all())

    assert using(where, act) == (40, 1)


def test_a_run_belongs_to_a_host_that_is_known(where: Settings) -> None:
    with pytest.raises(IntegrityError):
        using(where, lambda store: store.runs.create(measuring.request(), "host_nobody_knows"))


WRITER = """
import asyncio
import measuring
from framework_advisor.settings import Settings
from framework_advisor.store import Store
async def main():
    async with Store(Settings()) as store:
        await store.hosts.add(measuring.HOST)
        await store.runs.create(measuring.request(), measuring.HOST.id)
        await store.runs.start("run_1")
        for number in range(10_000):
            await store.runs.add_result(measuring.result(probe=f"probe_{number}"))
            print(number, flush=True)
asyncio.run(main())
"""


def test_a_killed_process_leaves_everything_that_was_added(where: Settings) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env=environment(where.data_dir, where.database_url),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= 20:
            break
    writer.send_signal(signal.SIGKILL)
    said = 20 + len(writer.communicate()[0].splitlines())
    measured = using(where, lambda store: store.runs.results("run_1"))
    assert len(measured.results) >= said + 1
    assert measured.results[said] == measuring.result(probe=f"probe_{said}")
    assert using(where, lambda store: store.runs.get("run_1")).status == "running"


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_result_and_pair_comes_back_from_its_text(data: st.DataObject) -> None:
    st.register_type_strategy(float, finite)
    result = data.draw(st.from_type(Result))
    assert RESULT.read(RESULT.write(result)) == result
    pair = data.draw(st.from_type(Pair))
    assert PAIR.read(PAIR.write(pair)) == pair
    assert isinstance(data.draw(st.from_type(Environment)), Environment)
