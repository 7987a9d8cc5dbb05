"""``python -m framework_advisor.cli``: the command line without its script."""

from framework_advisor.cli.process import run

run()
