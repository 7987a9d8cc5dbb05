"""What the profile says between the lines: scale from size, what teams knew on a day."""

from datetime import date

import pytest

from framework_advisor import Profile
from framework_advisor.decision.circumstances import facet_values, inferences, scale_of
from framework_advisor.decision.priors import EARLIER_FLUENCY, PRIORS, prior_of


def sized(parameters: int, *phases: str) -> Profile:
    workload = {"phases": list(phases), "model": {"parameters": parameters}}
    return Profile(stage="research", workload=workload)


@pytest.mark.parametrize(
    ("profile", "scale"),
    [
        (sized(10**8, "training"), None),
        (sized(2 * 10**10, "training"), "multi_device"),
        (sized(4 * 10**11, "pretraining"), "multi_node"),
        (sized(4 * 10**11), "multi_node"),
        (sized(4 * 10**11, "inference"), None),
        (sized(4 * 10**11, "fine_tuning"), None),
    ],
)
def test_a_model_too_large_for_a_device_is_trained_on_more(
    profile: Profile, scale: str | None
) -> None:
    assert scale_of(profile) == scale


def test_a_stated_scale_is_taken_as_stated() -> None:
    large = sized(4 * 10**11, "training").model_copy(
        update={"scale": Profile(stage="research", scale={"training_devices": 1}).scale}
    )
    assert scale_of(large) == "single"


def on(day: date) -> Profile:
    return Profile(stage="research", evidence={"as_of": day})


def test_what_teams_knew_is_taken_from_what_could_be_counted_by_then() -> None:
    days = [until for until, _, _ in EARLIER_FLUENCY]
    assert days == sorted(days)
    _, shares, why = EARLIER_FLUENCY[1]
    assert prior_of(on(date(2018, 7, 1)), "fluency")[1:] == (shares, why)
    assert prior_of(on(days[-1]), "fluency") == PRIORS["fluency"]
    assert prior_of(Profile(stage="research"), "fluency") == PRIORS["fluency"]
    (told,) = [i for i in inferences(on(date(2018, 7, 1))) if i.field == "/team/skills"]
    assert (told.prior, told.why) == (dict(shares), why)


def test_what_was_not_there_on_a_day_has_no_share_of_the_prior() -> None:
    early = on(date(2017, 1, 5))
    assert "pytorch" not in prior_of(early, "fluency")[1]
    assert not {"llm", "diffusion", "transformer"} & set(prior_of(early, "family")[1])
    assert not {"tpu", "apple"} & set(prior_of(early, "accelerator")[1])
    assert "browser" not in prior_of(early, "target")[1]
    for facet in PRIORS:
        assert sum(prior_of(early, facet)[1].values()) == pytest.approx(1.0)


@pytest.mark.parametrize("shares", [*(s for _, s, _ in EARLIER_FLUENCY), PRIORS["fluency"][1]])
def test_priors_are_shares(shares: dict[str, float]) -> None:
    assert sum(shares.values()) == pytest.approx(1.0)


def test_what_is_drawn_requires_nothing() -> None:
    assert facet_values(Profile(stage="research"), "target").required == ()
    told = facet_values(
        Profile(stage="research", targets=["ios", {"kind": "browser", "required": False}]), "target"
    )
    assert (told.required, told.wished) == (("ios",), ("browser",))
