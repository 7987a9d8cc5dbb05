"""Transactions that many callers share."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: As many callers share a turn at most.
MOST = 100


class Batched(Generic[Item, Answer]):
    """Does for many callers at once what each of them asks for.

    Whoever comes while a turn is taken waits for the next one, together with all who came
    meanwhile: under load many pay for one transaction, without load nobody waits. A turn begins
    after its callers came, so each sees what was written before it asked. What fails, fails for all
    of a turn.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]) -> None:
        """``work`` answers each of the items, in order."""
        self._work = work
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._turns: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Answer:
        """The answer to this item; raises what ``work`` raises."""
        place: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, place))
        if self._turns is None or self._turns.done():
            # With a context of its own: turns are nobody's request.
            self._turns = asyncio.create_task(self._take(), context=Context())
        return await place

    async def _take(self) -> None:
        while self._waiting:
            count = min(MOST, len(self._waiting))
            turn = [self._waiting.popleft() for _ in range(count)]
            try:
                answers = await self._work([item for item, _ in turn])
            except BaseException as error:
                for _, place in turn:
                    _fail(place, error)
                if not isinstance(error, Exception):
                    raise
            else:
                for (_, place), answer in zip(turn, answers, strict=True):
                    if not place.done():  # its caller may have gone away
                        place.set_result(answer)


def _fail(place: asyncio.Future[Answer], error: BaseException) -> None:
    if place.done():
        return
    if isinstance(error, Exception):
        place.set_exception(error)
    else:
        place.cancel()
