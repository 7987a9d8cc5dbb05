"""The command and its subcommands, and the one place where errors become exit codes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Any

import rich_click as click
from click.exceptions import Exit

from framework_advisor.cli.lazy import PANELS, Stub
from framework_advisor.settings_file import apply_settings_file

#: Exit code of a command that was given something wrong.
BAD_INPUT = 2
#: What a shell reports of a process that Ctrl-C ended.
CANCELLED = 128 + signal.SIGINT


class Root(click.RichGroup):
    """Loads a subcommand when it is used, and turns errors into lines and an exit code."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that the arguments name, loaded."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found.entry.load() if isinstance(found, Stub) else found, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        try:
            apply_settings_file()
            return super().invoke(ctx)
        except Exception as error:
            # What knows of errors takes half of the project along.
            from framework_advisor.cli.output import OURS, complaints

            if not isinstance(error, OURS):
                raise
            for line in complaints(error):
                click.echo(line, err=True)
            raise Exit(BAD_INPUT) from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a whole command line; a usage error is one line and where to read on."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.UsageError as error:
            _complain(error)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            click.echo(f"error: {error.format_message()}", err=True)
            sys.exit(BAD_INPUT)
        except click.Abort:
            sys.exit(CANCELLED)
        sys.exit(code if isinstance(code, int) else 0)


def _complain(error: click.UsageError) -> None:
    click.echo(f"error: {error.format_message()}", err=True)
    if error.ctx is not None:
        click.echo(f"see: {error.ctx.command_path} --help", err=True)


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="framework-advisor")
def main() -> None:
    """Choose between PyTorch, TensorFlow, Keras and JAX, on evidence."""


for heading, entries in PANELS.items():
    main.add_panel(click.RichCommandPanel(heading, commands=[entry.name for entry in entries]))
    for entry in entries:
        main.add_command(Stub(entry))
