"""From statements to values: what speaks, how surely, and what silence does."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_advisor import Profile
from framework_advisor.decision.deployed_paths import DeployedPaths
from framework_advisor.decision.distributions import Draws
from framework_advisor.decision.measured_values import MeasuredValues
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.values import Values
from framework_knowledge.models import Cell, Snapshot
from worlds import ANCHORS, TODAY, claim, world

PYTORCH, TENSORFLOW = Stack("pytorch", "pytorch"), Stack("tensorflow", "tensorflow")
KERAS_ON_JAX, JAX = Stack("keras", "jax"), Stack("jax", "jax")


def values(snapshot: Snapshot, **profile: object) -> Values:
    asked = Profile(stage="research", **profile)
    measured = MeasuredValues(asked, Measurements(), snapshot)
    return Values(asked, snapshot, measured, DeployedPaths(asked, Measurements(), snapshot))


def draws(found: Values, stack: Stack, criterion: str) -> np.ndarray:
    return Draws(Noise(0), 0, 2000).of(found.belief(stack, criterion))


def test_a_claim_puts_the_value_on_its_anchor() -> None:
    v = values(world((claim("c", "longevity", {"pytorch": "fair"}),)))
    assert v.belief(PYTORCH, "longevity").mean == pytest.approx(0.75, abs=0.01)
    assert v.basis(PYTORCH, "longevity") == ("documented", ("c",))


def test_silence_is_uniform_and_said_to_be_unknown() -> None:
    v = values(world())
    drawn = draws(v, PYTORCH, "longevity")
    assert drawn.std() == pytest.approx(1 / np.sqrt(12), abs=0.01)
    assert v.basis(PYTORCH, "longevity") == ("unknown", ())


def test_what_holds_in_the_circumstances_replaces_what_holds_in_general() -> None:
    snapshot = world(
        (
            claim("any", "deployment", {"pytorch": "best"}),
            claim("phone", "deployment", {"pytorch": "worst"}, targets=("android",)),
        )
    )
    on_phone = values(snapshot, targets=["android"])
    assert on_phone.basis(PYTORCH, "deployment")[1] == ("phone",)
    on_server = values(snapshot, targets=["server_cpu"])
    assert on_server.basis(PYTORCH, "deployment")[1] == ("any",)
    in_lab = values(snapshot, targets=[])
    assert in_lab.basis(PYTORCH, "deployment")[1] == ("any",)


def test_several_targets_share_the_value_and_a_wish_counts_half() -> None:
    snapshot = world(
        (
            claim("phone", "deployment", {"pytorch": "worst"}, targets=("android",)),
            claim("server", "deployment", {"pytorch": "best"}, targets=("server_cpu",)),
        )
    )
    both = values(snapshot, targets=["android", "server_cpu"])

    assert both.belief(PYTORCH, "deployment").mean == pytest.approx(0.5, abs=0.03)
    wish = values(snapshot, targets=[{"kind": "android", "required": False}, "server_cpu"])
    assert wish.belief(PYTORCH, "deployment").mean == pytest.approx(2 / 3, abs=0.03)


def test_an_open_target_mixes_by_the_prior_and_widens() -> None:
    snapshot = world(
        (
            claim("any", "deployment", {"pytorch": "worst"}),
            claim("gpu", "deployment", {"pytorch": "best"}, targets=("server_gpu",)),
        )
    )
    open_, told = values(snapshot), values(snapshot, targets=["server_gpu"])
    assert open_.belief(PYTORCH, "deployment").mean == pytest.approx(0.4, abs=0.08)
    assert draws(open_, PYTORCH, "deployment").std() > 2 * draws(told, PYTORCH, "deployment").std()


def test_keras_shares_the_draw_of_the_backend_it_inherits_from() -> None:
    v = values(world((claim("c", "accelerator_support", {"jax": "fair"}),)))
    np.testing.assert_array_equal(
        draws(v, JAX, "accelerator_support"), draws(v, KERAS_ON_JAX, "accelerator_support")
    )


def test_what_is_said_of_keras_on_that_backend_replaces_what_it_inherits() -> None:
    snapshot = world(
        (
            claim("jax", "accelerator_support", {"jax": "best"}),
            claim("own", "accelerator_support", {"keras:jax": "poor"}),
        )
    )
    v = values(snapshot)
    assert v.basis(KERAS_ON_JAX, "accelerator_support")[1] == ("own",)
    assert v.basis(JAX, "accelerator_support")[1] == ("jax",)


def test_keras_does_not_inherit_what_is_its_own() -> None:
    v = values(world((claim("c", "ease_of_use", {"jax": "worst"}),)))
    assert v.basis(KERAS_ON_JAX, "ease_of_use") == ("unknown", ())


def test_a_cell_of_the_article_speaks_softly_beside_a_primary_source() -> None:
    cell = Cell(
        id="cell",
        claim="said",
        framework="tensorflow",
        criterion="longevity",
        value="best",
        standing="holds",
        today="so it is",
        sources=("S1",),
        observed=TODAY,
        known=date(2024, 1, 1),
        valid_from=date(2024, 1, 1),
        grade="unsourced",
    )
    primary = claim("c", "longevity", {"tensorflow": "poor"})
    v = values(world((primary,), cells=(cell,)))
    assert v.belief(TENSORFLOW, "longevity").mean < 0.4
    assert set(v.basis(TENSORFLOW, "longevity")[1]) == {"c", "cell"}


@given(
    anchor=st.sampled_from(ANCHORS),
    other=st.sampled_from(ANCHORS),
    older=st.integers(0, 3000),
    much_older=st.integers(0, 3000),
)
def test_age_never_narrows_an_interval(
    anchor: str, other: str, older: int, much_older: int
) -> None:
    def width(days: int) -> float:
        observed = date.fromordinal(TODAY.toordinal() - days)
        snapshot = world(
            (
                claim("c", "longevity", {"pytorch": anchor}, observed=observed),
                claim("d", "longevity", {"pytorch": other}),
            )
        )
        low, high = np.quantile(draws(values(snapshot), PYTORCH, "longevity"), [0.05, 0.95])
        return float(high - low)

    young, old = sorted((older, much_older))
    assert width(old) >= width(young) - 1e-12


@given(level=st.integers(0, 3), other=st.sampled_from(ANCHORS))
def test_improving_a_fact_never_lowers_its_framework(level: int, other: str) -> None:
    def mean(anchor: str) -> float:
        snapshot = world(
            (
                claim("c", "longevity", {"pytorch": anchor}, grade="secondary"),
                claim("d", "longevity", {"pytorch": other}),
            )
        )
        return values(snapshot).belief(PYTORCH, "longevity").mean

    assert mean(ANCHORS[level + 1]) > mean(ANCHORS[level])


def test_keras_is_no_better_than_what_it_runs_on_and_says_whose_limit_that_is() -> None:
    def levels(own: str) -> float:
        v = values(
            world(
                (
                    claim("own", "accelerator_support", {"keras:jax": own}, grade="measured"),
                    claim("backend", "accelerator_support", {"jax": "middling"}, grade="judgement"),
                )
            )
        )
        return v.belief(KERAS_ON_JAX, "accelerator_support").mean

    means = [levels(anchor) for anchor in ANCHORS]
    assert means == sorted(means)
    assert means[-1] == pytest.approx(means[2])
    v = values(
        world(
            (
                claim("own", "accelerator_support", {"keras:jax": "best"}),
                claim("backend", "accelerator_support", {"jax": "middling"}),
            )
        )
    )
    assert v.basis(KERAS_ON_JAX, "accelerator_support") == ("documented", ("own", "backend"))
