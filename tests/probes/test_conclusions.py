"""What is concluded from blocks, on blocks made by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from framework_probes import comparison, conclusions
from framework_probes.catalogue import CATALOGUE
from framework_probes.conclusions import Circumstances
from framework_probes.entries import Entry, Replicate, block_of
from framework_probes.guards import labelled
from framework_probes.protocol import Prepared, Ran, Refused
from framework_probes.results import Contender, Equality, Framework, Peaks, Tier

MATMUL, DISPATCH = CATALOGUE["matmul"], CATALOGUE["dispatch"]
EQUALITY = Equality("NumPy float64", ("product",), 1e-7, 2e-5)
PREPARED = Prepared(0.5, 0.01, 1e-3, 1, EQUALITY, "row-major", "jax.jit", 100)
WHERE = Circumstances("run_1", "host_1", "cpu", 1, "pinned", 0.5)
PEAKS = Peaks(2e11, 3e10, "by hand")
OVER = "the budget of 9 s ended before it was measured"


def replicate(
    times: Sequence[float],
    number: int = 0,
    *,
    share: float = 1.0,
    traces: int = 0,
    core: int = 1,
    speed: float | None = None,
) -> Replicate:
    blocks = [
        labelled(block_of(Ran(10, (s,), (s * share,), 2, core, traces), o, number, o), speed)
        for o, s in enumerate(times)
    ]
    return Replicate(PREPARED, 1.5, "env_1", blocks, {core}, traces)


def entry(framework: Framework, tier: Tier, *series: Sequence[float], **details: float) -> Entry:
    contender = Contender(framework, None, tier)
    return Entry(contender, [replicate(times, n, **details) for n, times in enumerate(series)])  # type: ignore[arg-type]


STEADY = [1.00e-3, 1.01e-3, 0.99e-3, 1.0e-3, 1.02e-3, 0.98e-3, 1.0e-3, 1.01e-3]


def times(factor: float) -> list[float]:
    return [seconds * factor for seconds in STEADY]


def test_a_pair_is_time_of_b_over_time_of_a() -> None:
    fast, slow = entry("jax", "eager", times(1)), entry("pytorch", "eager", times(2))
    (pair,) = conclusions.pairs(MATMUL, [fast, slow], WHERE)
    assert pair.a == fast.contender
    assert pair.ratio == pytest.approx(2.0)
    assert pair.verdict == "faster"
    assert (pair.rounds, pair.replicates) == (8, 1)


def test_only_one_tier_or_one_subject_is_compared() -> None:
    made = [entry(f, t, times(1)) for f in ("jax", "pytorch") for t in ("eager", "compiled")]  # type: ignore[arg-type]
    found = {
        frozenset((p.a.framework + p.a.tier, p.b.framework + p.b.tier))
        for p in conclusions.pairs(MATMUL, made, WHERE)
    }
    assert found == {
        frozenset(("jaxeager", "pytorcheager")),
        frozenset(("jaxcompiled", "pytorchcompiled")),
        frozenset(("jaxeager", "jaxcompiled")),
        frozenset(("pytorcheager", "pytorchcompiled")),
    }


def test_what_failed_is_in_no_pair() -> None:
    sound, broken = entry("jax", "eager", times(1)), entry("pytorch", "eager", times(1))
    broken.refused = Refused("unstable", "drifting")
    assert conclusions.pairs(MATMUL, [sound, broken], WHERE) == []


def test_slow_iterations_are_compared_by_processor_time_on_both_sides() -> None:
    # The fast one waited half of its time for the processor.
    fast = entry("jax", "eager", times(2), share=0.5)
    slow = entry("pytorch", "eager", times(10))
    assert not comparison.is_slow(fast.blocks)
    assert comparison.is_slow(slow.blocks)
    assert comparison.compare(fast.blocks, slow.blocks).value == pytest.approx(10.0)
    near = entry("keras", "eager", times(2.9))
    assert comparison.compare(fast.blocks, near.blocks).value == pytest.approx(1.45)


def test_replicates_that_disagree_widen_the_interval_and_show_as_spread() -> None:
    a = entry("jax", "eager", times(1), times(1))
    b = entry("pytorch", "eager", times(1.0), times(1.3))
    (pair,) = conclusions.pairs(MATMUL, [a, b], WHERE)
    assert pair.ci95[0] <= 1.001
    assert pair.ci95[1] >= 1.299
    assert pair.spread == pytest.approx(0.3)
    assert pair.verdict == "ambiguous"
    assert pair.replicates == 2


def test_halves_of_a_single_replicate_show_as_spread() -> None:
    a = entry("jax", "eager", times(1))
    drifting = [s * (1 if i < 4 else 1.2) for i, s in enumerate(STEADY)]
    (pair,) = conclusions.pairs(MATMUL, [a, entry("pytorch", "eager", drifting)], WHERE)
    assert pair.spread == pytest.approx(0.2)


def test_a_result_carries_what_was_measured() -> None:
    made = entry("jax", "compiled", times(1))
    reference = conclusions.reference(MATMUL, PEAKS, [])
    assert reference is not None
    judged = replace(WHERE, roofline_s=reference.seconds)
    result = conclusions.result(MATMUL, made, judged, reference)
    assert result.outcome == "ok"
    assert result.reason is None
    assert result.time is not None
    assert result.time.seconds == pytest.approx(1e-3, rel=0.01)
    assert result.time.ci95[0] <= result.time.seconds <= result.time.ci95[1]
    assert result.time.statistic == "lower quartile of wall time"
    assert (result.time.cold.import_s, result.time.cold.first_call_s) == (1.5, 0.5)
    assert result.rate is not None
    assert result.rate.flops_per_s == pytest.approx(MATMUL.flops / result.time.seconds)
    assert result.equality == EQUALITY
    assert result.compiler == "jax.jit"
    assert result.conditions is not None
    assert (result.conditions.core, result.conditions.involuntary_switches) == (1, 16)
    assert [b.order for b in result.blocks] == list(range(8))


def test_percentiles_are_told_where_enough_single_calls_were_counted() -> None:
    request = CATALOGUE["cnn_request"]

    def blocks(rounds: int) -> Replicate:
        # 84 calls a round: 1 to 84 ms.
        walls = tuple(n * 1e-3 for n in range(1, 85))
        ran = [Ran(84, walls, walls, 0, 1, 0) for _ in range(rounds)]
        made = [labelled(block_of(each, o, 0, o), None) for o, each in enumerate(ran)]
        return Replicate(PREPARED, 1.5, "env_1", made, {1}, 0)

    contender = Contender("jax", None, "eager")
    enough = conclusions.result(request, Entry(contender, [blocks(8)]), WHERE, None)
    assert enough.time is not None
    found = enough.time.percentiles
    assert found is not None
    assert (found.calls, found.reason) == (672, None)
    assert (found.p50, found.p90, found.p99) == pytest.approx((42.5e-3, 76e-3, 84e-3))
    few = conclusions.percentiles(blocks(7).blocks)
    assert few.p90 == pytest.approx(76e-3)
    assert (few.p99, few.reason) == (None, "588 calls were counted; a p99 takes 662")
    none = conclusions.percentiles(blocks(8).blocks[:0])
    assert (none.p50, none.calls) == (None, 0)
    other = conclusions.result(MATMUL, Entry(contender, [blocks(8)]), WHERE, None)
    assert other.time is not None
    assert other.time.percentiles is None


def test_blocks_on_several_cores_have_no_core() -> None:
    made = entry("jax", "eager", times(1))
    made.replicates[0].cores.add(0)
    conditions = conclusions.result(MATMUL, made, WHERE, None).conditions
    assert conditions is not None
    assert conditions.core is None


def test_what_was_refused_has_a_reason_and_no_numbers() -> None:
    made = Entry(Contender("jax", None, "eager"), refused=Refused("not_installed", "no module"))
    result = conclusions.result(MATMUL, made, WHERE, None)
    assert (result.outcome, result.reason) == ("not_installed", "no module")
    assert (result.time, result.rate, result.equality, result.conditions) == (None,) * 4
    assert result.environment == ""


def test_a_wrong_result_keeps_no_time_but_a_suspect_one_does() -> None:
    made = entry("jax", "eager", times(1))
    made.refused = Refused("wrong_result", "it holds NaN after timing")
    assert conclusions.result(MATMUL, made, WHERE, None).time is None
    assert conclusions.result(MATMUL, made, WHERE, None).equality is None
    made.refused = Refused("unstable", "drifting")
    assert conclusions.result(MATMUL, made, WHERE, None).time is not None


def test_the_roofline_is_the_tighter_of_its_two_ceilings() -> None:
    computing = conclusions.reference(MATMUL, PEAKS, [])
    assert computing is not None
    assert computing.seconds == MATMUL.flops / PEAKS.flops_per_s
    moving = conclusions.reference(MATMUL, replace(PEAKS, bytes_per_s=1e6), [])
    assert moving is not None
    assert moving.seconds == MATMUL.bytes / 1e6


def test_an_unknown_reference_is_none_and_not_zero() -> None:
    assert conclusions.reference(MATMUL, None, []) is None
    assert conclusions.reference(DISPATCH, PEAKS, []) is None
    result = conclusions.result(MATMUL, entry("jax", "eager", times(1)), WHERE, None)
    assert result.rate is not None
    assert result.rate.of_roofline is None


def test_a_tiny_operation_is_judged_by_numpy() -> None:
    reference = conclusions.reference(DISPATCH, PEAKS, [replicate(times(0.001))])
    assert reference is not None
    assert reference.kind == "numpy"
    assert reference.seconds == pytest.approx(1e-6, rel=0.01)


def test_one_that_drifts_against_the_others_is_unstable() -> None:
    drifting = entry("keras", "eager", [1e-3] * 4 + [1.3e-3] * 4)
    others = [entry("jax", "eager", times(1)), entry("pytorch", "eager", times(1))]
    conclusions.judge([*others, drifting], OVER)
    assert [e.refused.outcome if e.refused else "ok" for e in [*others, drifting]] == [
        "ok",
        "ok",
        "unstable",
    ]


def test_a_host_that_slows_everybody_makes_nobody_unstable() -> None:
    slowing = [1e-3] * 4 + [1.5e-3] * 4
    made = [entry(f, "eager", slowing) for f in ("jax", "pytorch", "keras")]  # type: ignore[arg-type]
    conclusions.judge(made, OVER)
    assert all(e.refused is None for e in made)


def test_compiling_while_timed_is_unstable() -> None:
    made = entry("jax", "compiled", times(1), traces=1)
    conclusions.judge([made], OVER)
    assert made.refused == Refused("unstable", "it was compiled again while timed")


def test_compiling_while_timed_is_unstable_on_a_busy_host_too() -> None:
    made = entry("jax", "compiled", times(1), traces=1, share=0.3)
    conclusions.judge([made], OVER)
    assert made.refused == Refused("unstable", "it was compiled again while timed")


def test_one_that_hardly_had_the_processor_is_contended() -> None:
    made = entry("jax", "eager", times(1), share=0.2)
    conclusions.judge([made], OVER)
    assert made.refused is not None
    assert made.refused.outcome == "contended"
    assert "20%" in made.refused.reason
    assert conclusions.result(MATMUL, made, WHERE, None).time is not None


def test_one_whose_core_ran_slow_is_throttled_and_keeps_its_blocks() -> None:
    made = entry("jax", "eager", times(1), speed=0.4)
    conclusions.judge([made], OVER)
    assert made.refused is not None
    assert made.refused.outcome == "throttled"
    assert "8 of 8 blocks" in made.refused.reason
    result = conclusions.result(MATMUL, made, WHERE, None)
    assert result.time is not None
    assert {block.disturbed for block in result.blocks} == {"throttled"}


def test_pairs_rest_on_rounds_in_which_nothing_disturbed_either() -> None:
    a, b = entry("jax", "eager", times(1)), entry("pytorch", "eager", times(2))
    for made, place in ((a, 2), (b, 5)):
        blocks = made.replicates[0].blocks
        blocks[place] = replace(blocks[place], disturbed="contended", wall_quartile_s=1.0)
    (pair,) = conclusions.pairs(MATMUL, [a, b], WHERE)
    assert pair.rounds == 6
    assert pair.ci95[1] < 2.2


def test_where_too_few_rounds_are_undisturbed_on_both_sides_all_are_used() -> None:
    a, b = entry("jax", "eager", times(1)), entry("pytorch", "eager", times(2))
    for made, places in ((a, (0, 1)), (b, (2, 3))):
        blocks = made.replicates[0].blocks
        for place in places:
            blocks[place] = replace(blocks[place], disturbed="contended")
    (pair,) = conclusions.pairs(MATMUL, [a, b], WHERE)
    assert pair.rounds == 8


def test_disturbed_blocks_do_not_count_where_enough_others_do() -> None:
    made = entry("jax", "eager", times(1))
    blocks = made.replicates[0].blocks
    blocks += [
        labelled(block_of(Ran(10, (5e-3,), (5e-3,), 0, 1, 0), 8 + n, 0, 8 + n), 0.4)
        for n in range(3)
    ]
    conclusions.judge([made], OVER)
    assert made.refused is None
    result = conclusions.result(MATMUL, made, WHERE, None)
    assert result.time is not None
    assert result.time.blocks == 8
    assert result.time.seconds == pytest.approx(1e-3, rel=0.02)
    assert len(result.blocks) == 11
    assert result.conditions is not None
    assert result.conditions.disturbed_blocks == 3


def test_too_few_blocks_at_the_end_of_the_budget_are_not_run() -> None:
    made = entry("jax", "eager", times(1)[:5])
    conclusions.judge([made], OVER)
    assert made.refused == Refused("not_run", OVER)


def test_a_replicate_that_the_budget_cut_leaves_the_ones_before_it() -> None:
    made = entry("jax", "eager", times(1), times(1)[:3])
    made.refused = Refused("not_run", OVER)
    conclusions.judge([made], OVER)
    assert made.refused is None
    assert len(made.replicates) == 1


def test_a_failure_is_not_forgotten_for_earlier_replicates() -> None:
    made = entry("jax", "eager", times(1))
    made.refused = Refused("crash", "SIGSEGV")
    conclusions.judge([made], OVER)
    assert made.refused == Refused("crash", "SIGSEGV")


def test_more_processors_than_threads_is_no_time_to_rely_on() -> None:
    within, beyond = (entry("jax", "eager", times(1), share=share) for share in (1.05, 1.9))
    conclusions.judge([within], OVER)
    conclusions.judge([beyond], OVER)
    assert within.refused is None
    assert beyond.refused == Refused("unstable", "it took 1.90 processors, and 1 were allowed")
    two = entry("jax", "eager", times(1), share=1.9)
    conclusions.judge([two], OVER, threads=2)
    assert two.refused is None
