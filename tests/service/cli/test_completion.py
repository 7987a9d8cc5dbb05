"""Shell completion: each shell is asked itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from processes import environment

Command = Callable[..., Result]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_what_it_needs(command: Command, shell: str) -> None:
    made = command("completion", shell)
    assert made.exit_code == 0
    assert f"_FRAMEWORK_ADVISOR_COMPLETE={shell}_complete" in made.stdout
    if path := shutil.which(shell):
        checked = subprocess.run([path, "-n"], input=made.stdout, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_commands_options_and_values_are_completed(command: Command, tmp_path: Path) -> None:
    script = command("completion", "bash").stdout
    asked = f"""{script}
complete_for() {{
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _framework_advisor_completion framework-advisor
  echo "${{COMPREPLY[*]}}"
}}
complete_for framework-advisor recomm
complete_for framework-advisor probe r
complete_for framework-advisor knowledge claims --framework k
"""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    program = bin_ / "framework-advisor"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m framework_advisor.cli "$@"\n')
    program.chmod(0o755)
    variables = {**environment(tmp_path), "PATH": f"{bin_}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", asked], env=variables, capture_output=True, text=True, check=True
    )
    found = [sorted(line.split()) for line in done.stdout.splitlines()]
    assert found[-3:] == [["recommend", "recommendation"], ["resume", "run", "runs"], ["keras"]]
