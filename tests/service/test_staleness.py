"""What should be looked up again, and in which order."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.measurements import Measurements
from framework_advisor.recommendation import Decision
from framework_advisor.staleness import reference_profiles, resting, stale
from framework_knowledge import load
from framework_knowledge.models import Snapshot
from profiles import profiles as any_profile
from worlds import everywhere, gate, world

KNOWLEDGE = load()
TODAY = date(2026, 11, 23)
LEVELS = {"pytorch": "best", "tensorflow": "middling", "keras": "fair", "jax": "poor"}


def decided(profile: Profile, snapshot: Snapshot) -> Decision:
    return decide(profile, snapshot, Measurements(), engine_version="test", draws=500)


def test_exactly_what_is_overdue_is_listed_each_once() -> None:
    found = stale(KNOWLEDGE, TODAY)
    snapshot = KNOWLEDGE.snapshot(TODAY)
    overdue = {
        each.id
        for each in (*snapshot.claims, *snapshot.cells, *snapshot.gates)
        if (TODAY - each.observed).days / 365.25 > each.fresh_years
    }
    assert overdue
    assert {each.id for each in found.items} == overdue
    assert len(found.items) == found.total == len(overdue)


def test_the_most_overdue_and_most_decisive_comes_first() -> None:
    items = stale(KNOWLEDGE, TODAY).items
    urgencies = [each.urgency for each in items]
    assert urgencies == sorted(urgencies, reverse=True)
    assert all(each.urgency == each.overdue_years * each.decisiveness for each in items)
    assert any(items[i].overdue_years < items[i + 1].overdue_years for i in range(len(items) - 1))
    assert len({each.decisiveness for each in items}) > 3


def test_each_says_why_where_to_read_it_again_and_what_it_stands_for() -> None:
    listed = stale(KNOWLEDGE, TODAY + timedelta(days=800))
    items = {each.id: each for each in listed.items}
    table = items["keras_table_training"]
    assert (table.kind, table.fresh_years) == ("speed", 0.5)
    assert table.why.startswith("read on 2024-12-31, 4.1 years before; as good as new for 0.5")
    assert [source.id for source in table.sources] == ["S38"]
    assert items["litert_js"].supersedes == ("tfjs_still", "T1.r7.tensorflow")


def test_a_limit_keeps_the_first_and_the_count_of_all() -> None:
    everything, some = stale(KNOWLEDGE, TODAY), stale(KNOWLEDGE, TODAY, limit=3)
    assert some.items == everything.items[:3]
    assert some.total == everything.total > 3


def test_the_later_the_day_the_more_is_overdue() -> None:
    now = {each.id for each in stale(KNOWLEDGE, TODAY).items}
    later = {each.id for each in stale(KNOWLEDGE, TODAY + timedelta(days=200)).items}
    assert now < later


def test_what_is_decisive_depends_on_who_asks() -> None:
    day = TODAY + timedelta(days=800)
    browser = Profile(stage="prototype", name="demo", targets=["browser"])
    phone = Profile(stage="production", name="app", targets=["android"])
    found = {
        profile.name: {e.id: e.decisiveness for e in stale(KNOWLEDGE, day, [profile]).items}
        for profile in (browser, phone)
    }
    assert found["demo"]["onnx_web"] > 0 == found["app"]["onnx_web"]
    assert stale(KNOWLEDGE, day, [browser]).profiles == ("demo",)


@given(any_profile)
@settings(max_examples=15, deadline=None)
def test_what_an_answer_rests_on_sums_to_no_more_than_the_answer(profile: Profile) -> None:
    snapshot = KNOWLEDGE.snapshot(TODAY)
    shares = resting(decided(profile, snapshot), snapshot)
    assert sum(shares.values()) <= 1 + 1e-9
    assert all(0 <= share <= 1 for share in shares.values())
    statements = (*snapshot.claims, *snapshot.cells, *snapshot.gates)
    assert shares.keys() <= {each.id for each in statements}


def test_what_rules_a_framework_out_carries_all_of_its_weight() -> None:
    barred = gate("no_jax", {"jax": "fail"})
    snapshot = world(everywhere(LEVELS), gates=[barred])
    shares = resting(decided(Profile(stage="research"), snapshot), snapshot)
    assert shares["no_jax"] == pytest.approx(1 / 4)


def test_the_reference_profiles_are_named_and_differ() -> None:
    names = [profile.name for profile in reference_profiles()]
    assert None not in names
    assert len(set(names)) == len(names) >= 10
    snapshot = KNOWLEDGE.snapshot(TODAY)
    rest_on = [frozenset(resting(decided(p, snapshot), snapshot)) for p in reference_profiles()]
    assert len(set(rest_on)) == len(rest_on)


def test_an_overlay_that_reads_anew_takes_its_claim_off_the_list(tmp_path: Path) -> None:
    (tmp_path / "overlay.yaml").write_text('name: acme\nversion: "1"\ncontact: us\n')
    (tmp_path / "claims.yaml").write_text(
        """
claims:
  - id: acme_table
    overrides: keras_table_training
    statement: Measured again on our own GPUs.
    criterion: training_speed
    values: {pytorch: at_4x}
    sources: [S38]
    grade: measured
    observed: 2026-11-01
    known: 2026-11-01
    valid_from: 2026-11-01
"""
    )
    laid = load(overlays=[tmp_path])
    assert "keras_table_training" in {each.id for each in stale(KNOWLEDGE, TODAY).items}
    assert "keras_table_training" not in {each.id for each in stale(laid, TODAY).items}
    later = {each.id: each for each in stale(laid, TODAY + timedelta(days=365)).items}
    assert later["acme_table"].supersedes == ("keras_table_training",)
    assert later["acme_table"].provenance == "overlay acme 1 (us)"
