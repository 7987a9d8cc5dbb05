"""How long the quick suite takes here, and how much of it came out."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter

from benchmarks.figure import Figure


def measure() -> list[Figure]:
    """Seconds of one quick run with every framework that is installed; ratios within 5%."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "framework_probes", "run", "--suite", "quick"],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    outcomes = Counter(e["outcome"] for e in events if e["event"] == "result")
    pairs = [e for e in events if e["event"] == "pair"]
    tight = sum(1 for p in pairs if p["ci95"][1] / p["ci95"][0] <= 1.05**2)
    names = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))

    def plain(name: str, unit: str, value: float) -> Figure:
        return Figure(name, unit, value, None, "", None, 1)

    return [
        plain("quick run", "s", seconds),
        plain(f"results ok ({names})", "results", float(outcomes["ok"])),
        plain(f"ratios within 5% of {len(pairs)}", "ratios", float(tight)),
    ]
