"""Stands in for the probes' process: the real one, with real workers, on probes that go wrong.

Run as a program: FAULTS LIMITS SUPERVISOR run --run ID …, with the ids of probes of the faulty
catalogue, separated by commas, and the limits of ``Setup`` as JSON.
"""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path

from framework_advisor.runs.child import die_with
from framework_probes import __main__ as probes
from framework_probes.seats import Setup
from framework_probes.session import execute

HERE = Path(__file__).parents[2] / "probes"

if __name__ == "__main__":
    faults, limits, supervisor = sys.argv.pop(1), json.loads(sys.argv.pop(1)), sys.argv.pop(1)
    die_with(int(supervisor))
    sys.path.insert(0, str(HERE))
    sys.argv[sys.argv.index("--probes") + 1] = faults
    setup = Setup(catalogue="faulty_catalogue", import_paths=(HERE,), peak_s=0.01, **limits)
    probes.execute = functools.partial(execute, setup=setup)
    sys.exit(probes.main())
