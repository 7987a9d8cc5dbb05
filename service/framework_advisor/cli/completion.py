"""``completion``: what a shell needs to complete commands and options."""

from __future__ import annotations

from typing import cast

import rich_click as click
from click.shell_completion import ShellComplete, get_completion_class

#: What the command is called in a shell, and the variable by which click is asked.
NAME = "framework-advisor"
VARIABLE = "_FRAMEWORK_ADVISOR_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> None:
    r"""Print what makes SHELL complete commands and options.

    \b
    bash: eval "$(framework-advisor completion bash)"   in ~/.bashrc
    zsh:  eval "$(framework-advisor completion zsh)"    in ~/.zshrc
    fish: framework-advisor completion fish | source    in ~/.config/fish/config.fish
    """
    # The type is click's own for any name; each of these three it knows.
    made = cast("type[ShellComplete]", get_completion_class(shell))
    click.echo(made(ctx.find_root().command, {}, NAME, VARIABLE).source())
