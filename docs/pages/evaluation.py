"""The page on how well the advisor decides, and its picture."""

from __future__ import annotations

from collections.abc import Iterator

from framework_advisor.evaluation import Evaluation
from framework_advisor.evaluation.answers import Answer
from framework_advisor.evaluation.calibration import Calibration
from framework_advisor.evaluation.evaluate import SampleEvaluation
from framework_advisor.evaluation.scores import Estimate, Scores, Share
from framework_knowledge.published_decisions import Discussion
from pages.markdown import header, row

TITLES = {
    "first": "The first sample",
    "second": "The second sample",
    "both": "Both together",
}
LIES_IN = {
    "knowledge": "wrong or missing knowledge",
    "weights": "weights",
    "profile": "a choice that the profile cannot explain",
}
TARGETS = (0.85, 0.95)


def evaluation_page(found: Evaluation) -> Iterator[str]:
    """Every figure with its interval, the rules, and each case that is missed."""
    yield "# How well it decides"
    yield ""
    yield (
        "The advisor is asked about real projects as of the middle of the year in which they "
        "decided, with what was known on that day and nothing measured. An answer is right where "
        "its pick is what was chosen, or what the source treats as equal. Shares have Wilson "
        "intervals, means bootstrap intervals over cases, both of 95%. `make evaluate` computes "
        "all of it anew; the cases stand in `knowledge/framework_knowledge/decisions/`."
    )
    yield ""
    yield (
        "The **first** sample came with the project. Its misses were read, and the knowledge, the "
        "rules, the priors and three base weights were revised with them in view: its figures are "
        "no forecast. The **second** was looked up by circumstance afterwards, whatever was "
        "chosen; about half of its sources give no reason, and many are of 2017 to 2020. It was "
        "read as well, before the last revision of priors and rules. There the advisor is no "
        "better than knowing how often each framework is chosen. The target was at least 0.85 "
        "right and 0.95 within two, and it is missed."
    )
    for sample in found.samples:
        yield from _sample(sample)
    yield from _refit(found)
    yield from _rules(found)
    yield from _missed(found)


def _sample(sample: SampleEvaluation) -> Iterator[str]:
    yield from ("", f"## {TITLES[sample.sample]}", "")
    yield from header("cases", "right", "within two", "log-loss", "Brier score")
    for name, scores in sample.splits.items():
        yield _scores(name, scores)
    for name, scores in sample.without.items():
        some = f" ({sample.about_itself} cases have any)" if "claims" in name else ""
        yield _scores(f"all, without {name}{some}", scores)
    for against in sample.against:
        yield _scores(against.baseline, against.scores)
    yield ""
    yield from header("ours less the baseline's, case by case", "log-loss", "Brier score")
    for against in sample.against:
        yield row(against.baseline, _estimate(against.log_loss), _estimate(against.brier))
    calibration = sample.calibration
    yield from (
        "",
        f"Calibration of the stated probability of the pick: slope {_estimate(calibration.slope)}, "
        f"intercept {_estimate(calibration.intercept)}; a slope of 1 and an intercept of 0 would "
        "be perfect, a slope below 1 means that sure answers are too sure of themselves, and an "
        "intercept above 0 that answers are right more often than they say.",
        "",
    )
    yield from header("answers that say", "are right")
    for each in calibration.bins:
        yield row(f"{each.p_best:.2f}", _share(each.right))
    yield from ("", f"![Stated against true shares](evaluation/{sample.sample}.svg)")


def _scores(name: str, scores: Scores) -> str:
    return row(
        name,
        _share(scores.top1),
        _share(scores.top2),
        _estimate(scores.log_loss),
        _estimate(scores.brier),
    )


def _share(share: Share) -> str:
    return f"{share.count} of {share.of}: {share.value:.2f} ({share.low:.2f} to {share.high:.2f})"


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _refit(found: Evaluation) -> Iterator[str]:
    refit = found.refit
    yield from ("", "## Four numbers, chosen without the case", "")
    yield (
        "How high a ranking lifts, and three base weights, were set with cases in view. Chosen "
        f"anew for each case among {refit.settings} settings by the log-loss on all the other "
        "cases (leave-one-out), they give what follows. It covers these four alone: stages, "
        "rules, priors and odds are judgement that was revised by reading cases, and no interval "
        "here holds that. What is shipped is what most of the cases choose."
    )
    yield ""
    yield from header("cases", "right", "within two", "log-loss", "Brier score")
    yield _scores("both samples, leave-one-out", refit.scores)
    yield ""
    chosen = "; ".join(f"{name} ({count} times)" for name, count in refit.chosen)
    yield f"What was chosen: {chosen}."


def _rules(found: Evaluation) -> Iterator[str]:
    yield from ("", "## What each weight rule changes", "")
    yield (
        "With the rule and without it, on the same draws. Changed: a probability moves by 0.002 or "
        "more. Helped: what it adds, over all cases, to the probability of what was chosen."
    )
    yield ""
    yield from header("rule", "why", "fires", "changes", "another pick", "helped")
    for effect in found.rules:
        yield row(
            f"`{effect.rule}`",
            effect.reason,
            str(effect.fires),
            ", ".join(effect.changed),
            ", ".join(effect.pick) or "–",
            f"{effect.helped:+.2f}",
        )


def _missed(found: Evaluation) -> Iterator[str]:
    yield from ("", "## The cases that are missed", "")
    yield from header("case", "chosen", "the advisor says", "it lies in", "why")
    for sample in found.samples:
        if sample.sample != "both":
            yield from (_miss(answer) for answer in sample.missed)


def _miss(answer: Answer) -> str:
    decision = answer.case.decision
    discussed = decision.discussion or Discussion(lies_in="knowledge", why="Not looked into yet.")
    said = ", ".join(f"{f} {answer.probabilities[f]:.2f}" for f in answer.order)
    return row(
        f"`{decision.id}` ({decision.source})",
        ", ".join(sorted(decision.acceptable)),
        said or "nothing is feasible",
        LIES_IN[discussed.lies_in],
        discussed.why,
    )


SIDE, MARGIN = 320, 40


def reliability_picture(calibration: Calibration) -> str:
    """Stated probability across, share right up, with intervals; the diagonal is perfect."""

    def x(value: float) -> float:
        return MARGIN + value * SIDE

    def y(value: float) -> float:
        return MARGIN + (1 - value) * SIDE

    size = SIDE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" '
        f'font-family="sans-serif" font-size="11">',
        f'<rect width="{size}" height="{size}" fill="white"/>',
        f'<path d="M{x(0)} {y(1)}V{y(0)}H{x(1)}" fill="none" stroke="#333"/>',
        f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#999" stroke-dasharray="4 4"/>',
    ]
    parts += [
        f'<text x="{x(tick)}" y="{y(0) + 15}" text-anchor="middle">{tick:g}</text>'
        f'<text x="{x(0) - 6}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>'
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    for each in calibration.bins:
        across, share = x(each.p_best), each.right
        parts.append(
            f'<path d="M{across:.1f} {y(share.low):.1f}V{y(share.high):.1f}" stroke="#1668b8" '
            f'stroke-width="2"/><circle cx="{across:.1f}" cy="{y(share.value):.1f}" r="5" '
            f'fill="#1668b8"><title>{share.count} of {share.of}</title></circle>'
        )
    parts += [
        f'<text x="{x(0.5)}" y="{size - 8}" text-anchor="middle">probability stated</text>',
        f'<text transform="translate(12 {y(0.5)}) rotate(-90)" text-anchor="middle">'
        "share right</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
