"""What recorded twins say, and whether intervals hold the truth. Deterministic."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framework_probes import statistics
from framework_probes.catalogue import SUITES
from framework_probes.results import Block
from framework_probes.selftests import recording, scoring
from framework_probes.selftests.aa import EQUAL, LONGER, RECORDED
from framework_probes.selftests.aa import concluded as aa
from framework_probes.selftests.coverage import ALLOWED, KEPT, coverage, recorded, simulate
from framework_probes.selftests.noise import Noise, fitted, known_beforehand
from framework_probes.selftests.recording import Recording, Series, Twosome, Which
from framework_probes.selftests.simulation import drawn

KEPT_HERE = recording.read(KEPT)
TWINS = list(recording.twosomes(KEPT_HERE))
NOISE = fitted(TWINS)
LEVEL = Noise("jax", "tanh", "eager", 0.01, 0.05, 0.02, 0.0, 0.03, 40)


def twins(noise: Noise, processes: int, rounds: int, truth: float = 1.0, seed: int = 3) -> Twosome:
    """Twins drawn from a noise that is known."""
    suite = replace(SUITES["full"], rounds=(rounds, rounds))
    a, b = drawn(np.random.default_rng(seed), noise, noise, truth, suite, processes)
    which = Which("jax", "tanh", truth, "eager", alternated=True, withheld=None)
    return Twosome("jax", "tanh", truth, "eager", None, *(_series(which, side) for side in (a, b)))


def _series(which: Which, blocks: list[Block]) -> tuple[Series, ...]:
    made = recording.series(which, 0, [replace(b, wall_samples_s=(0.0,) * 40) for b in blocks])
    return tuple(replace(each, excess=0.0) for each in made)


def test_the_noise_that_blocks_were_drawn_from_is_found_again() -> None:
    (found,) = fitted([twins(LEVEL, processes=60, rounds=40)])
    assert found.process == pytest.approx(LEVEL.process, rel=0.3)
    assert found.block == pytest.approx(LEVEL.block, rel=0.2)
    assert found.round == pytest.approx(LEVEL.round, rel=0.2)


def test_correlated_blocks_are_not_taken_for_biased_processes() -> None:
    steady = replace(LEVEL, process=0.0, rho=0.6)
    (found,) = fitted([twins(steady, processes=60, rounds=40)])
    assert found.rho == pytest.approx(0.6, abs=0.15)
    assert found.process < 0.005


def test_twins_that_tell_nothing_of_processes_are_left_out() -> None:
    alone, longer = twins(LEVEL, 1, 10), twins(LEVEL, 3, 10, truth=1.25)
    suspect = replace(twins(LEVEL, 3, 10), withheld="contended")
    assert fitted([alone, longer, suspect]) == ()


def test_what_is_known_beforehand_of_processes_is_what_the_recording_says() -> None:
    sd, _ = known_beforehand(TWINS, (statistics.PROCESS_FREEDOM,))
    assert 0.67 <= sd / statistics.PROCESS_SD <= 1.5
    _, freedom = known_beforehand(TWINS)
    assert abs(statistics.PROCESS_FREEDOM - freedom) <= 2


def test_how_processes_differ_is_found_again() -> None:
    many = [twins(LEVEL, 4, 20, seed=seed) for seed in range(60)]
    sd, freedom = known_beforehand(many)
    # Of a ratio: two processes take part.
    assert sd == pytest.approx(LEVEL.process * 2**0.5, rel=0.25)
    # All of these processes differ alike, and the fit may be sure of that.
    assert freedom >= 10


@pytest.mark.parametrize("replicates", [2, 3])
def test_simulated_intervals_over_processes_hold_the_truth(replicates: int) -> None:
    found = simulate(NOISE, replicates, runs=400, seed=1)
    # Three standard errors of 400 runs beyond what 2,000 have to keep to.
    assert ALLOWED[0] - 4 <= 100 * found.share <= ALLOWED[1] + 2


@pytest.mark.parametrize("replicates", [1, 2, 3])
def test_recorded_intervals_hold_the_truth_that_is_known_of_twins(replicates: int) -> None:
    found = recorded(TWINS, replicates)
    assert found.cases >= 100
    assert found.share >= 0.92


def test_intervals_that_forget_how_processes_differ_do_not_hold_the_truth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the statistics did before: the interval of the blocks alone."""
    monkeypatch.setattr(statistics, "across", lambda pooled, parts: pooled)
    assert simulate(NOISE, 1, runs=200, seed=1).share < 0.90
    assert simulate(NOISE, 3, runs=200, seed=1).share < 0.90


def test_what_is_known_of_processes_lets_two_of_them_say_more_than_students_interval() -> None:
    known = simulate(NOISE, 2, runs=200, seed=1)
    with pytest.MonkeyPatch.context() as without:
        # Worth nothing: the two processes stand for themselves, with one degree of freedom.
        without.setattr(statistics, "PROCESS_FREEDOM", 0)
        alone = simulate(NOISE, 2, runs=200, seed=1)
    assert known.width < 0.6 * alone.width


def test_the_figures_are_the_same_every_time_and_single_processes_carry_no_demand() -> None:
    small = Recording(KEPT_HERE.head, KEPT_HERE.series[:200])
    first, again = coverage(small, runs=20), coverage(small, runs=20)
    assert first == again
    assert set(first.bounds) == {"simulated_2", "simulated_3", "simulated_5"}
    assert "simulated_1" in {figure.name for figure in first.figures}


def test_the_recording_holds_alternated_and_sequential_blocks_of_all_frameworks() -> None:
    frameworks = {each.subject.partition(":")[0] for each in TWINS}
    assert frameworks == {"pytorch", "tensorflow", "jax", "keras"}
    assert len(list(recording.twosomes(KEPT_HERE, alternated=False))) == len(TWINS)


def test_on_the_recording_turns_err_less_than_one_after_the_other() -> None:
    findings = aa(list(scoring.from_recording(KEPT_HERE)), stressed=False)
    figures = {figure.name: figure.value for figure in findings.figures}
    assert figures["wrong"] is not None
    assert figures["error_of_sequential"] is not None
    assert figures["wrong"] <= 5.0
    assert figures["error_of_sequential"] < 0.5


def test_a_twin_that_was_slower_all_along_is_a_wrong_verdict() -> None:
    """A selftest that cannot fail shows nothing: here one side's blocks are made 20% longer."""
    slowed = tuple(
        replace(each, seconds=tuple(1.2 * s for s in each.seconds))
        if each.twin == 1 and each.alternated
        else each
        for each in KEPT_HERE.series
    )
    changed = list(scoring.from_recording(Recording(KEPT_HERE.head, slowed)))
    figures = {figure.name: figure.value for figure in aa(changed, stressed=False).figures}
    assert (figures["wrong"] or 0.0) > 50.0


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    part = Recording(KEPT_HERE.head, KEPT_HERE.series[:3])
    recording.write(part, tmp_path / "kept.json")
    assert recording.read(tmp_path / "kept.json") == part


def test_what_a_recording_keeps_is_what_aa_tries() -> None:
    assert set(RECORDED) <= {*EQUAL, *LONGER}
