"""What was decided is decided once, on the same basis alone, and given under new identities."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

import measuring
from framework_advisor import Advisor, Profile
from framework_advisor.measured import RecordedRun
from framework_advisor.recommendation import Identity, Recommendation
from framework_advisor.remembered import KEPT, Answer, Memory, Worded, basis

DAY = date(2026, 11, 23)
PROFILE = Profile(stage="production", name="Sorter")
RUN = RecordedRun("run_1", measuring.HOST, datetime(2026, 11, 23, 12, tzinfo=UTC), (), (), ())


@pytest.fixture(scope="module")
def worded() -> Worded:
    return Worded.of(Advisor().decide(PROFILE))


def test_the_words_are_those_of_the_recommendation(worded: Worded) -> None:
    decision, identity = Advisor().decide(PROFILE), Identity.new()
    answer = Answer(identity, Worded.of(decision))
    whole = Recommendation.of(decision, identity)
    assert json.loads(answer.full()) == json.loads(whole.model_dump_json())
    assert Recommendation.model_validate_json(answer.full()) == whole
    brief = json.loads(answer.brief())
    assert brief.keys() == {"schema", "id", "created_at", "links", "verdict", "ranking"}
    assert brief.items() <= json.loads(answer.full()).items()
    given = answer.given
    assert (given.id, given.name, given.framework) == (
        identity.id,
        "Sorter",
        whole.verdict.framework,
    )


@pytest.mark.parametrize(
    "other",
    [
        basis(PROFILE.model_copy(update={"name": "Other"}), [RUN], DAY),
        # What is given as it would be assumed anyway is said in the answer.
        basis(Profile(stage="production", name="Sorter", seed=None), [RUN], DAY),
        basis(PROFILE, [RUN], DAY + timedelta(days=1)),
        basis(PROFILE, [], DAY),
        basis(PROFILE, [replace(RUN, id="run_2")], DAY),
        # A run that was resumed has ended again.
        basis(PROFILE, [replace(RUN, finished_at=RUN.finished_at + timedelta(hours=1))], DAY),
    ],
)
def test_anything_that_a_decision_rests_on_makes_another_one(other: object, worded: Worded) -> None:
    assert decided_by([basis(PROFILE, [RUN], DAY), other], worded) == [0, 1]


def test_the_same_question_is_decided_once(worded: Worded) -> None:
    again = Profile(name="Sorter", stage="production")
    assert decided_by([basis(PROFILE, [RUN], DAY), basis(again, [RUN], DAY)], worded) == [0]


def test_the_oldest_is_forgotten(worded: Worded) -> None:
    asked = [basis(PROFILE, [], DAY + timedelta(days=n)) for n in range(KEPT + 1)]
    assert len(decided_by([*asked, *asked[1:], asked[0]], worded)) == KEPT + 2


def decided_by(asked: list, worded: Worded) -> list[int]:
    """Which of these questions were decided rather than remembered."""
    made: list[int] = []

    async def scenario() -> None:
        memory = Memory()
        for number, each in enumerate(asked):

            async def decide(number: int = number) -> Worded:
                made.append(number)
                return worded

            await memory.worded(each, decide)

    asyncio.run(scenario())
    return made


def test_who_asks_the_same_at_once_waits_for_one_decision(worded: Worded) -> None:
    async def scenario() -> None:
        memory, go, made = Memory(), asyncio.Event(), []

        async def decide() -> Worded:
            made.append(1)
            await go.wait()
            return worded

        same = basis(PROFILE, [], DAY)
        gone, *others = (asyncio.create_task(memory.worded(same, decide)) for _ in range(5))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gone.cancel()
        go.set()
        assert await asyncio.gather(*others) == [worded] * 4
        assert made == [1]

    asyncio.run(scenario())


def test_a_failure_is_not_remembered(worded: Worded) -> None:
    async def scenario() -> None:
        memory, same = Memory(), basis(PROFILE, [], DAY)

        async def fails() -> Worded:
            raise ValueError("broken")

        async def works() -> Worded:
            return worded

        with pytest.raises(ValueError, match="broken"):
            await memory.worded(same, fails)
        await asyncio.sleep(0)
        assert await memory.worded(same, works) == worded

    asyncio.run(scenario())
