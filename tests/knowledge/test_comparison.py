"""What changed between two days: everything once, the same from either end, and readable."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework_knowledge import load
from framework_knowledge.changelog import changelog
from framework_knowledge.comparison import (
    KINDS,
    Comparison,
    Entry,
    FieldChange,
    changes_between,
    compare,
    successors_in,
)

Edit = Callable[[str, str, str], int]

TODAY = date(2026, 11, 23)
KNOWLEDGE = load()
SUCCESSORS = successors_in(KNOWLEDGE)
days = st.dates(min_value=KNOWLEDGE.first_day, max_value=TODAY)


def text(comparison: Comparison) -> str:
    return "\n".join(changelog(comparison))


def entry(entries: tuple[Entry, ...], id_: str) -> Entry:
    (found,) = [each for each in entries if each.id == id_]
    return found


def turned(changed: Entry) -> tuple[str, str, tuple[FieldChange, ...]]:
    fields = (
        FieldChange(field=f.field, before=f.after, after=f.before)
        for f in sorted(changed.fields, key=lambda f: f.field)
    )
    return changed.what, changed.id, tuple(fields)


def plain(changed: Entry) -> tuple[str, str, tuple[FieldChange, ...]]:
    return changed.what, changed.id, tuple(sorted(changed.fields, key=lambda f: f.field))


@given(days)
def test_a_day_compared_with_itself_changes_nothing(day: date) -> None:
    found = changes_between(KNOWLEDGE, day, day)
    assert found.empty
    assert (found.added, found.ended, found.changed, found.moved) == ((), (), (), ())
    assert text(found).endswith("nothing changed")


@given(days, days)
@settings(max_examples=30)
def test_the_other_way_round_swaps_the_sides_and_nothing_else(one: date, other: date) -> None:
    there = changes_between(KNOWLEDGE, one, other)
    back = changes_between(KNOWLEDGE, other, one)
    assert (back.before, back.after) == (there.after, there.before)
    assert (back.added, back.ended) == (there.ended, there.added)
    assert list(map(turned, back.changed)) == list(map(plain, there.changed))
    assert [(m.criterion, m.subject, m.when, m.after, m.before) for m in back.moved] == [
        (m.criterion, m.subject, m.when, m.before, m.after) for m in there.moved
    ]


@given(days, days)
@settings(max_examples=30)
def test_all_that_is_on_one_side_alone_or_differs_stands_exactly_once(
    one: date, other: date
) -> None:
    before, after = KNOWLEDGE.snapshot(one), KNOWLEDGE.snapshot(other)
    found = compare(before, after, SUCCESSORS)
    told = Counter((e.what, e.id) for e in (*found.added, *found.ended, *found.changed))
    assert set(told.values()) <= {1}
    for what, field in KINDS:
        old = {item.id: item for item in getattr(before, field)}
        new = {item.id: item for item in getattr(after, field)}
        assert {e.id for e in found.added if e.what == what} == new.keys() - old.keys()
        assert {e.id for e in found.ended if e.what == what} == old.keys() - new.keys()
        assert {e.id for e in found.changed if e.what == what} == {
            id_ for id_ in old.keys() & new.keys() if old[id_] != new[id_]
        }


@given(days, days)
@settings(max_examples=30)
def test_every_entry_stands_in_the_text_exactly_once(one: date, other: date) -> None:
    found = changes_between(KNOWLEDGE, one, other)
    lines = [line.split()[:2] for line in changelog(found)]
    for sign, entries in (("+", found.added), ("-", found.ended), ("~", found.changed)):
        told = Counter(id_ for mark, *rest in filter(None, lines) if mark == sign for id_ in rest)
        wanted = Counter(f"{each.id}:" for each in entries)
        assert told == wanted


def test_what_takes_over_from_what_is_said_on_both_entries() -> None:
    found = changes_between(KNOWLEDGE, date(2019, 9, 1), date(2019, 10, 15))
    ended = entry(found.ended, "tf_graph_and_session")
    added = entry(found.added, "tf_two_generations")
    assert ended.counterparts == (added.id,)
    assert added.counterparts == (ended.id,)
    assert "gives way to tf_two_generations" in text(found)


def test_what_was_superseded_while_it_still_stands_was_not_replaced() -> None:
    found = changes_between(KNOWLEDGE, date(2019, 1, 1), date(2020, 1, 1))
    assert "horovod" in {claim.id for claim in KNOWLEDGE.snapshot(date(2020, 1, 1)).claims}
    assert "horovod" not in entry(found.added, "tf_distribute").counterparts
    # Its end lies ahead on both days, so neither tells what comes after it.
    assert "horovod" not in {each.id for each in found.changed}


def test_a_value_moves_from_anchor_to_anchor() -> None:
    found = changes_between(KNOWLEDGE, date(2019, 1, 1), date(2020, 1, 1))
    (move,) = [m for m in found.moved if (m.criterion, m.subject) == ("longevity", "keras")]
    assert (move.before, move.after) == (("one_owner",), ("narrowed",))
    assert "> keras: one_owner → narrowed" in text(found)


def test_a_framework_appears_and_changes_with_its_era() -> None:
    born = changes_between(KNOWLEDGE, date(2018, 12, 6), date(2018, 12, 7))
    assert entry(born.added, "jax").what == "framework"
    settled = changes_between(KNOWLEDGE, date(2019, 9, 16), date(2019, 9, 17))
    assert "summary" in {field.field for field in entry(settled.changed, "keras").fields}


@pytest.mark.parametrize(
    ("name", "old", "new", "what", "id_", "told"),
    [
        ("claims/usability.yaml", "keras: built_in_fit", "keras: own_loop", "claim",
         "keras_one_interface", "values: keras: built_in_fit → keras: own_loop"),
        ("criteria.yaml", "value: 0.25", "value: 0.26", "criterion", "ease_of_use", "0.26"),
        ("requirements/accelerators.yaml", "jax: fail", "jax: unknown", "requirement",
         "nvidia_native_windows", "jax: fail"),
        ("stacks/api.yaml", "import keras (Keras 3)", "import keras", "piece", "keras_api",
         "choice: import keras (Keras 3), not tf.keras → import keras, not tf.keras"),
        ("frameworks.yaml", "version: 2.15.0", "version: 2.15.1", "framework", "pytorch",
         "version: 2.15.0 → 2.15.1"),
    ],
)  # fmt: skip
def test_a_change_of_a_file_is_told_at_the_field(
    folder: Path, edit: Edit, name: str, old: str, new: str, what: str, id_: str, told: str
) -> None:
    edit(name, old, new)
    found = compare(KNOWLEDGE.snapshot(TODAY), load(folder).snapshot(TODAY))
    assert [(each.what, each.id) for each in found.changed] == [(what, id_)]
    assert (found.added, found.ended) == ((), ())
    assert told in text(found)


def test_a_day_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="before the first day"):
        changes_between(KNOWLEDGE, KNOWLEDGE.first_day - timedelta(days=1), TODAY)
