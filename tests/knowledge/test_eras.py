"""Who could be chosen on a day, and on what Keras ran."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_knowledge import Framework, KnowledgeError, load

Edit = Callable[[str, str, str], int]

KNOWLEDGE = load()
TENSORFLOW_ONLY = ("tensorflow",)
THREE = ("jax", "pytorch", "tensorflow")
days = st.dates(min_value=KNOWLEDGE.first_day, max_value=date(2026, 11, 23))


def frameworks(day: date) -> dict[str, Framework]:
    return {framework.id: framework for framework in KNOWLEDGE.snapshot(day).frameworks}


@pytest.mark.parametrize(
    ("day", "backends"),
    [
        (date(2017, 1, 1), TENSORFLOW_ONLY),
        (date(2019, 7, 1), TENSORFLOW_ONLY),
        (date(2019, 9, 16), TENSORFLOW_ONLY),
        (date(2019, 9, 17), TENSORFLOW_ONLY),
        (date(2023, 7, 1), TENSORFLOW_ONLY),
        (date(2023, 11, 26), TENSORFLOW_ONLY),
        (date(2023, 11, 27), THREE),
        (date(2026, 11, 23), THREE),
    ],
)
def test_keras_runs_on_what_it_ran_on_that_day(day: date, backends: tuple[str, ...]) -> None:
    assert frameworks(day)["keras"].backends == backends


def test_keras_is_told_as_what_it_was() -> None:
    told = [frameworks(day)["keras"].summary for day in (date(2019, 9, 16), date(2019, 9, 17))]
    assert "stand-alone" in told[0]
    assert told[1] == "The high-level interface of TensorFlow."
    assert "Theano" not in told[1]


def test_jax_is_no_option_before_it_was_published() -> None:
    assert set(frameworks(date(2018, 1, 1))) == {"pytorch", "tensorflow", "keras"}
    assert "jax" not in frameworks(date(2018, 12, 6))
    assert "jax" in frameworks(date(2018, 12, 7))


@given(days)
def test_every_backend_is_a_framework_of_the_same_day(day: date) -> None:
    known = frameworks(day)
    for framework in known.values():
        assert set(framework.backends) <= set(known)


@given(days)
def test_nothing_of_another_era_is_told(day: date) -> None:
    assert all(framework.earlier == () for framework in frameworks(day).values())
    claims = KNOWLEDGE.snapshot(day).claims
    subjects = {subject for claim in claims for subject in claim.values}
    backends = {s.partition(":")[2] for s in subjects if ":" in s}
    assert backends <= set(frameworks(day)["keras"].backends)


@pytest.mark.parametrize("backend", ["Theano", "CNTK"])
def test_theano_and_cntk_are_pieces_that_end_with_stand_alone_keras(backend: str) -> None:
    def maturities(day: date) -> list[str]:
        pieces = KNOWLEDGE.snapshot(day).pieces
        return [piece.maturity for piece in pieces if piece.choice.startswith(backend)]

    end = date(2019, 9, 17)
    assert maturities(end - timedelta(days=1)) == ["current"]
    assert maturities(end) == ["ended"]


def test_eras_out_of_order_are_told(folder: Path, edit: Edit) -> None:
    edit("frameworks.yaml", "until: 2019-09-17", "until: 2024-01-01")
    with pytest.raises(KnowledgeError, match=r"frameworks\.2: earlier must be ordered by until"):
        load(folder)
