"""What became of a run, from the outcomes of its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from framework_probes.export import EXPECTED
from framework_probes.results import Outcome


def status_of(
    counts: Mapping[Outcome, int], *, complete: bool
) -> Literal["succeeded", "partial", "failed"]:
    """``failed`` where nothing is ok, ``succeeded`` where all is as expected, else ``partial``.

    ``complete``: the probes' process came to its own end.
    """
    if not counts.get("ok"):
        return "failed"
    return "succeeded" if complete and counts.keys() <= EXPECTED else "partial"


def summary(counts: Mapping[Outcome, int]) -> str:
    """``36 results: 30 ok, 6 not_installed``."""
    parts = [f"{number} {outcome}" for outcome, number in counts.items()]
    return f"{sum(counts.values())} results: {', '.join(parts)}" if parts else "no results"
