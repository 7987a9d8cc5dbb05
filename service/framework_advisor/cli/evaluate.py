"""``evaluate``: the advisor judged by published decisions."""

from __future__ import annotations

import rich_click as click
from pydantic import TypeAdapter

from framework_advisor.cli.output import as_json
from framework_advisor.cli.terminal import columns, show
from framework_advisor.evaluation import Evaluation
from framework_advisor.evaluation import evaluate as judge
from framework_advisor.evaluation.scores import Estimate, Scores, Share
from framework_advisor.known import knowledge_set


@click.command()
@as_json
def evaluate(*, as_json: bool) -> None:
    """Ask about real projects as of their day, and count how often the pick was theirs.

    Takes half a minute. Rests on the knowledge that the settings name, overlays included.
    """
    found = judge(knowledge_set())
    if as_json:
        click.echo(TypeAdapter(Evaluation).dump_json(found).decode())
        return
    for sample in found.samples:
        rows = [(name, *_figures(scores)) for name, scores in sample.splits.items()]
        rows += [(f"without {name}", *_figures(s)) for name, s in sample.without.items()]
        rows += [(against.baseline, *_figures(against.scores)) for against in sample.against]
        header = (f"sample: {sample.sample}", "right", "within two", "log-loss", "Brier score")
        show(columns(header, rows))
        for against in sample.against:
            click.echo(f"log-loss less that of {against.baseline}: {_estimate(against.log_loss)}")
        click.echo(f"calibration slope: {_estimate(sample.calibration.slope)}")
        missed = ", ".join(answer.case.decision.id for answer in sample.missed)
        click.echo(f"missed: {missed or 'none'}\n")
    click.echo(f"leave-one-out, all cases: {' '.join(_figures(found.refit.scores))}")


def _figures(scores: Scores) -> tuple[str, str, str, str]:
    return (
        _share(scores.top1),
        _share(scores.top2),
        _estimate(scores.log_loss),
        _estimate(scores.brier),
    )


def _share(share: Share) -> str:
    return f"{share.count}/{share.of} {share.value:.2f} [{share.low:.2f}, {share.high:.2f}]"


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
