"""Facts and history are carried once each, when they held, and tell nothing of what came later."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_knowledge import Claim, KnowledgeError, load

Edit = Callable[[str, str, str], int]

KNOWLEDGE = load()


def _by_number() -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in KNOWLEDGE.claims:
        for number in claim.facts:
            found[number].append(claim)
    return dict(found)


CARRIED = _by_number()
NUMBERS = [f"F{n}" for n in range(1, 95)] + [f"H{n}" for n in range(1, 121)]

#: Numbers that more than one claim carries, each with the reason.
SPLIT = {
    "F4": "one claim for each framework's releases",
    "F18": "one claim for each operating system",
    "F35": "one claim for each accelerator, and one for macOS",
    "F36": "one claim for each framework, and one for macOS",
    "F37": "one claim for each framework",
    "F38": "one claim for each framework",
    "H9": "nothing documented at first, then a flag: another anchor",
    "H13": "JAX was published later than the row begins",
    "H25": "JAX was published later than the row begins",
    "H96": "one claim for each field, since each is superseded on a day of its own",
    "H106": "one claim for each field, since each is superseded on a day of its own",
    "H109": "Keras has a value of its own once it leaves TensorFlow",
    "H119": "JAX stands otherwise among large models",
}

#: When each of the rows H1 to H120 held, as the history has it: from/until, and /known where that
#: was later. An open end may have been closed by a current claim.
LEDGER = """
    2017-01/2019-08 2017-01/2019-09 2017-01/2023-09 2017-01/2019-09 2017-01/2022-11
    2017-01/2020-12/2019-10 2017-01/2020-04 2017-01/2018-12 2017-01/2022-02
    2017-01/2023-07/2022-12 2017-01/2025-01 2017-03/2019-09 2017-04/2020-11 2017-05/2020-05
    2017-06/2020-10 2017-08/2022-12 2017-08/2018-12 2017-08/2020-09 2017-09/ 2017-09/
    2017-10/2018-11/2018-01 2017-11/ 2017-11/2019-10 2017-11/2021-10 2018-02/2019-10
    2018-02/2023-06 2018-03/2021-09 2018-03/2024-10 2018-03/2023-11 2018-04/2019-09
    2018-04/2020-07 2018-10/2019-09 2018-10/2019-10/2018-11 2018-11/2022-03 2018-11/2019-09
    2018-12/ 2018-12/2022-08 2018-12/2020-12 2018-12/ 2018-12/ 2018-12/ 2018-12/2020-12
    2018-12//2019-04 2018-12/2025-07 2018-12/ 2018-12/2021-06 2018-12/ 2019-01/ 2019-01/2022-12
    2019-01/2020-10/2019-10 2019-03/ 2019-03/2025-10 2019-03/2024-12 2019-03/
    2019-05/2022-01/2019-10 2019-06/2020-07 2019-07/ 2019-08/ 2019-09/ 2019-09/ 2019-09/
    2019-09/2023-11 2019-09/2024-05 2019-09/2025-06 2019-10/ 2019-10/2024-11 2019-10/2024-09
    2019-10/ 2019-10/2023-10 2019-10/2021-12 2019-10/2023-10/2021-03 2019-10/ 2019-12/2021-06
    2019-12/ 2019-12/ 2020-01/2025-08 2020-01/ 2020-01/2022-01/2020-10 2020-01/
    2020-01/2022-12/2021-01 2020-02/ 2020-04/2025-02 2020-05/ 2020-06/ 2020-07/ 2020-07/
    2020-09/2024-03 2020-09/2022-12 2020-10/ 2020-10/ 2020-10/ 2020-11/2022-05 2020-11/2025-06
    2020-12/2024-09 2020-12/ 2020-12/ 2021-02/ 2021-03/ 2021-05/2023-05/2022-01 2021-06/ 2021-06/
    2021-09/2024-02 2022-02/ 2022-03/ 2022-05/ 2022-08/ 2022-09/ 2022-10/ 2022-11/ 2022-12/
    2023-01/2024-12/2023-05 2023-03/ 2023-03/ 2023-10/2025-10 2023-11/ 2024-02/ 2024-09/ 2024-12/
    2025-06/ 2025-10/
"""


class Row(NamedTuple):
    """Months of one row; an empty until stands for an open end."""

    since: str
    until: str
    known: str


def rows() -> dict[str, Row]:
    found = {}
    for number, text in enumerate(LEDGER.split(), start=1):
        since, until, *known = text.split("/")
        found[f"H{number}"] = Row(since, until, known[0] if known else since)
    return found


ROWS = rows()

#: Rows whose claims end in another month than the row, each with the reason.
OTHER_END = {
    "H18": "served as the base of recommenders until TorchRec came",
    "H25": "its part on JAX ends when JAX runs on TPUs",
    "H44": "a claim that knows of more servers speaks from then on",
    "H63": "no release for 24 months is what the next anchor asks for",
    "H92": "the plug-in followed the releases up to 2025-01",
}
#: Rows that could be known later than they held.
LATE = {"H6", "H10", "H21", "H33", "H43", "H50", "H55", "H71", "H78", "H80", "H99", "H111"}
#: Rows named from knowledge and not read again, and rows without any source.
FROM_KNOWLEDGE = {"H3", "H28", "H29", "H32", "H34", "H54", "H59", "H75", "H102", "H106"}
UNSOURCED = {"H33", "H56"}

#: Rows with circumstances that no field of the profile can say. Those with values keep another
#: circumstance that suffices.
UNMAPPED = {
    *("H16", "H20", "H34", "H35", "H46", "H48", "H53", "H57", "H59", "H64", "H70", "H72", "H75"),
    *("H77", "H81", "H89", "H93", "H97", "H101", "H108", "H112", "H118", "H119"),
}
UNMAPPED_WITH_VALUES = {"H16", "H34", "H35", "H59", "H64", "H75", "H119"}

#: Statements that name a day which lay ahead when they were made, each with the reason.
AHEAD = {
    "jax_support_window": "a promise",
    "keras_tied_to_tf": "a promise",
    "aws_images": "an end that was announced",
    "iclr_2019_parity": "the name of a conference",
}


def month(day: date | None) -> str:
    return "" if day is None else f"{day:%Y-%m}"


def test_the_ledger_has_its_120_rows_in_order_of_their_beginnings() -> None:
    assert len(ROWS) == 120
    assert [row.since for row in ROWS.values()] == sorted(row.since for row in ROWS.values())
    assert {number for number, row in ROWS.items() if row.known != row.since} == LATE


def test_every_number_is_carried_once_or_split_with_a_reason() -> None:
    assert sorted(CARRIED) == sorted(NUMBERS)
    assert {number for number, claims in CARRIED.items() if len(claims) > 1} == set(SPLIT)


@pytest.mark.parametrize("number", ROWS)
def test_a_row_holds_from_when_the_history_says(number: str) -> None:
    claims = CARRIED[number]
    assert month(min(claim.valid_from for claim in claims)) == ROWS[number].since
    assert month(min(claim.known for claim in claims)) == ROWS[number].known


@pytest.mark.parametrize("number", ROWS)
def test_a_row_ends_when_the_history_says_or_another_claim_speaks(number: str) -> None:
    claims = CARRIED[number]
    open_end = any(claim.valid_until is None for claim in claims)
    end = "" if open_end else month(max(c.valid_until for c in claims if c.valid_until))
    if ROWS[number].until == "":
        assert open_end or all(claim.superseded_by for claim in claims)
    else:
        assert (end != ROWS[number].until) == (number in OTHER_END)


@pytest.mark.parametrize("number", sorted(LATE))
def test_a_row_that_was_known_late_is_told_late(number: str) -> None:
    claim = min(CARRIED[number], key=lambda each: each.known)
    day = claim.valid_from
    while day < claim.known:
        assert claim.id not in {told.id for told in KNOWLEDGE.snapshot(day).claims}
        day = date(day.year + (day.month == 12), day.month % 12 + 1, 1)
    assert claim.id in {told.id for told in KNOWLEDGE.snapshot(claim.known).claims}


@pytest.mark.parametrize("number", sorted(FROM_KNOWLEDGE | UNSOURCED))
def test_weak_evidence_says_so(number: str) -> None:
    for claim in CARRIED[number]:
        assert claim.note, claim.id
        assert claim.grade == ("judgement" if number in UNSOURCED else "secondary"), claim.id
        assert ("NOTHING" in claim.sources) == (number in UNSOURCED)


def test_circumstances_that_the_profile_lacks_are_kept_with_the_reason() -> None:
    unmapped = {c.id: c for c in KNOWLEDGE.claims if c.unmapped}
    assert {number for claim in unmapped.values() for number in claim.facts} == UNMAPPED
    valued = {number for c in unmapped.values() if c.values for number in c.facts}
    assert valued == UNMAPPED_WITH_VALUES
    for claim in unmapped.values():
        assert re.match(r"[a-z]+=\w+(, [a-z]+=\w+)*: .{20,}", claim.unmapped or ""), claim.id


def test_values_with_unmapped_circumstances_need_one_that_suffices(
    folder: Path, edit: Edit
) -> None:
    edit(
        "claims/history_research.yaml",
        "    unmapped: >-",
        "    values: {pytorch: x}\n    unmapped: >-",
    )
    with pytest.raises(KnowledgeError, match=r"values .* would count for everyone"):
        load(folder)


def test_a_number_that_neither_list_knows_is_told(folder: Path, edit: Edit) -> None:
    edit("claims/history_usability.yaml", "facts: [H1]", "facts: [G1]")
    with pytest.raises(KnowledgeError, match=r"facts\.0: 'G1' does not fit"):
        load(folder)


def days_named(text: str) -> Iterator[date]:
    """Every year, month or day that a text names, at its beginning."""
    for found in re.finditer(r"\b(20[12]\d)(?:-([01]\d)(?:-([0-3]\d))?)?\b", text):
        year, month_, day = found.groups()
        yield date(int(year), int(month_ or 1), int(day or 1))


def test_no_claim_names_a_day_after_it_was_known() -> None:
    found = {
        claim.id
        for claim in KNOWLEDGE.claims
        for day in days_named(f"{claim.statement} {claim.note or ''}")
        if day > claim.known
    }
    assert found == set(AHEAD)


def test_no_gate_and_no_piece_names_a_day_after_it_began() -> None:
    gates = {g.id: (" ".join([g.requirement, *g.why.values()]), g.known) for g in KNOWLEDGE.gates}
    first = KNOWLEDGE.first_day
    pieces = {p.id: (f"{p.choice} {p.why}", p.valid_from or first) for p in KNOWLEDGE.pieces}
    found = {
        name
        for name, (text, since) in (gates | pieces).items()
        for day in days_named(text)
        if day > since
    }
    assert found == set()


@given(st.dates(min_value=KNOWLEDGE.first_day, max_value=date(2026, 11, 22)))
def test_a_cell_tells_nothing_of_its_check_before_the_check(day: date) -> None:
    for cell in KNOWLEDGE.snapshot(day).cells:
        assert cell.standing == "holds"
        assert cell.today == cell.claim
        assert cell.changed is None
        assert cell.checked_with == ()


def test_nobody_has_a_value_before_it_was_published() -> None:
    published = {
        "jax": date(2018, 12, 1),
        "keras:jax": date(2023, 11, 27),
        "keras:pytorch": date(2023, 11, 27),
    }
    for claim in KNOWLEDGE.claims:
        for subject in claim.values:
            since = max(claim.known, claim.valid_from)
            assert since >= published.get(subject, KNOWLEDGE.first_day), claim.id


def live(day: date) -> set[str]:
    return {claim.id for claim in KNOWLEDGE.snapshot(day).claims}


@pytest.mark.parametrize(
    ("day", "told", "untold"),
    [
        (
            date(2019, 7, 1),
            {"tf_graph_and_session", "pytorch_without_server", "tpu_tf_only", "mobile_torch_none"},
            {"keras_central_in_tf", "research_moves_to_pytorch", "mobile_torch_first"},
        ),
        (
            date(2021, 7, 1),
            {"tpu_jax", "amd_torch_beta", "pytorch_torchserve", "rl_on_jax"},
            {"pytorch_fsdp", "torchrec_sharding", "mac_gpu_torch", "onnx_web_first"},
        ),
        (
            date(2023, 7, 1),
            {"keras_tied_to_tf", "windows_tf_cpu", "torch_load_pickles", "torch_compile"},
            {"keras_runs_on_three", "windows_tf_gpu", "executorch_preview", "torchserve_archived"},
        ),
    ],
)
def test_a_replay_meets_the_world_of_its_day(day: date, told: set[str], untold: set[str]) -> None:
    assert told <= live(day)
    assert not untold & live(day)


#: Gates that stand without evidence on some days, each with the reason.
WITHOUT_EVIDENCE = {"trainium": "nothing was looked up, which is what it says"}


@given(st.dates(min_value=KNOWLEDGE.first_day, max_value=date(2026, 11, 23)))
def test_whatever_stands_cites_what_was_known(day: date) -> None:
    snapshot = KNOWLEDGE.snapshot(day)
    bare = {
        each.id
        for each in (*snapshot.gates, *snapshot.pieces, *snapshot.frameworks)
        if not each.evidence
    }
    assert bare <= set(WITHOUT_EVIDENCE)
