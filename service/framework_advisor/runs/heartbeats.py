"""Which runs of other machines have lost their executor: those that have fallen silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from framework_advisor.runs.execution import BEAT_S
from framework_advisor.runs.records import Run

#: A run that has said nothing for so long is not executed any more, seconds.
SILENT_S = 6 * BEAT_S
#: After so long without a look, silence is counted anew: the store may have been away, seconds.
BLIND_S = 2 * BEAT_S


class Heartbeats:
    """Looks at counters, not at times: no clock of another machine is believed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked = clock()
        self._heard: dict[str, tuple[int, float]] = {}

    def silent(self, running: Iterable[Run]) -> tuple[str, ...]:
        """The runs among these that have said nothing for too long."""
        now = self._clock()
        before = self._heard if now - self._looked <= BLIND_S else {}
        self._looked, self._heard = now, {}
        for run in running:
            beats, since = before.get(run.id, (None, now))
            self._heard[run.id] = (run.beats, since if beats == run.beats else now)
        return tuple(id_ for id_, (_, since) in self._heard.items() if now - since >= SILENT_S)
