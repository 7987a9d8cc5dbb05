"""Callers who come together share a turn, and each gets an answer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from framework_advisor.store.batching import MOST, Batched


class Work:
    """Squares numbers, a turn at a time, and remembers the turns."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.go = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.turns.append(list(items))
        await self.go.wait()
        if 13 in items:
            raise ValueError("unlucky")
        return [item * item for item in items]


def test_who_comes_while_a_turn_is_taken_shares_the_next_one() -> None:
    async def scenario() -> None:
        work = Work()
        squared = Batched(work)
        first = asyncio.create_task(squared(2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert work.turns == [[2]]
        others = [asyncio.create_task(squared(n)) for n in range(3, 6)]
        await asyncio.sleep(0)
        work.go.set()
        assert await first == 4
        assert await asyncio.gather(*others) == [9, 16, 25]
        assert work.turns == [[2], [3, 4, 5]]

    asyncio.run(scenario())


def test_a_turn_has_a_limit() -> None:
    async def scenario() -> None:
        work = Work()
        work.go.set()
        squared = Batched(work)
        asked = range(100, 100 + MOST + 7)
        assert await asyncio.gather(*map(squared, asked)) == [n * n for n in asked]
        assert [len(turn) for turn in work.turns] == [MOST, 7]

    asyncio.run(scenario())


def test_what_fails_fails_for_its_turn_alone() -> None:
    async def scenario() -> None:
        work = Work()
        squared = Batched(work)
        together = [asyncio.create_task(squared(n)) for n in (12, 13)]
        await asyncio.sleep(0)
        work.go.set()
        found = await asyncio.gather(*together, return_exceptions=True)
        assert [str(error) for error in found] == ["unlucky", "unlucky"]
        assert await squared(14) == 196

    asyncio.run(scenario())


def test_a_caller_that_goes_away_does_not_take_the_others_along() -> None:
    async def scenario() -> None:
        work = Work()
        squared = Batched(work)
        gone, stays = (asyncio.create_task(squared(n)) for n in (1, 2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gone.cancel()
        work.go.set()
        assert await stays == 4
        assert gone.cancelled()
        assert await squared(3) == 9

    asyncio.run(scenario())
