"""The catalogue of probes as far as a decision needs it, without loading what measures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from framework_advisor.decision.measurements import Measurements, ProbeFacts

#: Made from the catalogue, as the pages of the documents are; a test keeps it up to date.
FILE = Path(__file__).with_name("probe_facts.json")
#: Seconds of the whole deployment suite on two cores, from environments that are built.
DEPLOYMENT_COST_S = 1200.0
DOCUMENT = TypeAdapter(tuple[ProbeFacts, ...])


@cache
def probe_facts() -> tuple[ProbeFacts, ...]:
    """What each probe stands for, in the catalogue's order."""
    return DOCUMENT.validate_json(FILE.read_bytes())


def nothing_measured() -> Measurements:
    """What could be measured alone."""
    return Measurements(catalogue=probe_facts(), deployment_cost_s=DEPLOYMENT_COST_S)
