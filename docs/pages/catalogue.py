"""The catalogue of probes as far as a decision needs it: a file of the package, made from data."""

from __future__ import annotations

from pathlib import Path

from framework_advisor.measured import facts_of
from framework_advisor.probe_facts import DOCUMENT, FILE
from framework_probes.catalogue import CATALOGUE


def catalogue() -> dict[Path, str]:
    """The file and its text."""
    facts = tuple(map(facts_of, CATALOGUE.values()))
    return {FILE: DOCUMENT.dump_json(facts, indent=1).decode() + "\n"}
