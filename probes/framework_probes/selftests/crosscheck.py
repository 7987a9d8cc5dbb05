"""``crosscheck``: the same operations by ``torch.utils.benchmark`` and by pyperf.

PyTorch's timer takes turns with our blocks in one process. pyperf starts processes of its own,
which take turns with fresh ones of ours; two processes differ more than two timers in one.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from framework_probes import environments, process, statistics
from framework_probes.seats import Setup
from framework_probes.selftests import rivals
from framework_probes.selftests.operations import HEAVY, LIGHT
from framework_probes.selftests.report import Case, Figure, Findings, Skipped
from framework_probes.selftests.twins import CATALOGUE, Say, gauged

OPERATIONS = tuple(probe.id for probe in (*LIGHT, *HEAVY))
#: What lives beyond the caches of a core is as fast as the neighbours leave it, which changes
#: between two processes by 15% and more: only turns taken in one process compare timers there.
SHARED_CACHE = frozenset({"long_sum"})
#: Per cent that times may differ: nearly all of them, and the median one; fewest operations.
ALL, MEDIAN, FEWEST = 5.0, 3.0, 8.0
#: How often pyperf and ours take turns, a process each for every operation; values of such a
#: process, as many before them that do not count, and seconds of one at least: those of a block. As
#: of blocks, their lower quartile counts: pyperf's own mean holds whatever else the machine does.
ROUNDS, VALUES, WARMUPS, VALUE_S = 7, 20, 20, 0.01
TIMEOUT_S = 1800.0
#: Ours and theirs, in seconds of an iteration, by operation.
Times = Mapping[str, tuple[float, float]]


class Unavailable(Exception):
    """A timer cannot be run here; the message says why, in one line."""


def crosscheck(say: Say, operations: Sequence[str] = OPERATIONS) -> Findings:
    """Set ours and theirs side by side on one core. Takes some minutes, most of it pyperf's."""
    absent = environments.missing("pytorch", None)
    if absent is not None:
        return concluded({}, {}, [Skipped(name, absent) for name in ("torch_timer", "pyperf")])
    skipped: list[Skipped] = []
    torch: Times = {}
    pyperf: Times = {}
    with (
        TemporaryDirectory(prefix="framework-selftest-", ignore_cleanup_errors=True) as folder,
        gauged(Path(folder), Setup(catalogue=CATALOGUE)) as (core, _),
    ):
        child = _Child(Path(folder) / "rivals", core)
        try:
            torch = child.timer(operations)
            say(f"torch.utils.benchmark: {len(torch)} operations")
        except Unavailable as error:
            skipped.append(Skipped("torch_timer", str(error)))
        try:
            pyperf = _in_turns(child, operations, say)
        except Unavailable as error:
            skipped.append(Skipped("pyperf", str(error)))
    return concluded(torch, pyperf, skipped)


def _in_turns(child: _Child, operations: Sequence[str], say: Say) -> Times:
    """Ours and pyperf's, each the median over its processes."""
    chosen = [name for name in operations if name not in SHARED_CACHE]
    rounds: list[tuple[dict[str, tuple[float, float]], dict[str, float]]] = []
    for number in range(ROUNDS):
        rounds.append((child.timer(chosen), child.pyperf(chosen, number)))
        say(f"pyperf: {len(chosen)} operations, round {number + 1} of {ROUNDS}")
    return {
        name: (
            statistics.median([ours[name][0] for ours, _ in rounds]),
            statistics.median([theirs[name] for _, theirs in rounds]),
        )
        for name in chosen
    }


def concluded(torch: Times, pyperf: Times, skipped: Sequence[Skipped]) -> Findings:
    """How far ours and theirs are apart. A timer that is not there counts as not run."""
    figures: list[Figure] = []
    bounds: dict[str, tuple[float | None, float | None]] = {}
    cases: list[Case] = []
    for name, times in (("torch_timer", torch), ("pyperf", pyperf)):
        apart = {each: 100 * (ours / theirs - 1) for each, (ours, theirs) in times.items()}
        sizes = [abs(value) for value in apart.values()]
        middle = statistics.median(sizes) if sizes else None
        figures += [
            Figure(f"{name}_operations", float(len(sizes)), "", f"compared with {name}"),
            Figure(f"{name}_median", middle, "%", f"ours against {name}, median"),
            Figure(f"{name}_largest", max(sizes, default=None), "%", f"ours against {name}"),
        ]
        bounds[f"{name}_operations"] = (FEWEST, None)
        bounds[f"{name}_median"] = (None, MEDIAN)
        bounds[f"{name}_largest"] = (None, ALL)
        cases += [
            Case(f"{each} by {name}", f"within {ALL:g}%", f"{value:+.1f}%", abs(value) <= ALL)
            for each, value in apart.items()
        ]
    return Findings(tuple(figures), bounds, tuple(cases), tuple(skipped))


class _Child:
    """Runs the script of the other timers as a worker is run: same variables, same core."""

    def __init__(self, folder: Path, core: int | None) -> None:
        folder.mkdir(parents=True)
        # As for a worker: a link shows this package and nothing else of this interpreter's.
        package = folder / "framework_probes"
        package.symlink_to(Path(process.__file__).resolve().parent, target_is_directory=True)
        self.folder = folder
        self.core = core
        self.python = environments.interpreter("pytorch")
        self.variables = process.environment(self.python, folder, (folder,)) | process.settings(1)

    def timer(self, operations: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Ours and PyTorch's."""
        said = self._run(["timer", *operations])
        try:
            found: dict[str, tuple[float, float]] = {
                name: (float(ours), float(theirs))
                for name, (ours, theirs) in json.loads(said.splitlines()[-1]).items()
            }
        except (ValueError, IndexError) as error:
            raise Unavailable(f"the script's answer cannot be read: {error}") from None
        return found

    def pyperf(self, operations: Sequence[str], number: int) -> dict[str, float]:
        """The lower quartile of the values of a process of pyperf's."""
        kept = self.folder / f"pyperf-{number}.json"
        affinity = [] if self.core is None else [f"--affinity={self.core}"]
        options = [
            "--quiet",
            f"--output={kept}",
            "--processes=1",
            f"--values={VALUES}",
            f"--warmups={WARMUPS}",
            f"--min-time={VALUE_S}",
            f"--inherit-environ={','.join(self.variables)}",
            *affinity,
        ]
        self._run(["pyperf", *operations, "--", *options])
        found: dict[str, float] = {}
        for each in json.loads(kept.read_text(encoding="utf-8"))["benchmarks"]:
            runs = [values for run in each["runs"] if (values := run.get("values"))]
            name = each.get("metadata", {}).get("name") or operations[len(found)]
            found[name] = statistics.median([statistics.lower_quartile(run) for run in runs])
        return found

    def _run(self, arguments: Sequence[str]) -> str:
        command = [self.python, rivals.__file__, *arguments]
        pinned = f"import os; os.sched_setaffinity(0, {{{self.core}}}); "
        if self.core is not None and arguments[0] == "timer":
            start = f"import runpy, sys; sys.argv = sys.argv[1:]; {pinned}"
            run = "runpy.run_path(sys.argv[0], run_name='__main__')"
            command = [self.python, "-c", start + run, *command[1:]]
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=self.variables,
                capture_output=True,
                text=True,
                check=True,
                timeout=TIMEOUT_S,
            )
        except subprocess.CalledProcessError as error:
            raise Unavailable(_last_line(error.stderr)) from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(str(error).splitlines()[0]) from None
        return done.stdout


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it ended without a word"
