"""``framework-advisor``: the same verbs as HTTP, on the command line.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 2 bad input,
3 nothing feasible, 4 a probe failed, 130 ended by Ctrl-C.
"""

from framework_advisor.cli.root import main

__all__ = ["main"]
