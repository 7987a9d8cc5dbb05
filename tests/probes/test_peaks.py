"""What a host reaches at best, and which share of it a result has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from framework_probes import conclusions, peaks
from framework_probes.catalogue import CATALOGUE
from framework_probes.frameworks.plain_numpy import NumPyAdapter
from framework_probes.results import Ceiling, Peaks

MATMUL, DISPATCH = CATALOGUE["matmul"], CATALOGUE["dispatch"]


def product(dtype: str, per_s: float, library: str = "torch 2") -> Ceiling:
    return Ceiling("product", dtype, None, per_s, (per_s, per_s), library, "by hand")


def traffic(footprint: int, per_s: float) -> Ceiling:
    return Ceiling("traffic", "float32", footprint, per_s, (per_s, per_s), "numpy 2", "by hand")


#: 200 GFLOP/s; 100 GB/s within 1 MiB, 50 within 16, 30 beyond.
HERE = Peaks(
    2e11,
    3e10,
    "by hand",
    (
        product("float32", 2e11, "numpy 2"),
        traffic(1 << 20, 1e11),
        traffic(16 << 20, 5e10),
        traffic(192 << 20, 3e10),
    ),
    core=0,
)


def test_the_best_of_all_libraries_counts_whoever_comes_last() -> None:
    more = HERE.also([product("float32", 2.4e11, "jax 0")]).also([product("float32", 1e11)])
    assert more.flops_per_s == more.flops_in("float32") == 2.4e11
    assert [c.library for c in more.best() if c.work == "product"] == ["jax 0"]
    assert len([c for c in more.ceilings if c.work == "product"]) == 3


def test_a_second_look_at_memory_counts_where_it_found_more() -> None:
    again = HERE.also([traffic(192 << 20, 4e10), traffic(16 << 20, 1e10)])
    assert again.bytes_per_s == again.bytes_over(1 << 30) == 4e10
    assert again.bytes_over(16 << 20) == 5e10


def test_a_dtype_that_nobody_was_asked_for_has_no_ceiling() -> None:
    assert HERE.flops_in("bfloat16") is None
    assert HERE.flops_in("float64") is None
    assert conclusions.roofline(CATALOGUE["matmul.bfloat16"], HERE) is None


def test_what_is_narrower_than_float32_may_be_computed_in_it() -> None:
    slow = HERE.also([product("float16", 1e9), product("bfloat16", 5e11)])
    assert slow.flops_in("float16") == 2e11
    assert slow.flops_in("bfloat16") == 5e11
    assert HERE.also([product("float64", 1e11)]).flops_in("float64") == 1e11


@pytest.mark.parametrize(
    ("footprint", "per_s"),
    [(96, 1e11), (1 << 20, 1e11), (15 << 20, 1e11), (50 << 20, 5e10), (1 << 30, 3e10)],
)
def test_traffic_has_the_ceiling_of_what_is_no_larger(footprint: int, per_s: float) -> None:
    assert HERE.bytes_over(footprint) == per_s


def test_a_smaller_footprint_is_never_slower_than_a_larger_one() -> None:
    odd = replace(HERE, ceilings=(traffic(1 << 20, 4e10), traffic(16 << 20, 5e10)))
    assert odd.bytes_over(2 << 20) == 5e10


def test_runs_that_hold_two_figures_alone_are_judged_by_them() -> None:
    old = Peaks(2e11, 3e10, "by hand")
    assert old.bytes_over(96) == 3e10
    assert old.flops_in("float32") == 2e11
    assert old.flops_in("float64") is None


def test_the_share_is_of_the_tighter_ceiling() -> None:
    assert conclusions.roofline(MATMUL, HERE) == MATMUL.flops / 2e11
    slow = replace(HERE, ceilings=(traffic(1 << 20, 1e6),))
    assert conclusions.roofline(MATMUL, slow) == MATMUL.bytes / 1e6
    # NumPy judges it; its share of what the host can do is told all the same.
    assert conclusions.roofline(DISPATCH, HERE) == DISPATCH.bytes / 1e11
    assert conclusions.roofline(MATMUL, None) is None


def test_a_rate_is_that_of_the_best_look_and_the_first_call_does_not_count() -> None:
    # Each look asks for the time four times: for its end, before, after, and whether it is over.
    seconds = [0.5, 0.25, *[1.0] * (peaks.LOOKS - 2)]
    clock = iter(np.cumsum([step for each in seconds for step in (0.0, 0.0, each, 0.0)]))
    calls: list[int] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(peaks.time, "perf_counter", lambda: next(clock))
        low, high = peaks._rates(10, 0.0, lambda: calls.append(1))
    assert len(calls) == 1 + peaks.LOOKS
    assert (low, high) == (10.0, 40.0)


def test_a_library_is_left_at_the_size_that_took_all_the_time() -> None:
    tried = []

    def squares() -> object:
        for side in peaks.SIDES:
            tried.append(side)
            yield side, lambda: sum(range(2_000_000))

    found = peaks._best_product("slow 1", "float16", 0.001, squares())  # type: ignore[arg-type]
    assert tried == [peaks.SIDES[0]]
    assert found.library == "slow 1"
    assert str(peaks.SIDES[0]) in found.method


def test_a_dtype_that_a_framework_lacks_is_left_out() -> None:
    found = list(peaks.reached(NumPyAdapter(), ("bfloat16", "float32"), 0.01))
    assert [c.dtype for c in found] == ["float32"]
    assert found[0].library == f"numpy {np.__version__}"


def test_memory_is_looked_at_beyond_the_last_cache() -> None:
    assert peaks.memory_footprint() >= max(peaks.CACHES * peaks.last_cache_bytes(), 192 << 20)
