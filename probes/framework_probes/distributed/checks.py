"""A check carried out: two processes started, asked, compared with one, and ended."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from framework_probes import process, protocol
from framework_probes.conclusions import steady
from framework_probes.distributed.catalogue import ID, Check
from framework_probes.distributed.problem import PEERS, SHAPE, TOLERANCE, reference
from framework_probes.entries import block_of
from framework_probes.environments import interpreter, missing
from framework_probes.probe import Array
from framework_probes.process import WorkerProcess
from framework_probes.protocol import Refused
from framework_probes.results import (
    Block,
    Cold,
    Environment,
    Equality,
    Result,
    RunRequest,
)
from framework_probes.seats import Setup, refusal
from framework_probes.serialization import with_id

#: Seconds after which processes that do not answer count as hung.
PATIENCE_S = 120.0


def carried_out(
    check: Check, request: RunRequest, host: str, setup: Setup, folder: Path
) -> tuple[Environment | None, Result]:
    """Start the processes, have them train together, compare and end them; never raises."""
    absent = missing(check.framework, check.backend)
    if absent is not None:
        return None, result_of(check, request, host, Refused("not_installed", absent))
    replies = _together(check, request.seed, setup, folder)
    if isinstance(replies, Refused):
        return None, result_of(check, request, host, replies)
    first = replies[0]
    settings = process.settings(1) | {"processes": str(PEERS), "over": "loopback"}
    environment = with_id(
        "env",
        Environment("", check.framework, check.backend, first.python, first.versions, settings),
    )
    error, reason = judged([_gradients(folder, rank) for rank in range(PEERS)], request.seed)
    failure = Refused("wrong_result", reason) if reason else None
    return environment, result_of(
        check, request, host, failure, environment=environment.id, error=error, timed=first
    )


def judged(found: Sequence[tuple[Array, Array]], seed: int) -> tuple[float, str | None]:
    """The largest relative error of what each process has, and why it does not pass.

    Each gives the gradient that all came to and its own over the whole batch; both are held against
    float64, and the one against the other.
    """
    exact = reference(seed)
    worst, reason = 0.0, None
    for rank, (together, alone) in enumerate(found):
        pairs = ((together, exact, "float64 on the whole batch"), (together, alone, "one process"))
        for given, wanted, what in pairs:
            error = float(np.linalg.norm(given - wanted) / np.linalg.norm(wanted))
            worst = max(worst, error) if error == error else float("inf")
            if not error <= TOLERANCE and reason is None:
                reason = (
                    f"process {rank}: gradients are off by {error:.2g} of those of {what}, "
                    f"tolerance {TOLERANCE:.0e}"
                )
    return worst, reason


def _together(
    check: Check, seed: int, setup: Setup, folder: Path
) -> tuple[protocol.Joined, ...] | Refused:
    """What each process says; the first failure stands for all, since the others wait for it."""
    with ExitStack() as stack:
        try:
            workers = [
                stack.enter_context(_worker(check, setup, folder / f"peer-{rank}"))
                for rank in range(PEERS)
            ]
        except OSError as error:
            return Refused("crash", f"a process did not start: {error}")
        with _free_addresses(check.ports) as addresses:
            pass  # the ports were free a moment ago; whoever takes one now is told as a failure
        for rank, worker in enumerate(workers):
            worker.send(
                protocol.Join(
                    way=check.way,
                    rank=rank,
                    addresses=addresses,
                    seed=seed,
                    gradients=str(folder / f"gradients-{rank}.npz"),
                    distributions=check.distributions,
                )
            )
        return _answers(workers, time.monotonic() + PATIENCE_S)


def _worker(check: Check, setup: Setup, folder: Path) -> WorkerProcess:
    return WorkerProcess(
        interpreter(check.framework, check.backend),
        folder,
        catalogue=setup.catalogue,
        import_paths=setup.import_paths,
        threads=setup.threads,
        memory_bytes=setup.memory_bytes,
        variables={"KERAS_BACKEND": check.backend} if check.backend else None,
    )


def _answers(
    workers: Sequence[WorkerProcess], deadline: float
) -> tuple[protocol.Joined, ...] | Refused:
    found: dict[WorkerProcess, protocol.Joined] = {}
    while len(found) < len(workers):
        waiting = [worker for worker in workers if worker not in found]
        ready, _, _ = select.select(waiting, [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return Refused("timeout", f"no answer within {PATIENCE_S:.0f} s")
        for worker in ready:
            reply = worker.receive()
            if isinstance(reply, protocol.Joined):
                found[worker] = reply
            elif reply is not None:
                return refusal(reply)
    return tuple(found[worker] for worker in workers)


@contextmanager
def _free_addresses(count: int) -> Iterator[tuple[str, ...]]:
    """Addresses of the loopback that nobody uses, found by taking them all at once."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        yield tuple(f"127.0.0.1:{each.getsockname()[1]}" for each in sockets)


def _gradients(folder: Path, rank: int) -> tuple[Array, Array]:
    with np.load(folder / f"gradients-{rank}.npz", allow_pickle=False) as kept:
        return kept["together"].astype(np.float64), kept["alone"].astype(np.float64)


def result_of(
    check: Check,
    request: RunRequest,
    host: str,
    failure: Refused | None,
    *,
    environment: str = "",
    error: float | None = None,
    timed: protocol.Joined | None = None,
) -> Result:
    """The result of a check, as it is kept."""
    # Times of what is not right would be of something else.
    blocks = () if failure is not None or timed is None else _blocks(timed)
    said = replace(steady(blocks), cold=_cold(timed)) if blocks and timed else None
    return with_id(
        "res",
        Result(
            id="",
            run=request.run,
            host=host,
            environment=environment,
            probe=ID,
            shape=f"{PEERS} processes; {SHAPE}",
            dtype="float32",
            layout="",
            device=request.device,
            contender=check.contender,
            compiler=None,
            outcome=failure.outcome if failure else "ok",
            reason=failure.reason if failure else None,
            equality=None if error is None else _equality(error),
            time=said,
            blocks=blocks,
        ),
    )


def _blocks(timed: protocol.Joined) -> tuple[Block, ...]:
    """Wall time: another process does half of the work, so processor time would tell half of it."""
    taken = zip(timed.walls_s, timed.cpus_s, strict=True)
    return tuple(
        block_of(
            protocol.Ran(len(walls), walls, cpus, 0, None, 0, off_processor=True), order, 0, order
        )
        for order, (walls, cpus) in enumerate(taken)
    )


def _cold(timed: protocol.Joined) -> Cold:
    return Cold(first_call_s=timed.first_step_s)


def _equality(error: float) -> Equality:
    compared = ("gradients of every process",)
    return Equality("float64 NumPy and one process, whole batch", compared, error, TOLERANCE)
