"""The pages that are made from data say what the data say."""

from dataclasses import replace
from pathlib import Path

import pytest

from framework_probes.catalogue import CATALOGUE, SUITES
from framework_probes.devices import KINDS
from pages import FOLDER, MADE, evaluation_pages, pages
from pages.devices import TESTED, devices
from pages.measured import SPEED, WOULD_MEASURE, file_name, newest

PAGES: dict[Path, str] = pages()
RUN = newest(FOLDER / "measured")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(FOLDER.parent)))
def test_a_page_does_not_lag_behind_its_data(page: Path) -> None:
    assert page.exists(), "run make docs"
    assert page.read_text() == PAGES[page], f"{page.name} lags behind the data: run make docs"


def test_no_page_is_left_behind_that_nothing_makes_any_more() -> None:
    said = {p for p in FOLDER.rglob("*.md") if p.read_text().startswith(MADE)}
    assert said <= {*PAGES, FOLDER / "evaluation.md"}


def test_the_page_on_how_well_it_decides_does_not_lag() -> None:
    for page, text in evaluation_pages().items():
        assert page.exists(), "run make docs"
        assert page.read_text() == text, f"{page.name} lags: run make docs"


def test_the_kept_run_measured_every_probe_of_its_suite_and_says_where() -> None:
    assert {result.probe for result in RUN.results} == set(SUITES[RUN.suite].probes)
    assert (FOLDER / "measured" / file_name(RUN)).exists()
    assert {pair.host for pair in RUN.pairs} == {RUN.host.id}


@pytest.mark.parametrize("table", ["T1", "T2", "T3"])
def test_each_row_of_a_table_says_what_is_measured_of_it(table: str) -> None:
    rows = PAGES[FOLDER / "tables" / f"{table}.md"].split("\n## ")[1:]
    assert rows
    for row in rows:
        assert "This project measures" in row or "What this project measures" in row


def test_a_ratio_of_the_tables_is_that_of_the_kept_run() -> None:
    page = PAGES[FOLDER / "tables" / "T3.md"]
    same = [p for p in RUN.pairs if p.a.subject == p.b.subject]
    assert same
    for pair in same:
        assert f"{pair.ratio:.2f} ({pair.ci95[0]:.2f} to {pair.ci95[1]:.2f})" in page


def test_every_criterion_that_a_probe_informs_counts_as_speed_and_no_other_does() -> None:
    informed = {probe.criterion for probe in CATALOGUE.values()}
    assert informed == SPEED
    assert not informed & set(WOULD_MEASURE)


@pytest.mark.parametrize("device", KINDS)
def test_a_device_is_seen_only_where_a_kept_run_has_results_on_it(device: str) -> None:
    def said(outcome: str) -> bool:
        there = [replace(r, device=device, outcome=outcome) for r in RUN.results]
        page = list(devices([("measured", replace(RUN, results=tuple(there)))]))
        return any(line.startswith(f"| `{device}` | yes |") for line in page)

    assert said("ok")
    assert not said("wrong_result")


def test_what_no_kept_run_has_seen_is_said_to_be_tested_by_something_else() -> None:
    page = list(devices([]))
    for device in set(KINDS) - {"cpu"}:
        assert f"| `{device}` | **no** |  | tested by {TESTED[device]} |" in page
