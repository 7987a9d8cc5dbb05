"""How long a reading stays fresh, by the kind of the evidence."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from framework_knowledge import Claim, KnowledgeError, load
from framework_knowledge.ageing import AgeKind, kind_of, with_age

Edit = Callable[[str, str, str], int]

KNOWLEDGE = load()
TODAY = date(2026, 11, 23)
CLAIMS = {claim.id: claim for claim in KNOWLEDGE.claims}


def kind(claim: Claim) -> str:
    found = kind_of(claim, KNOWLEDGE.ageing)
    assert found is not None
    return found.id


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("torchserve_archived", "event"),
        ("jax_composable_transformations", "design"),
        ("tf_eager_by_default", "design"),
        ("keras_table_training", "speed"),
        ("torch_current_release", "figure"),
        ("aws_images", "support"),
    ],
)
def test_evidence_is_of_the_kind_that_it_reads_like(claim: str, expected: str) -> None:
    assert kind(CLAIMS[claim]) == expected


def test_a_speed_is_stale_long_before_a_design_and_a_design_before_an_end() -> None:
    years = {each.id: each.fresh_years for each in KNOWLEDGE.ageing}
    assert years["speed"] < years["support"] < years["design"] < years["event"]
    assert years["figure"] < years["support"]


def test_every_statement_stays_fresh_as_long_as_its_kind() -> None:
    for each in (*KNOWLEDGE.claims, *KNOWLEDGE.cells, *KNOWLEDGE.gates):
        found = kind_of(each, KNOWLEDGE.ageing)
        assert found is not None
        assert each.fresh_years == found.fresh_years
    assert len({claim.fresh_years for claim in KNOWLEDGE.snapshot(TODAY).claims}) > 2


def test_every_kind_is_that_of_some_statement_and_says_why() -> None:
    assert {kind(claim) for claim in KNOWLEDGE.claims} == {k.id for k in KNOWLEDGE.ageing}
    assert all(each.why for each in KNOWLEDGE.ageing)


def test_the_first_kind_that_fits_counts() -> None:
    claim = CLAIMS["torchserve_archived"]
    broad = AgeKind(id="all", fresh_years=1, why="")
    narrow = AgeKind(id="this", fresh_years=2, why="", statements=(claim.id,))
    other = AgeKind(id="other", fresh_years=3, why="", criteria=("security",))
    given = claim.model_copy()
    given.model_fields_set.discard("fresh_years")
    assert with_age(given, (other, narrow, broad)).fresh_years == 2
    assert with_age(given, (broad, narrow)).fresh_years == 1
    assert with_age(given, (other,)) is given


def test_what_a_claim_says_itself_counts_above_its_kind(folder: Path, edit: Edit) -> None:
    edit(
        "claims/usability.yaml",
        "keras: built_in_fit}\n",
        "keras: built_in_fit}\n    fresh_years: 7\n",
    )
    changed = {c.id: c for c in load(folder).claims}
    assert [c for c in changed if changed[c].fresh_years == 7] == ["keras_one_interface"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("swift_archived", "swift_gone", "'swift_gone' is no claim, cell or gate"),
        ("fresh_years: 10", "fresh_years: 0", "0 does not fit"),
        ("id: design", "id: event", "'event' is used twice"),
        ("fresh_years: 1\n", "fresh_years: 1\n    grades: [measured]\n", "is of no kind"),
    ],
)
def test_a_mistake_in_the_table_is_told(
    folder: Path, edit: Edit, old: str, new: str, reason: str
) -> None:
    edit("ageing.yaml", old, new)
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert reason in str(caught.value)
