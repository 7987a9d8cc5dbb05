"""Other timers on the same operations: a script that runs in PyTorch's own interpreter.

``python rivals.py timer OPERATION...`` times each operation by this project's blocks and by
``torch.utils.benchmark``, alternately in one process, and prints JSON. ``python rivals.py pyperf
OPERATION... -- OPTION...`` hands the same operations to pyperf, which starts processes of its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module

from framework_probes import frameworks, timing
from framework_probes.probe import Adapter, Program
from framework_probes.selftests.operations import CATALOGUE
from framework_probes.statistics import lower_quartile, median

#: How often both timers take turns on an operation, and seconds of a turn.
TURNS, TURN_S = 20, 0.02


def prepared(operation: str) -> tuple[Adapter, Program]:
    """The operation in PyTorch's eager tier, called once."""
    adapter = frameworks.load("pytorch", None, "eager")
    probe = CATALOGUE[operation]
    with adapter.mode(False):
        program = probe.builders["pytorch"](adapter, probe.inputs(0))
        timing.call(adapter, program)
    return adapter, program


def timed_by_torch(operation: str) -> tuple[float, float]:
    """Seconds of an iteration by our blocks and by torch's timer, taken in turns."""
    adapter, program = prepared(operation)
    timer = import_module("torch.utils.benchmark").Timer(
        "step()", globals={"step": program.step}, num_threads=1
    )
    ours, theirs = [], []
    with adapter.mode(False):
        batch = timing.pilot(adapter, program).batch
        for _ in range(TURNS):
            ours.append(_block(adapter, program, batch))
            # Of its blocks what counts of ours: the statistic is not what is compared here.
            theirs.append(lower_quartile(timer.blocked_autorange(min_run_time=TURN_S).times))
    return median(ours), median(theirs)


def _block(adapter: Adapter, program: Program, batch: int) -> float:
    ran, _, _ = timing.run_block(adapter, program, batch, TURN_S, adapter.traces(), last=False)
    return lower_quartile(ran.walls_s)


def loop(operation: str) -> Callable[[int], float]:
    """What pyperf calls: seconds of so many iterations. The first call prepares the operation."""
    held: list[tuple[Adapter, Program]] = []

    def run(loops: int) -> float:
        if not held:
            held.append(prepared(operation))
        adapter, program = held[0]
        step = program.step
        with adapter.mode(False):
            start = time.perf_counter()
            for _ in range(loops):
                step()
            return time.perf_counter() - start

    return run


def by_pyperf(operations: list[str], options: list[str]) -> None:
    """Hand over to pyperf, in its main process and in each worker that it starts."""
    pyperf = import_module("pyperf")
    runner = pyperf.Runner(program_args=(__file__, "pyperf", *operations, "--"))
    runner.parse_args(options)
    for operation in operations:
        runner.bench_time_func(operation, loop(operation))


def main(arguments: list[str]) -> int:
    """Do what the command line says."""
    kind, *rest = arguments
    if kind == "timer":
        found = {operation: timed_by_torch(operation) for operation in rest}
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    end = rest.index("--")
    by_pyperf(rest[:end], rest[end + 1 :])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
