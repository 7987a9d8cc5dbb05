"""What the article says beside what was measured: ratios are told from the side of its subject."""

from __future__ import annotations

import pytest

from framework_advisor import Advisor, Profile
from framework_advisor.recommendation import Contender, Measurement
from framework_advisor.web.views.article import STANDINGS, compared
from framework_knowledge import Cell, load

KNOWLEDGE = load()
ANSWER = Advisor(KNOWLEDGE).decide(Profile(stage="production", workload={"family": "cnn"}))
#: PyTorch takes half the time of TensorFlow.
TWICE = Measurement(
    id="m",
    probe="cnn_train_step",
    a=Contender(framework="pytorch", backend=None, tier="eager"),
    b=Contender(framework="tensorflow", backend=None, tier="eager"),
    ratio=2.0,
    ci95=(1.6, 2.5),
    verdict="faster",
    host="host_1",
    run="run_1",
    applied=True,
)


def cited(framework: str) -> Cell:
    """A statement of the article on the framework that the answer rests on."""
    return next(
        cell
        for cell in KNOWLEDGE.cells
        if cell.id in ANSWER.evidence and cell.framework == framework
    )


@pytest.mark.parametrize(
    ("framework", "line"),
    [
        ("pytorch", "cnn_train_step: 2.00 times as fast as TensorFlow, eager (1.60 to 2.50)"),
        ("tensorflow", "cnn_train_step: 0.50 times as fast as PyTorch, eager (0.40 to 0.62)"),
    ],
)
def test_a_ratio_is_told_from_the_side_of_who_is_spoken_of(framework: str, line: str) -> None:
    cell = cited(framework)
    decision = ANSWER.model_copy(update={"measurements": (TWICE,)})
    rows = compared(decision, [cell], {"cnn_train_step": cell.criterion})
    assert [row.measured for row in rows] == [(line,)]


def test_what_was_not_applied_or_is_of_another_criterion_is_not_told() -> None:
    cell = cited("pytorch")
    aside = TWICE.model_copy(update={"applied": False})
    decision = ANSWER.model_copy(update={"measurements": (aside,)})
    assert compared(decision, [cell], {"cnn_train_step": cell.criterion})[0].measured == ()
    decision = ANSWER.model_copy(update={"measurements": (TWICE,)})
    assert compared(decision, [cell], {"cnn_train_step": "team_fit"})[0].measured == ()


def test_what_has_aged_worst_comes_first() -> None:
    order = list(STANDINGS)[::-1]
    places = [order.index(r.cell.standing) for r in compared(ANSWER, KNOWLEDGE.cells, {})]
    assert len(set(places)) > 1
    assert places == sorted(places)
