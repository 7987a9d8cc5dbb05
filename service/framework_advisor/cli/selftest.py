"""``selftest``: whether what this project measures can be believed on this host."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from framework_advisor.cli.probe import PROBE_FAILED
from framework_advisor.errors import FieldError, InvalidInput
from framework_probes.selftests.command import said
from framework_probes.selftests.running import SELFTESTS, InvalidOption, Options, run
from framework_probes.serialization import to_line


@click.command()
@click.argument("name", type=click.Choice(tuple(SELFTESTS)))
@click.option("--stress", is_flag=True, help="With a busy loop on every core: aa and power.")
@click.option("--small", is_flag=True, help="A few seconds' worth, to see that it runs.")
@click.option("--replicates", type=click.IntRange(min=1), help="Fresh processes: aa and power.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the blocks of aa in this file.",
)
@click.option("--seed", type=int, default=0, help="Of the order of turns.  [default: 0]")
@click.option("--json", "as_json", is_flag=True, help="Print the report, and nothing else.")
@click.pass_context
def selftest(
    ctx: click.Context,
    *,
    name: str,
    stress: bool,
    small: bool,
    replicates: int | None,
    record: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Run one selftest: figures, what is demanded of them, and whether that is met.

    Exits with 4 where a demand is not met. On a machine that does something else meanwhile, that
    says more of the machine.
    """
    options = Options(stress, small, record, replicates, seed)
    try:
        report = run(name, options, lambda line: click.echo(line, err=True))
    except InvalidOption as error:
        found = FieldError(f"--{error.option}", error.detail, error.expected)
        raise InvalidInput((found,)) from None
    click.echo(to_line(report) if as_json else "\n".join(said(report)))
    if report.status != "passed":
        ctx.exit(PROBE_FAILED)
