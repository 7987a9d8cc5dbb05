"""Streams of noise: the same by name, however much is drawn, by whom and in what order."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_advisor.decision.noise import KEPT_BYTES, Noise, Streams

counts = st.lists(st.integers(0, 500), min_size=1, max_size=6)


@given(counts, st.sampled_from(["normal", "uniform"]), st.integers(0, 2**40))
def test_the_first_draws_are_the_same_however_many_are_asked_for(
    asked: list[int], kind: str, seed: int
) -> None:
    whole = Streams().first(500, seed, kind, ("a", "b"))
    piecemeal = Streams()
    for count in asked:
        np.testing.assert_array_equal(piecemeal.first(count, seed, kind, ("a", "b")), whole[:count])


def test_a_window_is_a_part_of_the_stream() -> None:
    noise = Noise(3)
    np.testing.assert_array_equal(noise.normal(("a",), 20, 50), noise.normal(("a",), 0, 80)[20:50])


@pytest.mark.parametrize(
    "other", [(0, "normal", ("a", "c")), (1, "normal", ("a", "b")), (0, "uniform", ("a", "b"))]
)
def test_another_name_seed_or_kind_is_another_stream(
    other: tuple[int, str, tuple[str, ...]],
) -> None:
    streams = Streams()
    assert not np.any(streams.first(50, 0, "normal", ("a", "b")) == streams.first(50, *other))


def test_what_is_kept_is_bounded_and_comes_back_as_it_was() -> None:
    streams = Streams(kept_bytes=10 * 100 * 8)
    first = streams.first(100, 0, "normal", ("0",)).copy()
    for name in range(50):
        streams.first(100, 0, "normal", (str(name),))
        assert streams.kept_bytes <= 10 * 100 * 8
    np.testing.assert_array_equal(streams.first(100, 0, "normal", ("0",)), first)


def test_the_process_keeps_no_more_than_it_says() -> None:
    streams = Streams()
    for name in range(300):
        streams.first(10_000, 0, "uniform", (str(name),))
    assert KEPT_BYTES - 10_000 * 8 <= streams.kept_bytes <= KEPT_BYTES


def test_draws_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Noise(0).normal(("a",), 0, 5)[0] = 1.0


def test_threads_that_draw_at_once_get_the_same() -> None:
    streams = Streams(kept_bytes=40 * 2000 * 8)
    names = [(str(i % 60),) for i in range(600)]

    def draw(place: int) -> bytes:
        return streams.first(200 + place % 1800, 0, "normal", names[place])[:200].tobytes()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(draw, range(len(names))))
    alone = Streams()
    assert found == [alone.first(200, 0, "normal", name).tobytes() for name in names]
    assert streams.kept_bytes <= 40 * 2000 * 8
