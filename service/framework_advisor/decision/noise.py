"""Random numbers that belong to a name, so that one question's draws never move another's.

Streams are kept for the whole process, since most answers share their seed and many of their facts;
how long a stream has grown changes nothing of what it holds.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Kind = Literal["normal", "uniform"]
_Key = tuple[int, Kind, tuple[str, ...]]

#: Bytes of draws that are kept: some 200 streams of full length, as many as two or three profiles
#: of one seed need. The least recently used go first, and come back as they were.
KEPT_BYTES = 16 * 2**20


@dataclass(slots=True)
class _Stream:
    """What was drawn so far, and the generator that goes on from there."""

    generator: np.random.Generator
    drawn: Array


class Streams:
    """Named streams, bounded in bytes, safe to use from several threads.

    The first n draws of a stream are the same however many are asked for, before or after.
    """

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._bytes = 0
        self._streams: OrderedDict[_Key, _Stream] = OrderedDict()
        self._lock = Lock()

    def first(self, count: int, seed: int, kind: Kind, name: tuple[str, ...]) -> Array:
        """The first ``count`` draws of a stream, shape (count,), read-only."""
        key = (seed, kind, name)
        with self._lock:
            stream = self._streams.get(key)
            if stream is None:
                stream = self._streams[key] = _Stream(_generator(*key), np.empty(0))
            else:
                self._streams.move_to_end(key)
            if len(stream.drawn) < count:
                self._extend(stream, kind, count)
                self._shed()
            return stream.drawn[:count]

    @property
    def kept_bytes(self) -> int:
        """Bytes of draws held now."""
        return self._bytes

    def _extend(self, stream: _Stream, kind: Kind, count: int) -> None:
        missing = count - len(stream.drawn)
        more = (
            stream.generator.standard_normal(missing)
            if kind == "normal"
            else stream.generator.random(missing)
        )
        self._bytes += more.nbytes
        stream.drawn = np.concatenate((stream.drawn, more))
        stream.drawn.setflags(write=False)

    def _shed(self) -> None:
        while self._bytes > self._kept_bytes and len(self._streams) > 1:
            _, oldest = self._streams.popitem(last=False)
            self._bytes -= oldest.drawn.nbytes


def _generator(seed: int, kind: Kind, name: tuple[str, ...]) -> np.random.Generator:
    digest = hashlib.blake2b("\x1f".join((kind, *name)).encode(), digest_size=16).digest()
    words = np.frombuffer(digest, dtype=np.uint32)
    return np.random.Generator(np.random.SFC64([seed, *words.tolist()]))


_SHARED = Streams()


@dataclass(frozen=True, slots=True)
class Noise:
    """Draws by name from one seed.

    Each name has a stream of its own: adding a candidate or a claim leaves all other draws as they
    were, and evidence that two stacks share is the same draw in both. A window of draws is asked
    for by its first and its last index, the last one excluded.
    """

    seed: int
    streams: Streams = _SHARED

    def normal(self, name: tuple[str, ...], start: int, stop: int) -> Array:
        """Standard normal draws, shape (stop - start,), read-only."""
        return self.streams.first(stop, self.seed, "normal", name)[start:]

    def uniform(self, name: tuple[str, ...], start: int, stop: int) -> Array:
        """Uniform draws in [0, 1), shape (stop - start,), read-only."""
        return self.streams.first(stop, self.seed, "uniform", name)[start:]
