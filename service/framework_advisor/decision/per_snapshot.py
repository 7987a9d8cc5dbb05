"""What is worked out of a snapshot once, and used by every profile that is decided on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import ref

from framework_knowledge.models import Snapshot

Made = TypeVar("Made")

#: Snapshots for which it is kept: today's and those of a few days that replays ask about.
KEPT = 8


class PerSnapshot(Generic[Made]):
    """A function of a snapshot, worked out once for each of the last few snapshots.

    Snapshots are told apart by identity: they are frozen, but their content takes longer to hash
    than what is made of it takes to make. The weak reference tells a snapshot from another one that
    is given the same address later. Safe to use from several threads.
    """

    def __init__(self, make: Callable[[Snapshot], Made]) -> None:
        self._make = make
        self._kept: OrderedDict[int, tuple[ref[Snapshot], Made]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, snapshot: Snapshot) -> Made:
        """What is made of that snapshot."""
        key = id(snapshot)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0]() is snapshot:
                self._kept.move_to_end(key)
                return kept[1]
        made = self._make(snapshot)
        with self._lock:
            self._kept[key] = (ref(snapshot), made)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made
