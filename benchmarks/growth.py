"""What a recommendation costs with up to a hundred times the claims, and ten times the candidates.

The worlds are the packaged knowledge, multiplied: each copy of a claim is a claim of its own, with
the same circumstances, and each copy of a framework has its own claims, requirements and backends.
The contract knows four frameworks only, so the answer of a world with more cannot be put into its
words; there, all that comes before the wording is timed: requirements, weights, values, draws,
ranks and the gain of every open question.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.decision import EXAMPLES, SAMPLES, milliseconds, one_core
from benchmarks.figure import Figure
from benchmarks.picture import Series, picture
from framework_advisor import parse_profile
from framework_advisor.decision import decide
from framework_advisor.decision.acceptability import acceptability
from framework_advisor.decision.assessment import assess
from framework_advisor.decision.measurements import Measurements
from framework_advisor.decision.next_evidence import next_evidence
from framework_advisor.decision.noise import Noise
from framework_advisor.decision.simulation import simulate
from framework_advisor.profile import Profile
from framework_knowledge import load
from framework_knowledge.models import Snapshot

PICTURE = Path(__file__).parents[1] / "docs" / "benchmarks" / "growth.svg"
CLAIMS = (1, 10, 100)
CANDIDATES = (1, 10)


def measure() -> list[Figure]:
    """Milliseconds for each size; draws the picture as well."""
    snapshot = load().snapshot(datetime.now(UTC).date())
    profile = parse_profile((EXAMPLES / "llm_fine_tune.json").read_bytes())
    with one_core():
        by_claims = {n: _whole(profile, with_claims(snapshot, n)) for n in CLAIMS}
        by_candidates = {n: _unworded(profile, with_candidates(snapshot, n)) for n in CANDIDATES}
    claims, stacks = len(snapshot.claims), len(assess(profile, snapshot, Measurements()).everyone)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(
        picture(
            "Cost of a recommendation as the knowledge grows",
            "times the claims, or the candidates",
            "ms",
            [
                Series(f"claims (1 = {claims}), the whole answer", by_claims),
                Series(f"candidates (1 = {stacks} stacks), without its words", by_candidates),
            ],
        )
    )
    return [
        *(_figure(f"recommendation, {n} x {claims} claims", ms) for n, ms in by_claims.items()),
        *(_figure(f"judgement, {n} x {stacks} stacks", ms) for n, ms in by_candidates.items()),
    ]


def _figure(name: str, ms: float) -> Figure:
    return Figure(name, "ms", ms, None, "", None, SAMPLES)


def with_claims(snapshot: Snapshot, times: int) -> Snapshot:
    """The knowledge with every claim that many times, each under a name of its own."""
    claims = tuple(
        claim if copy == 0 else claim.model_copy(update={"id": f"{claim.id}~{copy}"})
        for copy in range(times)
        for claim in snapshot.claims
    )
    return snapshot.model_copy(update={"claims": claims})


def with_candidates(snapshot: Snapshot, times: int) -> Snapshot:
    """The knowledge with every framework that many times; past the contract's four names."""

    def named(subject: str, copy: int) -> str:
        return ":".join(f"{part}{copy or ''}" for part in subject.split(":"))

    def copied(fields: dict[Any, Any]) -> dict[str, Any]:
        return {named(s, copy): value for copy in range(times) for s, value in fields.items()}

    frameworks = tuple(
        framework.model_copy(
            update={
                "id": named(framework.id, copy),
                "backends": tuple(named(b, copy) for b in framework.backends),
            }
        )
        for copy in range(times)
        for framework in snapshot.frameworks
    )
    claims = tuple(c.model_copy(update={"values": copied(c.values)}) for c in snapshot.claims)
    gates = tuple(
        g.model_copy(update={"outcomes": copied(dict(g.outcomes)), "why": copied(dict(g.why))})
        for g in snapshot.gates
    )
    cells = tuple(
        cell.model_copy(update={"framework": named(cell.framework, copy)})
        for copy in range(times)
        for cell in snapshot.cells
        if cell.framework
    )
    return snapshot.model_copy(
        update={"frameworks": frameworks, "claims": claims, "gates": gates, "cells": cells}
    )


def _whole(profile: Profile, snapshot: Snapshot) -> float:
    def work() -> None:
        decide(profile, snapshot, Measurements(), engine_version="benchmark")

    return _steady(work)


def _unworded(profile: Profile, snapshot: Snapshot) -> float:
    def work() -> None:
        judged = assess(profile, snapshot, Measurements())
        drawn = simulate(Noise(0), judged.weights, judged.values, judged.feasible, judged.best)
        acceptability(drawn.totals, drawn.won_weights)
        next_evidence(judged, drawn)

    return _steady(work)


def _steady(work: Any) -> float:
    """Median once the snapshot has been indexed."""
    work()
    return median(milliseconds(work) for _ in range(SAMPLES))
