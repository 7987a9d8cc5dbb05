"""The pieces to build with: every system of the source article, on any day, with its evidence."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_knowledge import Piece, load
from framework_knowledge.models import GONE, ArticleSystem, Requirement

KNOWLEDGE = load()
TODAY = KNOWLEDGE.snapshot(date(2026, 11, 23))
#: Days on which a piece or a claim begins, ends or becomes known, and those before them: between
#: two of them nothing changes.
EDGES = sorted(
    {
        edge + timedelta(days=step)
        for edge in (
            *(edge for piece in KNOWLEDGE.pieces for edge in (piece.valid_from, piece.valid_until)),
            *(
                edge
                for claim in KNOWLEDGE.claims
                for edge in (claim.valid_from, claim.valid_until, claim.known)
            ),
        )
        if edge is not None
        for step in (-1, 0)
        if edge + timedelta(days=step) >= KNOWLEDGE.first_day
    }
)
days = st.sampled_from(EDGES) | st.dates(KNOWLEDGE.first_day, date(2027, 1, 1))


def standing(system: str, day: date) -> set[tuple[str, str | None]]:
    """How a system stood on a day: each of its pieces' maturity and successor."""
    return {
        (piece.maturity, piece.successor)
        for piece in KNOWLEDGE.snapshot(day).pieces
        if system in piece.systems
    }


#: What the snapshot of the day of the check says of each system that the article names.
STANDING = {
    "TorchScript": {("deprecated", "pytorch_compile"), ("deprecated", "pytorch_export_default")},
    "PyTorch Mobile": {("ended", "pytorch_android")},
    "TorchServe": {("ended", "triton")},
    "torch.distributed": {("current", None), ("beta", None)},
    "TensorFlow Lite": {("maintenance", "tensorflow_phone")},
    "TensorFlow.js": {("ended", "tensorflow_browser")},
    "TensorFlow Serving": {("maintenance", None)},
    "tf.distribute": {
        ("maintenance", "jax_sharding_piece"),
        ("maintenance", "keras_jax_distribution"),
    },
    "TensorBoard": {("current", None)},
    "Theano": {("ended", "keras_jax_compiled")},
    "CNTK": {("ended", "keras_jax_compiled")},
    "CUDA": {("current", None), ("maintenance", "cuda_of_torch")},
    "TPU": {
        ("ended", "tpu_of_jax"),
        ("deprecated", "tpu_of_torch"),
        ("current", None),
        ("beta", None),
    },
    "Edge TPU": {("maintenance", None)},
    "Google Cloud": {("maintenance", "google_cloud"), ("current", None)},
    "static graph": {("current", None)},
    "dynamic graph": {("current", None)},
}


def test_every_system_that_the_article_names_is_listed_here() -> None:
    assert set(STANDING) == set(get_args(ArticleSystem))


@pytest.mark.parametrize("system", STANDING)
def test_a_system_of_the_article_has_its_standing_and_successor(system: str) -> None:
    assert standing(system, TODAY.as_of) == STANDING[system]


#: On the days of the replays: the maturities of systems that have changed since, "" for not there.
THEN = [
    (date(2018, 7, 1), "TorchScript", ""),
    (date(2018, 7, 1), "PyTorch Mobile", ""),
    (date(2018, 7, 1), "TorchServe", ""),
    (date(2018, 7, 1), "torch.distributed", "beta"),
    (date(2018, 7, 1), "TensorFlow Lite", "current"),
    (date(2018, 7, 1), "TensorFlow.js", "current"),
    (date(2018, 7, 1), "TensorFlow Serving", "current"),
    (date(2018, 7, 1), "tf.distribute", "beta"),
    (date(2018, 7, 1), "Theano", "current"),
    (date(2018, 7, 1), "CNTK", "current"),
    (date(2018, 7, 1), "TPU", "beta"),
    (date(2018, 7, 1), "Edge TPU", ""),
    (date(2020, 7, 1), "TorchScript", "current"),
    (date(2020, 7, 1), "PyTorch Mobile", "beta"),
    (date(2020, 7, 1), "TorchServe", "current"),
    (date(2020, 7, 1), "torch.distributed", "current"),
    (date(2020, 7, 1), "tf.distribute", "current"),
    (date(2020, 7, 1), "Theano", "ended"),
    (date(2020, 7, 1), "Edge TPU", "current"),
    (date(2023, 7, 1), "TorchServe", "current"),
    (date(2023, 7, 1), "TensorFlow.js", "current"),
    (date(2023, 7, 1), "TensorFlow Serving", "current"),
    (date(2023, 7, 1), "CNTK", "ended"),
    (date(2023, 7, 1), "Google Cloud", "current"),
]


@pytest.mark.parametrize(("day", "system", "maturity"), THEN)
def test_a_system_stood_as_that_day_knew_it(day: date, system: str, maturity: str) -> None:
    assert {found for found, _ in standing(system, day)} == ({maturity} if maturity else set())


def test_every_piece_of_a_day_rests_on_claims_of_that_day_or_says_what_it_lacks() -> None:
    bare = [
        (piece.id, day)
        for day in EDGES
        for piece in KNOWLEDGE.snapshot(day).pieces
        if not (piece.evidence or piece.unsourced)
    ]
    assert not bare


def requirements_on(piece: Piece, day: date) -> list[Requirement]:
    return [r for r in piece.requires if r.known is None or r.known <= day]


@given(days)
def test_a_requirement_rests_on_claims_and_pieces_of_that_day(day: date) -> None:
    written = {piece.id: piece for piece in KNOWLEDGE.pieces}
    for piece in KNOWLEDGE.snapshot(day).pieces:
        asked = requirements_on(written[piece.id], day)
        assert len(piece.requires) == len(asked)
        for told, wanted in zip(piece.requires, asked, strict=True):
            assert bool(told.evidence) == bool(wanted.evidence), (piece.id, day)
            assert bool(told.pieces) == bool(wanted.pieces), (piece.id, day)


def test_a_requirement_is_not_told_before_it_could_be_known() -> None:
    def words(day: date) -> set[str]:
        pieces = {piece.id: piece for piece in KNOWLEDGE.snapshot(day).pieces}
        return {word for each in pieces["jax_tf_data"].requires for word in each.in_words()}

    assert "Python 3.13 or older" in words(date(2026, 11, 23))
    assert words(date(2021, 7, 1)) == set()


def test_every_piece_that_compiles_says_by_what() -> None:
    compiling = [p for p in KNOWLEDGE.pieces if p.compiled and p.maturity not in GONE]
    assert compiling
    assert all(piece.compiler for piece in compiling)


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        (Requirement(os=("linux",)), ("development on linux",)),
        (Requirement(serving_os=("linux", "windows")), ("served on linux or windows",)),
        (
            Requirement(languages=("c", "cpp", "python"), python_min="3.10", python_max="3.13"),
            ("called from c, cpp or python", "Python 3.10 or newer", "Python 3.13 or older"),
        ),
        (
            Requirement(accelerators=("tpu",), network=True, fixed_shapes=True),
            ("accelerator: tpu", "fixed shapes", "a network"),
        ),
        (
            Requirement(packages=("torch>=2.10",), besides=("patience",)),
            ("torch>=2.10", "patience"),
        ),
        (Requirement(pieces=("vllm",)), ()),
    ],
)
def test_a_requirement_in_words(requirement: Requirement, words: tuple[str, ...]) -> None:
    assert requirement.in_words() == words
