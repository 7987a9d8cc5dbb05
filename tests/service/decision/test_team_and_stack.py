"""What follows from people, code and circumstances: team fit, switching, pieces to build with."""

import pytest

from framework_advisor import Profile
from framework_advisor.decision.requirements import Stack
from framework_advisor.decision.stacks import build_stack
from framework_advisor.decision.switching import switching
from framework_advisor.decision.team_fit import team_fit
from framework_knowledge.models import Circumstances, Piece
from worlds import claim, world


def own(framework: str) -> Stack:
    return Stack(framework, framework)


@pytest.mark.parametrize(
    ("team", "framework", "fit"),
    [
        ({"skills": {"jax": 0.6}}, "jax", 0.6),
        ({"skills": {"jax": 0.6}}, "pytorch", 0.25),
        ({"skills": {"tensorflow": 1.0}}, "keras", 0.75),
        ({"skills": {"tensorflow": 1.0, "keras": 0.3}}, "keras", 0.75),
        ({"skills": {"keras": 1.0}}, "tensorflow", 0.5),
        ({"existing_code": ["pytorch"]}, "pytorch", 0.75),
        ({"existing_code": ["pytorch"], "leaving": ["pytorch"]}, "pytorch", 0.25),
        ({"skills": {}}, "jax", 0.25),
    ],
)
def test_fit_of_a_team(team: dict[str, object], framework: str, fit: float) -> None:
    profile = Profile.model_validate({"stage": "research", "team": team})
    assert team_fit(profile, own(framework), "pytorch").centre == pytest.approx(fit)


def test_moving_code_costs_by_where_it_comes_from() -> None:
    known = world((claim("tf_keras_split", "ease_of_use", {"tensorflow": "poor"}),))
    profile = Profile(
        stage="production",
        team={"existing_code": ["tensorflow", "jax"], "skills": {"keras": 0.5}},
    )
    moves = {m.from_: m for m in switching(profile, Stack("keras", "jax"), known)}
    assert moves["tensorflow"].kinds == ("re_export",)
    assert moves["tensorflow"].evidence == ("tf_keras_split",)
    assert "rewrite" in moves["jax"].kinds
    assert "share one environment" in moves["jax"].why


def test_people_who_do_not_know_the_pick_learn_it() -> None:
    profile = Profile(stage="production", team={"existing_code": ["jax"]})
    (move,) = switching(profile, own("pytorch"), world())
    assert move.kinds == ("rewrite", "retrain", "re_export", "retrain_people")
    assert switching(profile, own("jax"), world()) == ()


def piece(identity: str, kind: str, maturity: str = "current", **fields: object) -> Piece:
    return Piece(
        id=identity,
        kind=kind,
        subjects=("pytorch",),
        choice=identity,
        why="because",
        maturity=maturity,
        successor="next" if maturity in ("deprecated", "ended") else None,
        **fields,
    )


PIECES = (
    piece("ended", "export", "ended", when=Circumstances(targets=("browser",))),
    piece("web", "export", when=Circumstances(targets=("browser",))),
    piece("later", "export", when=Circumstances(targets=("browser",))),
    piece("triton", "serving", when=Circumstances(targets=("server_gpu",))),
    piece("compile", "execution", compiled=True),
    piece("eager", "execution", compiled=False, everyday=True),
)


def stack(**profile: object) -> object:
    asked = Profile.model_validate({"stage": "production"} | profile)
    return build_stack(asked, world(pieces=PIECES), own("pytorch"))


def test_the_first_living_piece_that_fits_is_taken_for_each_target() -> None:
    exports = stack(targets=["browser", "android"]).export
    assert [(e.target, e.choice) for e in exports] == [
        ("browser", "web"),
        ("android", "no path known"),
    ]


def test_serving_follows_the_targets_that_are_served() -> None:
    assert stack(targets=["android", "server_gpu"]).serving.choice == "triton"
    assert stack(targets=["android"]).serving.choice == "none needed"
    assert stack().serving.choice == "open"


def test_own_code_runs_as_usual_and_standard_models_compiled() -> None:
    assert stack(workload={"custom_research_code": True}).execution.choice == "eager"
    assert stack(workload={"custom_research_code": False}).execution.choice == "compile"
