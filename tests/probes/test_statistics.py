"""The statistics say what their sources say, on any numbers."""

import itertools
import math
import random
import statistics as standard

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from framework_probes import statistics
from framework_probes.statistics import BAND, FEWEST, Estimate

seconds = st.floats(1e-7, 1e2)
series = st.lists(seconds, min_size=FEWEST, max_size=24)
paired = st.integers(FEWEST, 16).flatmap(
    lambda n: st.tuples(
        st.lists(seconds, min_size=n, max_size=n), st.lists(seconds, min_size=n, max_size=n)
    )
)


@given(paired)
def test_a_ratio_turned_round_is_its_inverse(blocks: tuple[list[float], list[float]]) -> None:
    a, b = blocks
    forth, back = statistics.ratio(a, b), statistics.ratio(b, a)
    assert forth.value == pytest.approx(1 / back.value)
    assert forth.low == pytest.approx(1 / back.high)
    assert forth.high == pytest.approx(1 / back.low)


@given(paired, st.floats(1e-3, 1e3))
def test_a_ratio_does_not_depend_on_the_unit(
    blocks: tuple[list[float], list[float]], unit: float
) -> None:
    a, b = blocks
    plain = statistics.ratio(a, b)
    scaled = statistics.ratio([x * unit for x in a], [y * unit for y in b])
    assert scaled.value == pytest.approx(plain.value)
    assert (scaled.low, scaled.high) == pytest.approx((plain.low, plain.high))


@given(paired, st.lists(st.floats(0.5, 20), min_size=16, max_size=16))
def test_what_slows_a_whole_round_cancels(
    blocks: tuple[list[float], list[float]], disturbance: list[float]
) -> None:
    a, b = blocks
    disturbed = statistics.ratio(
        [x * d for x, d in zip(a, disturbance, strict=False)],
        [y * d for y, d in zip(b, disturbance, strict=False)],
    )
    assert disturbed.value == pytest.approx(statistics.ratio(a, b).value)


@given(series)
def test_hodges_lehmann_is_the_median_of_all_pairwise_means(values: list[float]) -> None:
    means = [
        (values[i] + values[j]) / 2
        for i, j in itertools.combinations_with_replacement(range(len(values)), 2)
    ]
    assert statistics.hodges_lehmann(values).value == pytest.approx(standard.median(means))


@given(series)
def test_an_estimate_lies_in_its_interval_and_in_the_range(values: list[float]) -> None:
    estimate = statistics.location(values)
    slack = 1 + 1e-9
    assert estimate.low <= estimate.value * slack
    assert estimate.value <= estimate.high * slack
    assert min(values) <= estimate.low * slack
    assert estimate.high <= max(values) * slack


@pytest.mark.parametrize(
    ("n", "depth"),
    # Two-sided 5% critical values of the signed-rank statistic, plus one: Wilcoxon's table.
    [(6, 1), (7, 3), (8, 4), (9, 6), (10, 9), (12, 14), (15, 26), (20, 53)],
)
def test_the_interval_cuts_off_what_the_signed_rank_table_says(n: int, depth: int) -> None:
    values = [math.pi * k * k + k for k in range(n)]
    averages = statistics.walsh_averages(values)
    estimate = statistics.hodges_lehmann(values)
    assert estimate.low == averages[depth - 1]
    assert estimate.high == averages[-depth]


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    generator = random.Random(11)
    held = 0
    for _ in range(1000):
        estimate = statistics.hodges_lehmann([generator.gauss(3, 1) for _ in range(10)])
        held += estimate.low <= 3 <= estimate.high
    # 95% of 1000, four standard errors either way.
    assert 922 <= held <= 990


def test_one_stolen_block_does_not_move_the_estimate_far() -> None:
    calm = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 1.01, 0.99]
    stolen = [*calm[:-1], 50.0]
    assert statistics.location(stolen).value == pytest.approx(
        statistics.location(calm).value, rel=0.02
    )


@pytest.mark.parametrize("count", range(FEWEST))
def test_too_few_blocks_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"at least {FEWEST}"):
        statistics.hodges_lehmann([1.0] * count)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_time_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        statistics.location([1.0] * FEWEST + [bad])


def test_unpaired_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="paired"):
        statistics.ratio([1.0] * 7, [1.0] * 8)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.031, 1.2, "faster"),
        (2.0, 3.0, "faster"),
        (0.8, 0.97, "slower"),
        (0.98, 1.02, "same"),
        (1 / BAND, BAND, "same"),
        (0.9, 1.1, "ambiguous"),
        (1.01, 1.2, "ambiguous"),
        (1.029, 1.031, "ambiguous"),
        (0.9, 0.99, "ambiguous"),
    ],
)
def test_a_verdict_needs_the_whole_interval_on_one_side_of_the_band(
    low: float, high: float, verdict: str
) -> None:
    assert statistics.verdict(Estimate((low * high) ** 0.5, low, high)) == verdict


@given(st.floats(0.1, 10), st.floats(1, 3))
def test_a_verdict_turned_round_is_the_opposite(value: float, width: float) -> None:
    forth = Estimate(value, value / width, value * width)
    # At the very edge of the band, rounding may decide.
    edges = (forth.low * BAND, forth.low / BAND, forth.high * BAND, forth.high / BAND)
    assume(all(abs(edge - 1) > 1e-9 for edge in edges))
    back = Estimate(1 / forth.value, 1 / forth.high, 1 / forth.low)
    opposite = {"faster": "slower", "slower": "faster", "same": "same", "ambiguous": "ambiguous"}
    assert statistics.verdict(back) == opposite[statistics.verdict(forth)]


@given(st.lists(seconds, min_size=1, max_size=30), st.floats(0, 1))
def test_a_quantile_lies_among_the_values_and_grows(values: list[float], q: float) -> None:
    found = statistics.quantile(values, q)
    assert min(values) <= found <= max(values)
    assert statistics.quantile(values, q / 2) <= found


def test_the_lower_quartile_interpolates_between_neighbours() -> None:
    assert statistics.lower_quartile([4.0, 1.0, 3.0, 2.0]) == 1.75
    assert statistics.quantile([1.0, 2.0], 0.5) == 1.5


@pytest.mark.parametrize(("values", "q"), [([], 0.5), ([1.0], -0.1), ([1.0], 1.1)])
def test_a_quantile_of_nothing_or_beyond_is_refused(values: list[float], q: float) -> None:
    with pytest.raises(ValueError, match="quantile"):
        statistics.quantile(values, q)


def test_a_process_that_still_warms_up_is_not_steady() -> None:
    assert statistics.halves_differ([2.0, 1.9, 1.8, 1.7, 1.0, 1.0, 1.0, 1.0])
    assert statistics.halves_differ([1.0, 1.0, 1.0, 1.0, 1.4, 1.5, 1.5, 1.6])


def test_noise_and_a_single_spike_are_steady() -> None:
    assert not statistics.halves_differ([1.0, 1.04, 0.97, 1.02, 1.01, 0.98, 1.03, 1.0])
    assert not statistics.halves_differ([1.0, 1.0, 1.0, 1.0, 1.0, 9.0, 1.0, 1.0])
    assert not statistics.halves_differ([1.0, 9.0])


@given(series, st.floats(1e-3, 1e3))
def test_steadiness_does_not_depend_on_the_unit(values: list[float], unit: float) -> None:
    moved = [
        statistics.quantile(values[-(len(values) // 2) :], q)
        / statistics.quantile(values[: len(values) // 2], q)
        for q in (0.25, 0.75)
    ]
    assume(all(abs(m / 1.1 - 1) > 1e-6 and abs(m * 1.1 - 1) > 1e-6 for m in moved))
    scaled = [v * unit for v in values]
    assert statistics.halves_differ(scaled) == statistics.halves_differ(values)


def known_well(value: float) -> Estimate:
    """What a process gave whose blocks all agreed."""
    return Estimate(value, value, value)


def test_replicates_widen_an_interval_to_the_one_that_they_give_by_themselves() -> None:
    pooled = Estimate(1.0, 0.999, 1.001)
    found = statistics.across(pooled, [known_well(part) for part in (0.98, 1.0, 1.02)])
    logs = [math.log(part) for part in (0.98, 1.0, 1.02)]
    # Student's interval of three and of the three that are known beforehand: 5 degrees of freedom.
    variance = (3 * 0.007**2 + 2 * standard.variance(logs)) / 5
    reach = 2.571 * math.sqrt(variance / 3)
    assert found.value == pooled.value
    assert found.low == pytest.approx(math.exp(standard.mean(logs) - reach))
    assert found.high == pytest.approx(math.exp(standard.mean(logs) + reach))


def test_the_larger_of_the_two_intervals_is_reported() -> None:
    pooled = Estimate(1.0, 0.9, 1.1)
    parts = [known_well(part) for part in (1.0, 1.001, 0.999)]
    assert statistics.across(pooled, parts) == pooled


def test_one_process_has_the_interval_that_is_known_beforehand_of_processes() -> None:
    found = statistics.across(Estimate(1.0, 0.999, 1.001), [known_well(1.0)])
    reach = 3.182 * 0.007
    assert (found.low, found.high) == pytest.approx((math.exp(-reach), math.exp(reach)))


def test_a_process_whose_blocks_say_little_has_the_wider_interval() -> None:
    sure, unsure = Estimate(1.0, 0.999, 1.001), Estimate(1.0, 0.95, 1.0 / 0.95)
    assert statistics.across(unsure, [unsure]).width > 2 * statistics.across(sure, [sure]).width


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_the_interval_over_replicates_holds_the_truth_though_processes_are_biased(
    count: int,
) -> None:
    generator = random.Random(5)
    held = 0
    for _ in range(1000):
        biases = [generator.gauss(0, 0.007) for _ in range(count)]
        logs = [[generator.gauss(bias, 0.005) for _ in range(10)] for bias in biases]
        pooled = statistics.location([math.exp(x) for part in logs for x in part])
        parts = [statistics.location([math.exp(x) for x in part]) for part in logs]
        estimate = statistics.across(pooled, parts)
        held += estimate.low <= 1 <= estimate.high
    # At least 95% of 1000, four standard errors below; processes here never stray far.
    assert held >= 922


def test_spread_is_how_far_the_parts_are_apart() -> None:
    assert statistics.spread([1.0, 1.1, 0.9]) == pytest.approx(1.1 / 0.9 - 1)
    assert statistics.spread([2.0]) == 0.0


def test_a_percentile_takes_so_many_that_hardly_ever_only_one_lies_above_it() -> None:
    for percent, fewest in statistics.FEWEST_FOR_PERCENTILE.items():
        q = percent / 100

        def risk(n: int, q: float = q) -> float:
            """That no more than one of n lies above the q-quantile."""
            return q**n + n * (1 - q) * q ** (n - 1)

        assert risk(fewest) <= 0.01 < risk(fewest - 1)
