"""Two processes train together: real frameworks, and what is caught where they do not."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framework_probes.conclusions import steady
from framework_probes.deployment.planning import trials
from framework_probes.distributed.catalogue import CHECKS, NAMES, PROBE
from framework_probes.distributed.checks import carried_out, judged
from framework_probes.distributed.problem import TOLERANCE, batch, flat, part, reference, weights
from framework_probes.probe import Array
from framework_probes.results import RunRequest
from framework_probes.seats import Setup

REQUEST = RunRequest(run="run_1", suite="deployment")
BY_WAY = {check.way: check for check in CHECKS}


def of_part(rank: int) -> Array:
    """The gradient of one process that nobody averaged."""
    x, y = (part(each, rank).astype(np.float64) for each in batch(0))
    held = {name: each.astype(np.float64) for name, each in weights(0).items()}
    before = x @ held["w1"] + held["b1"]
    hidden = np.maximum(before, 0.0)
    error = 2.0 * (hidden @ held["w2"] + held["b2"] - y) / y.size
    back = (error @ held["w2"].T) * (before > 0.0)
    return flat([x.T @ back, back.sum(0), hidden.T @ error, error.sum(0)])


def test_the_reference_is_the_mean_of_the_parts() -> None:
    assert np.allclose((of_part(0) + of_part(1)) / 2, reference(0), rtol=1e-12)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ((of_part(1), reference(0)), "process 1: gradients are off by"),  # never averaged
        ((2 * reference(0), reference(0)), "process 1: gradients are off by 1 "),  # summed
        ((reference(0), of_part(0)), "process 1: gradients are off by"),
        ((reference(0) * np.nan, reference(0)), "process 1: gradients are off by nan"),
    ],
)
def test_gradients_that_are_not_those_of_one_process_are_caught(
    second: tuple[Array, Array], said: str
) -> None:
    right = (reference(0), reference(0))
    assert judged([right, right], 0) == (0.0, None)
    error, reason = judged([right, second], 0)
    assert error > TOLERANCE
    assert reason is not None
    assert said in reason


def test_the_suite_ends_with_the_checks_and_one_can_be_asked_for_alone() -> None:
    assert trials(REQUEST)[-len(CHECKS) :] == CHECKS
    alone = replace(REQUEST, probes=("deployment.distributed/ddp",))
    assert [each.name for each in trials(alone)] == ["deployment.distributed/ddp"]
    of_jax = replace(REQUEST, probes=(NAMES[0],), frameworks=("jax",))
    assert [each.name for each in trials(of_jax)] == ["deployment.distributed/jax_distributed"]
    assert PROBE.cost_s == sum(check.cost_s for check in CHECKS)


def test_two_processes_of_jax_come_to_the_gradients_of_one(tmp_path: Path) -> None:
    environment, result = carried_out(
        BY_WAY["jax_distributed"], REQUEST, "host_1", Setup(), tmp_path
    )
    assert (result.outcome, result.reason) == ("ok", None)
    assert result.equality is not None
    assert result.equality.error <= TOLERANCE
    assert result.time is not None
    assert result.time == replace(steady(result.blocks), cold=result.time.cold)
    assert "processor" not in result.time.statistic
    assert environment is not None
    assert environment.settings["processes"] == "2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "outcome"), [("ddp", "ok"), ("multi_worker_mirrored", "ok"), ("keras_fit", None)]
)
def test_the_other_ways(way: str, outcome: str | None, tmp_path: Path) -> None:
    _, result = carried_out(BY_WAY[way], REQUEST, "host_1", Setup(), tmp_path)
    if outcome is None:  # a later Keras may do it; until then its own words say why not
        assert result.outcome == "ok" or "PerReplica" in (result.reason or "")
    else:
        assert (result.outcome, result.reason) == (outcome, None)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for children in /proc")
def test_nobody_is_left_when_the_session_is_killed(tmp_path: Path) -> None:
    command = "-m framework_probes run --suite deployment --probes deployment.distributed/ddp"
    with subprocess.Popen([sys.executable, *command.split()], stdout=subprocess.DEVNULL) as session:
        peers: list[int] = []
        deadline = time.monotonic() + 60
        while len(peers) < 2 and time.monotonic() < deadline:
            threading.Event().wait(0.02)
            peers = workers_of(session.pid)
        watched = [os.pidfd_open(peer) for peer in peers]
        session.send_signal(signal.SIGKILL)
    assert len(watched) == 2
    ended: set[int] = set()
    while len(ended) < 2:
        ready, _, _ = select.select(set(watched) - ended, [], [], 30)
        assert ready, "a process outlived its session"
        ended |= set(ready)
    for each in watched:
        os.close(each)


def workers_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(each) for each in children.read_text().split()]
        return [
            each
            for each in found
            if b"framework_probes.worker" in Path(f"/proc/{each}/cmdline").read_bytes()
        ]
    except OSError:
        return []
