"""``python -m benchmarks [NAME …]``: every figure with its baseline, host and versions."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks import boot, commands, decision, growth, imports, load, quick_run
from benchmarks.figure import Figure

BENCHMARKS = {
    "imports": imports.measure,
    "commands": commands.measure,
    "boot": boot.measure,
    "decision": decision.measure,
    "growth": growth.measure,
    "load": load.measure,
    "quick_run": quick_run.measure,
}
PACKAGES = ("framework-advisor", "numpy", "pydantic", "litestar", "uvicorn", "sqlalchemy")


def main() -> None:
    """Run the benchmarks named, all by default, and print a table and JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(BENCHMARKS)}")
    figures: list[Figure] = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += BENCHMARKS[name]()
    conditions = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": f"{platform.machine()}, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load average at the end": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "packages": {name: version(name) for name in PACKAGES},
    }
    for figure in figures:
        print(figure.line(), file=sys.stderr)
    print(json.dumps({"conditions": conditions, "figures": [asdict(f) for f in figures]}, indent=2))


if __name__ == "__main__":
    main()
