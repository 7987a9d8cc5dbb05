"""``framework-advisor`` with other probes in place of the real ones; all else is as users have it.

Run as a program: PROBES ARGUMENTS…, where PROBES is a JSON list, the program that stands for the
probes' process.
"""

from __future__ import annotations

import functools
import json
import sys

from framework_advisor import app
from framework_advisor.cli import main
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.runs.queue import RunQueue

if __name__ == "__main__":
    program = tuple(json.loads(sys.argv.pop(1)))
    probes = functools.partial(ProbeProcess, program=program)
    app.RunQueue = functools.partial(RunQueue, probes=probes)  # type: ignore[misc,assignment]
    main()
