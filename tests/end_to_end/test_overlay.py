"""The example of an overlay: what it says reaches the answer, with whose word it is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from framework_advisor import Advisor, Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.report import markdown
from framework_knowledge import load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "overlay"
LAID = load(overlays=[EXAMPLE])


def value(answer: Recommendation, framework: str, criterion: str) -> tuple[float, tuple[str, ...]]:
    row = next(row for row in answer.ranking if row.framework == framework)
    found = next(c for c in row.contributions if c.criterion == criterion)
    return found.value, found.evidence


def test_what_it_adds_and_overrides_moves_the_values_and_is_cited_as_its_own() -> None:
    profile = Profile(stage="production", evidence={"as_of": "2026-11-23", "probe_run": None})
    plain, laid = Advisor().recommend(profile), Advisor(LAID).recommend(profile)
    for framework, criterion, claim in (
        ("tensorflow", "production_ecosystem", "example_tf_serving_team"),
        ("jax", "longevity", "example_jax_owner"),
    ):
        before, _ = value(plain, framework, criterion)
        after, evidence = value(laid, framework, criterion)
        assert after > before
        assert claim in evidence
        said = laid.evidence[claim].provenance
        assert said == "overlay example 2026.11 (ml-platform@example.org)"
    assert "jax_support_window" in plain.evidence
    assert not {"jax_support_window", "aws_images"} & laid.evidence.keys()


def test_the_decision_record_says_whose_word_it_is() -> None:
    record = markdown(Advisor(LAID).recommend(Profile(stage="production")))
    assert "- With the overlay example 2026.11 of ml-platform@example.org: 2 statements" in record
    assert "(overlay example 2026.11 (ml-platform@example.org))" in record
    assert "overlay" not in markdown(Advisor().recommend(Profile(stage="production")))


def test_it_says_nothing_of_the_days_before_its_own() -> None:
    profile = Profile(stage="production", evidence={"as_of": "2026-01-14", "probe_run": None})
    plain, laid = Advisor().recommend(profile), Advisor(LAID).recommend(profile)
    assert laid.ranking == plain.ranking
    assert laid.evidence == plain.evidence
    assert [use.name for use in laid.knowledge.overlays] == ["example"]


def test_the_page_names_every_file_and_field_that_the_example_uses() -> None:
    page = (ROOT / "docs" / "overlays.md").read_text()
    for path in EXAMPLE.glob("*.yaml"):
        assert f"`{path.name}`" in page
    fields = re.findall(r"^(\w+):", (EXAMPLE / "overlay.yaml").read_text(), re.MULTILINE)
    assert fields
    assert all(f"`{field}`" in page for field in fields)


def test_the_newest_snapshot_holds_every_statement_of_it() -> None:
    (use,) = LAID.snapshot(date(2026, 11, 23)).overlays
    assert (use.added, use.overridden, use.muted) == (2, 1, 1)
