"""The command and its subcommands, and the one place where errors become exit codes."""

from __future__ import annotations

from typing import Any

import click

from framework_advisor.cli.evaluate import evaluate
from framework_advisor.cli.forget import forget
from framework_advisor.cli.host import host
from framework_advisor.cli.key import key
from framework_advisor.cli.knowledge import knowledge
from framework_advisor.cli.output import BAD_INPUT, complaints
from framework_advisor.cli.probe import probe
from framework_advisor.cli.recommend import recommend
from framework_advisor.cli.replay import replay
from framework_advisor.cli.selftest import selftest
from framework_advisor.cli.serve import serve
from framework_advisor.errors import AdvisorError
from framework_advisor.settings_file import apply_settings_file
from framework_knowledge import KnowledgeError


class Root(click.Group):
    """Turns this project's errors into lines on standard error and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        try:
            apply_settings_file()
            return super().invoke(ctx)
        except (AdvisorError, KnowledgeError) as error:
            for line in complaints(error):
                click.echo(line, err=True)
        raise click.exceptions.Exit(BAD_INPUT)


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="framework-advisor")
def main() -> None:
    """Choose between PyTorch, TensorFlow, Keras and JAX, on evidence."""


for command in (recommend, replay, probe, selftest, knowledge, evaluate, host, key, forget, serve):
    main.add_command(command)
