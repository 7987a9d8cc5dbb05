"""Small worlds of knowledge and measurements, in which a test knows every fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from framework_advisor.decision.measurements import (
    MeasuredPair,
    MeasuredProbe,
    MeasuredTime,
    Measurements,
    ProbeFacts,
)
from framework_advisor.decision.weights import CRITERIA
from framework_advisor.recommendation import Contender
from framework_knowledge.models import (
    Anchor,
    Cell,
    Circumstances,
    Claim,
    Criterion,
    Framework,
    Gate,
    Piece,
    Snapshot,
    Source,
)

TODAY = date(2026, 11, 23)
ANCHORS = ("worst", "poor", "middling", "fair", "best")
FACETS = {
    "deployment": "target",
    "accelerator_support": "accelerator",
    "platform_support": "os",
    "research_ecosystem": "family",
    "distributed_training": "scale",
}
FOLLOW_BACKEND = {"training_speed", "inference_speed", "accelerator_support"}


def criteria() -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            id=c,
            title=c,
            question=f"{c}?",
            facet=FACETS.get(c, "none"),
            follows_backend=c in FOLLOW_BACKEND,
            scale=tuple(
                Anchor(name=name, value=i / 4, means=name) for i, name in enumerate(ANCHORS)
            ),
        )
        for c in CRITERIA
    )


def claim(
    identity: str,
    criterion: str,
    values: Mapping[str, str],
    *,
    observed: date = date(2026, 11, 1),
    grade: str = "primary",
    **when: Any,
) -> Claim:
    return Claim(
        id=identity,
        statement=f"statement {identity}",
        criterion=criterion,
        values=dict(values),
        when=Circumstances(**when),
        sources=("S1",),
        observed=observed,
        known=date(2024, 1, 1),
        valid_from=date(2024, 1, 1),
        grade=grade,
    )


def gate(identity: str, outcomes: Mapping[str, str], **when: Any) -> Gate:
    return Gate(
        id=identity,
        requirement=f"requirement {identity}",
        when=Circumstances(**when),
        outcomes=dict(outcomes),
        why={s: f"{s} {o}" for s, o in outcomes.items()},
        sources=("S1",),
        observed=date(2026, 11, 1),
        known=date(2024, 1, 1),
        valid_from=date(2024, 1, 1),
        grade="primary",
    )


def world(
    claims: tuple[Claim, ...] = (),
    gates: tuple[Gate, ...] = (),
    pieces: tuple[Piece, ...] = (),
    cells: tuple[Cell, ...] = (),
) -> Snapshot:
    frameworks = tuple(
        Framework(
            id=f,
            title=f,
            package=f,
            version="1",
            released=TODAY,
            licence="MIT",
            summary=f,
            backends=("jax", "pytorch", "tensorflow") if f == "keras" else (),
        )
        for f in ("pytorch", "tensorflow", "keras", "jax")
    )
    return Snapshot(
        version="test",
        as_of=TODAY,
        sha256="0" * 64,
        criteria=criteria(),
        frameworks=frameworks,
        claims=claims,
        cells=cells,
        gates=gates,
        pieces=pieces,
        sources=(Source(id="S1", kind="primary", title="source", where="here", date="2026"),),
    )


def everywhere(levels: Mapping[str, str]) -> tuple[Claim, ...]:
    """One claim for each criterion and framework, all on the same anchor for a framework."""
    return tuple(
        claim(f"{c}-{f}", c, {f: level})
        for c in CRITERIA
        if c != "team_fit"
        for f, level in levels.items()
    )


CNN_STEP = ProbeFacts(
    id="cnn_train_step",
    title="CNN train step",
    criterion="training_speed",
    families={"cnn": 1.0},
    dtype="float32",
    cost_s=10.0,
)


def contender(subject: str, tier: str = "compiled") -> Contender:
    framework, _, backend = subject.partition(":")
    return Contender(framework=framework, backend=backend or None, tier=tier)


def measured(
    seconds: Mapping[str, float],
    *,
    tier: str = "compiled",
    device: str = "cpu",
    probe: ProbeFacts = CNN_STEP,
    half_width: float = 0.02,
    verdict: str | None = None,
) -> Measurements:
    """One run in which each subject took the given seconds; every pair of them is measured."""
    subjects = list(seconds)
    pairs = []
    for i, a in enumerate(subjects):
        for b in subjects[i + 1 :]:
            ratio = seconds[b] / seconds[a]
            pairs.append(
                MeasuredPair(
                    id=f"run_1:{probe.id}:{a}/{tier}~{b}/{tier}",
                    a=contender(a, tier),
                    b=contender(b, tier),
                    ratio=ratio,
                    ci95=(ratio * (1 - half_width), ratio * (1 + half_width)),
                    verdict=verdict or ("faster" if ratio > 1.03 else "slower"),
                )
            )
    return Measurements(
        probes=(
            MeasuredProbe(
                probe=probe,
                run="run_1",
                host="host_1",
                device=device,
                observed=TODAY,
                times=tuple(
                    MeasuredTime(
                        id=f"res_{s}",
                        contender=contender(s, tier),
                        outcome="ok",
                        seconds=t,
                        reference_s=0.001,
                        environment=f"env_{s}",
                    )
                    for s, t in seconds.items()
                ),
                pairs=tuple(pairs),
            ),
        ),
        catalogue=(probe,),
    )


def inverted(measurements: Measurements) -> Measurements:
    """The same run with every ratio turned round; the times are left as they were."""
    return measurements.model_copy(
        update={
            "probes": tuple(
                probe.model_copy(
                    update={
                        "pairs": tuple(
                            pair.model_copy(
                                update={
                                    "ratio": 1 / pair.ratio,
                                    "ci95": (1 / pair.ci95[1], 1 / pair.ci95[0]),
                                    "verdict": {"faster": "slower", "slower": "faster"}.get(
                                        pair.verdict, pair.verdict
                                    ),
                                }
                            )
                            for pair in probe.pairs
                        )
                    }
                )
                for probe in measurements.probes
            )
        }
    )
