"""The catalogue as decisions know it is the catalogue."""

from __future__ import annotations

from framework_advisor.measured import facts_of, measurements_from
from framework_advisor.probe_facts import nothing_measured, probe_facts
from framework_probes.catalogue import CATALOGUE


def test_the_file_says_what_the_catalogue_says() -> None:
    assert probe_facts() == tuple(map(facts_of, CATALOGUE.values())), "run make docs"


def test_where_nothing_is_recorded_nothing_is_measured() -> None:
    assert nothing_measured() == measurements_from(())
