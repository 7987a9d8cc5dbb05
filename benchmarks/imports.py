"""What an embedder pays before the first answer: import time and memory of a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.figure import Figure, paired

SAMPLES = 7
MEASURE = """
import time
start = time.perf_counter()
{statement}
seconds = time.perf_counter() - start
peak = next(l for l in open('/proc/self/status') if l.startswith('VmHWM'))
print(seconds, int(peak.split()[1]) / 1024)
"""
OURS = "from framework_advisor import Advisor; Advisor()"
EXAMPLES = Path(__file__).parents[1] / "examples"
ASKED = 20
#: Over all examples in turn, in one process.
ASKING = f"""
from itertools import cycle, islice
from pathlib import Path
from framework_advisor import Advisor, parse_profile
advisor = Advisor()
paths = sorted(Path({str(EXAMPLES)!r}).glob("*.json"))
asked = [parse_profile(path.read_bytes()) for path in paths]
for profile in islice(cycle(asked), {ASKED}):
    advisor.recommend(profile)
"""
BASELINE = "import pydantic, numpy, yaml; pydantic.create_model('M')"


def measure() -> list[Figure]:
    """Seconds and MiB, beside the base dependencies alone."""
    name = "the base dependencies alone"
    return [
        paired(
            "import and Advisor()",
            "s",
            lambda: _run(OURS)[0],
            lambda: _run(BASELINE)[0],
            name,
            SAMPLES,
        ),
        paired(
            "memory after Advisor()",
            "MiB",
            lambda: _run(OURS)[1],
            lambda: _run(BASELINE)[1],
            name,
            SAMPLES,
        ),
        paired(
            f"memory after {ASKED} recommendations in process",
            "MiB",
            lambda: _run(ASKING)[1],
            lambda: _run(BASELINE)[1],
            name,
            SAMPLES,
        ),
    ]


def _run(statement: str) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE.format(statement=statement)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)
