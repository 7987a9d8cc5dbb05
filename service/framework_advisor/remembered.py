"""Decisions that were made already, by what they rest on: the same question is decided once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Self

from framework_advisor.measured import RecordedRun
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Decision, Identity, Status
from framework_advisor.runs.records import Given
from framework_knowledge.models import FrameworkId

#: As many decisions are remembered; each takes some 100 KiB.
KEPT = 64

#: What a decision rests on in one process, whose knowledge does not change: the profile as it was
#: given, the day, and the runs that count, each with the time at which it ended.
Basis = tuple[str, date, tuple[tuple[str, datetime], ...]]


def basis(profile: Profile, runs: Iterable[RecordedRun], day: date) -> Basis:
    """What a decision for this profile rests on, on that day."""
    given = profile.model_dump_json(exclude_unset=True)
    return given, day, tuple((run.id, run.finished_at) for run in runs)


def joined(identity: bytes, words: bytes) -> bytes:
    """One JSON object of two, neither of them empty: what was decided, under its identity."""
    return b"%b,%b" % (identity[:-1], words[1:])


@dataclass(frozen=True, slots=True)
class Worded:
    """A decision in words, as JSON objects, and what a list says of it.

    ``digest`` is of the whole of it.
    """

    digest: str
    full: bytes
    brief: bytes
    name: str | None
    status: Status
    framework: FrameworkId | None
    p_best: float | None

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Put a decision into words."""
        verdict, full = decision.verdict, decision.model_dump_json().encode()
        return cls(
            digest=sha256(full).hexdigest(),
            full=full,
            brief=decision.model_dump_json(include={"verdict", "ranking"}).encode(),
            name=decision.profile.name,
            status=verdict.status,
            framework=verdict.framework,
            p_best=verdict.p_best,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision that is given to somebody: its words under an identity of their own."""

    identity: Identity
    worded: Worded

    def full(self) -> bytes:
        """The recommendation as JSON."""
        return joined(self.identity.model_dump_json().encode(), self.worded.full)

    def brief(self) -> bytes:
        """Verdict and ranking alone, as JSON."""
        return joined(self.identity.model_dump_json().encode(), self.worded.brief)

    @property
    def given(self) -> Given:
        """It in one line."""
        worded, identity = self.worded, self.identity
        return Given(
            id=identity.id,
            created_at=identity.created_at,
            name=worded.name,
            status=worded.status,
            framework=worded.framework,
            p_best=worded.p_best,
        )


class Memory:
    """The last decisions of this process. Those who ask the same at once wait for one decision.

    What it holds depends on nothing but the basis, so it is the same for whoever asks.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Basis, asyncio.Future[Worded]] = OrderedDict()

    async def worded(self, basis: Basis, decide: Callable[[], Awaitable[Worded]]) -> Worded:
        """The decision on that basis, made now if it is not remembered; what failed is not."""
        found = self._kept.get(basis)
        if found is None:
            found = asyncio.ensure_future(decide())
            self._kept[basis] = found
            found.add_done_callback(lambda made: self._settle(basis, made))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(basis)
        # One of those who wait may go away; the others still want it.
        return await asyncio.shield(found)

    def _settle(self, basis: Basis, made: asyncio.Future[Worded]) -> None:
        if made.cancelled() or made.exception() is not None:
            self._kept.pop(basis, None)
