"""An organisation's folder laid over the packaged knowledge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_knowledge import KnowledgeError, Snapshot, load
from framework_knowledge.comparison import compare, successors_in

Write = Callable[..., Path]

TODAY = date(2026, 11, 23)
KNOWLEDGE = load()
OVERLAY = """
name: acme
version: "3"
contact: ml-platform@acme.example
mute:
  - claim: tpu_tf_left_behind
    why: We have a TPU image of our own.
"""
SOURCES = """
sources:
  - {id: ACME1, kind: primary, title: Our platform's handbook, where: intranet, date: "2026-05"}
"""
CLAIM = """
  - id: {id}
    statement: {id} by us
    criterion: {criterion}
    values: {{{values}}}
    sources: [ACME1]
    grade: primary
    observed: {known}
    known: {known}
    valid_from: {known}
"""


def claim(
    id_: str,
    criterion: str = "longevity",
    values: str = "tensorflow: one_owner",
    known: str = "2026-05-01",
    **more: str,
) -> str:
    text = CLAIM.format(id=id_, criterion=criterion, values=values, known=known)
    return text.rstrip() + "".join(f"\n    {key}: {value}" for key, value in more.items()) + "\n"


def claims(*each: str) -> str:
    return "claims:\n" + "".join(each)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an overlay folder: file names with dots as double underscores, to their content."""

    def folder(name: str = "acme", **files: str) -> Path:
        path = tmp_path / name
        for file, content in {"overlay": OVERLAY, "sources": SOURCES, **files}.items():
            place = path / f"{file.replace('__', '/')}.yaml"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, encoding="utf-8")
        return path

    return folder


def ids(snapshot: Snapshot) -> set[str]:
    return {each.id for each in snapshot.claims}


def refusal(*folders: Path) -> str:
    with pytest.raises(KnowledgeError) as caught:
        load(overlays=folders)
    return str(caught.value)


def test_an_added_claim_holds_from_the_day_it_was_known_and_says_who_says_so(
    write: Write,
) -> None:
    laid = load(overlays=[write(claims=claims(claim("acme_tf_longevity")))])
    assert "acme_tf_longevity" not in ids(laid.snapshot(date(2026, 4, 30)))
    found = {c.id: c for c in laid.snapshot(date(2026, 5, 1)).claims}["acme_tf_longevity"]
    assert found.provenance == "overlay acme 3 (ml-platform@acme.example)"
    assert "ACME1" in {source.id for source in laid.snapshot(TODAY).sources}
    others = [c for c in laid.snapshot(TODAY).claims if c.id != found.id]
    assert all(c.provenance is None for c in others)


def test_an_overriding_claim_stands_in_while_it_holds_and_ours_speaks_before_and_after(
    write: Write,
) -> None:
    target = "pytorch_foundation"
    own = claim("acme_owner", values="pytorch: one_owner", known="2026-05-01",
                overrides=target, valid_until="2026-09-01")  # fmt: skip
    laid = load(overlays=[write(claims=claims(own))])
    told = {}
    for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 8, 31), date(2026, 9, 1)):
        there = ids(laid.snapshot(day)) & {target, "acme_owner"}
        told[day.isoformat()] = there
    assert told == {
        "2026-04-30": {target},
        "2026-05-01": {"acme_owner"},
        "2026-08-31": {"acme_owner"},
        "2026-09-01": {target},
    }
    (aside,) = [a for a in laid.snapshot(date(2026, 6, 1)).set_aside if a.id == target]
    assert (aside.how, aside.instead) == ("overridden", "acme_owner")
    assert "acme" in aside.by


def test_a_muted_claim_is_named_with_the_reason(write: Write) -> None:
    snapshot = load(overlays=[write()]).snapshot(TODAY)
    assert "tpu_tf_left_behind" not in ids(snapshot)
    (aside,) = snapshot.set_aside
    assert (aside.id, aside.how) == ("tpu_tf_left_behind", "muted")
    assert aside.why == "We have a TPU image of our own."


def test_a_mute_with_a_day_counts_from_that_day(write: Write) -> None:
    overlay = OVERLAY.replace("TPU image of our own.", "TPU image.\n    known: 2026-10-01")
    laid = load(overlays=[write(overlay=overlay)])
    assert "tpu_tf_left_behind" in ids(laid.snapshot(date(2026, 9, 30)))
    assert "tpu_tf_left_behind" not in ids(laid.snapshot(date(2026, 10, 1)))


@pytest.mark.parametrize("muted", ["nvidia_native_windows", "T1.r1.pytorch"])
def test_requirements_and_cells_can_be_muted_too(write: Write, muted: str) -> None:
    snapshot = load(
        overlays=[write(overlay=OVERLAY.replace("tpu_tf_left_behind", muted))]
    ).snapshot(TODAY)
    assert [aside.id for aside in snapshot.set_aside] == [muted]
    assert muted not in {each.id for each in (*snapshot.gates, *snapshot.cells)}


def test_a_muted_claim_overrides_nothing(write: Write) -> None:
    first = write(claims=claims(claim("acme_owner", overrides="pytorch_foundation",
                                      values="pytorch: one_owner")))  # fmt: skip
    second = write(
        "branch",
        overlay='name: branch\nversion: "1"\ncontact: us\nmute: [{claim: acme_owner, why: old}]\n',
        sources="sources: []\n",
    )
    assert "pytorch_foundation" not in ids(load(overlays=[first]).snapshot(TODAY))
    assert "pytorch_foundation" in ids(load(overlays=[first, second]).snapshot(TODAY))


def test_an_overridden_claim_still_overrides(write: Write) -> None:
    first = write(claims=claims(claim("acme_owner", overrides="pytorch_foundation")))
    second = write(
        "branch",
        overlay='name: branch\nversion: "1"\ncontact: us\n',
        sources="sources: []\n",
        claims=claims(claim("branch_owner", overrides="acme_owner")),
    )
    snapshot = load(overlays=[first, second]).snapshot(TODAY)
    assert ids(snapshot) & {"pytorch_foundation", "acme_owner", "branch_owner"} == {"branch_owner"}
    assert [use.name for use in snapshot.overlays] == ["acme", "branch"]


def test_the_snapshot_says_which_overlays_it_holds_and_how_much_of_each(write: Write) -> None:
    gate = """
gates:
  - id: acme_windows
    requirement: Our Windows pool
    when: {os: [windows]}
    outcomes: {jax: fail}
    why: {jax: The pool has no JAX.}
    sources: [ACME1]
    grade: primary
    observed: 2026-05-01
    known: 2026-05-01
    valid_from: 2026-05-01
    overrides: nvidia_native_windows
"""
    folder = write(claims=claims(claim("acme_a"), claim("acme_b")), requirements__ours=gate)
    (use,) = load(overlays=[folder]).snapshot(TODAY).overlays
    assert (use.name, use.version, use.contact) == ("acme", "3", "ml-platform@acme.example")
    assert (use.added, use.overridden, use.muted) == (3, 1, 1)
    (before,) = load(overlays=[folder]).snapshot(date(2026, 1, 1)).overlays
    assert (before.added, before.overridden) == (0, 0)
    assert before.sha256 == use.sha256


def test_the_digest_of_a_snapshot_covers_the_overlay(write: Write) -> None:
    digests = [KNOWLEDGE.snapshot(TODAY).sha256]
    for content in (claims(claim("acme_a")), claims(claim("acme_a", values="jax: one_owner"))):
        laid = load(overlays=[write(claims=content)])
        digests.append(laid.snapshot(TODAY).sha256)
        assert laid.snapshot(TODAY).sha256 == load(overlays=[write()]).snapshot(TODAY).sha256
    assert len(set(digests)) == 3
    assert KNOWLEDGE.snapshot(TODAY).overlays == ()


def test_an_overlay_that_says_nothing_still_stands_in_the_digest(write: Write) -> None:
    folder = write(overlay='name: acme\nversion: "1"\ncontact: us\n', sources="sources: []\n")
    snapshot = load(overlays=[folder]).snapshot(TODAY)
    assert ids(snapshot) == ids(KNOWLEDGE.snapshot(TODAY))
    assert snapshot.sha256 != KNOWLEDGE.snapshot(TODAY).sha256


def test_own_pieces_come_before_ours(write: Write) -> None:
    pieces = """
pieces:
  - id: acme_serving
    kind: serving
    subjects: [pytorch]
    choice: Our model server
    why: It is there.
    maturity: current
    unsourced: ours
"""
    snapshot = load(overlays=[write(stacks=pieces)]).snapshot(TODAY)
    assert snapshot.pieces[0].id == "acme_serving"
    assert snapshot.pieces[0].provenance is not None


def test_a_comparison_says_which_overlay_set_something_aside(write: Write) -> None:
    laid = load(overlays=[write()])
    found = compare(KNOWLEDGE.snapshot(TODAY), laid.snapshot(TODAY), successors_in(laid))
    assert [entry.id for entry in found.ended if entry.what == "claim"] == ["tpu_tf_left_behind"]
    (ended,) = [entry for entry in found.ended if entry.what == "claim"]
    assert ended.note is not None
    assert ended.note.startswith("muted by overlay acme 3")


BAD = [
    ({"claims": claims(claim("pytorch_foundation"))}, "claims.yaml:3: claims.0.id",
     "'pytorch_foundation' is used twice"),
    ({"claims": claims(claim("a", overrides="nobody"))}, "claims.yaml:12: claims.0.overrides",
     "'nobody' is no claim or cell below this overlay"),
    ({"claims": claims(claim("a", overrides="nvidia_native_windows"))}, "claims.0.overrides",
     "is no claim or cell"),
    ({"claims": claims(claim("a", overrides="a"))}, "claims.0.overrides", "'a' is no claim"),
    ({"claims": claims(claim("a", overrides="torchserve_archived"))}, "claims.0.overrides",
     "speaks of production_ecosystem, this claim of longevity"),
    ({"claims": claims(claim("a", overrides="pytorch_foundation"),
                       claim("b", overrides="pytorch_foundation"))}, "claims.1.overrides",
     "is overridden by 'a' already"),
    ({"claims": claims(claim("a", values="pytorch: lovely"))}, "claims.0.values.pytorch",
     "'lovely' is not an anchor of longevity"),
    ({"claims": claims(claim("a", provenance="us"))}, "claims.0.provenance",
     "is told by overlay.yaml"),
    ({"claims": claims(claim("a")).replace("ACME1", "ACME2")}, "claims.0.sources.0",
     "'ACME2' is no source"),
    ({"overlay": OVERLAY.replace("tpu_tf_left_behind", "nobody")}, "overlay.yaml:6: mute.0.claim",
     "'nobody' is no claim, cell or requirement below"),
    ({"overlay": OVERLAY.replace("contact:", "kontakt:")}, "overlay.yaml", "contact: is missing"),
    ({"criteria": "criteria: []\n"}, "criteria.yaml:1: (file)", "is no file of an overlay"),
    ({"claim__new": claims()}, "claim/new.yaml:1: (file)", "claims.yaml or claims/*.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "where", "reason"), BAD, ids=[bad[2] for bad in BAD])
def test_a_mistake_is_told_with_file_line_field_and_reason(
    write: Write, files: dict[str, str], where: str, reason: str
) -> None:
    folder = write(**files)
    told = refusal(folder)
    assert where in told
    assert reason in told
    assert all(line.startswith(f"{folder}/") for line in told.splitlines())


def test_a_folder_that_is_no_overlay_is_told(tmp_path: Path) -> None:
    absent = tmp_path / "nothing"
    assert refusal(absent).startswith(f"{absent}:1: (file): there is no such folder")
    assert refusal(tmp_path).endswith(
        "overlay.yaml:1: (file): is missing; the knowledge needs this file"
    )


def test_two_overlays_of_one_name_are_refused(write: Write) -> None:
    assert "'acme' is laid over already" in refusal(write(), write("copy"))


def test_two_overlays_that_override_the_same_claim_are_refused(write: Write) -> None:
    first = write(claims=claims(claim("acme_owner", overrides="pytorch_foundation")))
    second = write(
        "branch",
        overlay='name: branch\nversion: "1"\ncontact: us\n',
        sources="sources: []\n",
        claims=claims(claim("branch_owner", overrides="pytorch_foundation")),
    )
    told = refusal(first, second)
    assert "is overridden by 'acme_owner' already; override that one, or leave one" in told


def test_the_packaged_files_override_nothing(
    folder: Path, edit: Callable[[str, str, str], int]
) -> None:
    edit("claims/usability.yaml", "    facts: [F14]\n", "    overrides: x\n    facts: [F14]\n")
    with pytest.raises(KnowledgeError, match="only an overlay overrides"):
        load(folder)


def test_laying_over_leaves_the_packaged_knowledge_as_it_was(write: Write) -> None:
    before = load().snapshot(TODAY)
    load(overlays=[write(claims=claims(claim("acme_a")))])
    assert load().snapshot(TODAY) is before
    assert load().overlays == ()


def test_an_overlay_never_speaks_before_its_day(write: Write) -> None:
    own = claim("acme_owner", overrides="pytorch_foundation", values="pytorch: one_owner")
    laid = load(overlays=[write(claims=claims(own, claim("acme_a", known="2020-02-02")))])

    @given(st.dates(min_value=KNOWLEDGE.first_day, max_value=date(2027, 1, 1)))
    def on(day: date) -> None:
        snapshot = laid.snapshot(day)
        assert all(each.known <= day for each in (*snapshot.claims, *snapshot.gates))
        aside = {each.id for each in snapshot.set_aside}
        assert not aside & ids(snapshot)
        assert ids(snapshot) | aside >= ids(KNOWLEDGE.snapshot(day))
        assert ("acme_a" in ids(snapshot)) == (day >= date(2020, 2, 2))

    on()
