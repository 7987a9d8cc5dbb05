"""The whole answer as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from framework_advisor.probe_facts import probe_facts
from framework_advisor.recommendation import (
    Basis,
    Decision,
    FactFlip,
    NextEvidence,
    PathRun,
    Recommendation,
    WeightFlip,
)
from framework_advisor.report.hosts import HEADER, host_row, one_for_all
from framework_advisor.web.views.article import Compared, compared
from framework_advisor.web.views.ratios import Ratio, ratio_of
from framework_advisor.web.views.reasons import Reason, decisive, reasons
from framework_advisor.web.views.verdict import Headline, headline
from framework_advisor.web.views.weights import Slider, sliders
from framework_advisor.web.words import framework, plain
from framework_knowledge import Knowledge
from framework_knowledge.models import Criterion


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision says at a glance, also one that is not kept."""

    headline: Headline
    sliders: tuple[Slider, ...]


@dataclass(frozen=True, slots=True)
class FlipLine:
    """One thing that would change the pick, in words; ``evidence``: the id of the fact."""

    kind: str
    text: str
    new_pick: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """An answer, its reasons, and what would change it; ``hosts`` where several were measured."""

    answer: Recommendation
    decided: Decided
    reasons: tuple[Reason, ...]
    speaks: tuple[Reason, ...]
    against: tuple[Reason, ...]
    flips: tuple[FlipLine, ...]
    applied: tuple[Ratio, ...]
    left_aside: tuple[str, ...]
    hosts_header: tuple[str, ...]
    hosts: tuple[tuple[str, ...], ...]
    one_for_all: str
    exports: tuple[PathRun, ...]
    compared: tuple[Compared, ...]
    bases: tuple[Basis, ...]
    probes: tuple[NextEvidence, ...]
    questions: tuple[NextEvidence, ...]


def decided(decision: Decision, criteria: tuple[Criterion, ...]) -> Decided:
    """A decision at a glance."""
    return Decided(headline(decision), sliders(decision, criteria))


def answer_page(answer: Recommendation, knowledge: Knowledge) -> AnswerPage:
    """What the page of an answer shows; words come from the knowledge as it is now."""
    criteria = knowledge.snapshot(answer.knowledge.as_of).criteria
    why = reasons(answer, criteria)
    speaks, against = decisive(why)
    across = answer.across_hosts
    return AnswerPage(
        answer=answer,
        decided=decided(answer, criteria),
        reasons=why,
        speaks=speaks,
        against=against,
        flips=tuple(_flips(answer, criteria)),
        applied=tuple(ratio_of(row, row.host) for row in answer.measurements if row.applied),
        left_aside=tuple(dict.fromkeys(r.why_not for r in answer.measurements if r.why_not)),
        exports=tuple(row for row in answer.paths if row.applied),
        hosts_header=HEADER,
        hosts=tuple(map(host_row, across.hosts)) if across else (),
        one_for_all=one_for_all(across) if across else "",
        compared=compared(
            answer, knowledge.cells, {fact.id: fact.criterion for fact in probe_facts()}
        ),
        bases=tuple(
            basis
            for basis in get_args(Basis)
            if any(basis == share.contribution.basis for reason in why for share in reason.shares)
        ),
        probes=tuple(each for each in answer.next_evidence if each.probe),
        questions=tuple(each for each in answer.next_evidence if each.field),
    )


def _flips(answer: Decision, criteria: tuple[Criterion, ...]) -> Iterator[FlipLine]:
    titles = {criterion.id: criterion.title for criterion in criteria}
    for flip in answer.flips:
        new = framework(flip.new_pick)
        if isinstance(flip, WeightFlip):
            direction = "more" if flip.to > flip.from_ else "less"
            text = (
                f"{titles.get(flip.criterion, plain(flip.criterion))} counts {direction}: "
                f"{flip.to:.0%} of all weight instead of {flip.from_:.0%}"
            )
            yield FlipLine("weight", text, new)
        elif isinstance(flip, FactFlip):
            whose, held = framework(flip.framework), plain(flip.from_)
            text = f"for {whose}, “{plain(flip.to)}” held, not “{held}”"
            yield FlipLine("fact", text, new, flip.evidence)
        else:
            change = "you no longer require" if flip.change == "drop" else "you also require"
            yield FlipLine("requirement", f"{change}: {flip.requirement}", new)
