"""``python -m framework_probes``: events on their own descriptor, exit codes, ending by signal."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from framework_probes.offered import PROBES
from framework_probes.results import Pair, Progress, Result, Started
from framework_probes.serialization import event_from_line

COMMAND = [sys.executable, "-m", "framework_probes"]
RUN = [*COMMAND, "run", "--run", "run_7", "--frameworks", "jax", "--probes", "matmul"]
WorkersOf = Callable[[int], set[int]]
Watch = Callable[[set[int]], Callable[[], bool]]


def test_events_go_to_their_descriptor_and_progress_to_standard_error() -> None:
    read_end, write_end = os.pipe()
    with subprocess.Popen(
        [*RUN, "--events-fd", str(write_end)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(write_end,),
        text=True,
    ) as run:
        os.close(write_end)
        with os.fdopen(read_end) as events:
            found = [event_from_line(line) for line in events]
        said, shown = run.communicate()
    assert run.returncode == 0, shown
    assert said == ""
    assert "matmul: jax compiled is ready" in shown
    assert isinstance(found[0], Started)
    results = [e for e in found if isinstance(e, Result)]
    assert [(r.run, r.contender.tier) for r in results] == [
        ("run_7", "eager"),
        ("run_7", "compiled"),
    ]
    assert len([e for e in found if isinstance(e, Pair)]) <= 1
    assert isinstance(found[-1], Progress)


def test_bad_input_is_one_line_and_code_2() -> None:
    done = subprocess.run(
        [*COMMAND, "run", "--probes", "fft"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("probes: 'fft', expected one of ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_worker_and_leaves_no_half_line(
    number: signal.Signals, workers_of: WorkersOf, watch: Watch, tmp_path: Path
) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        RUN,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as run:
        assert run.stdout is not None
        first = run.stdout.readline()
        assert isinstance(event_from_line(first), Started)
        ended = watch(workers_of(run.pid))
        run.send_signal(number)
        rest = run.stdout.read()
    assert run.returncode == 128 + number
    assert ended()
    assert rest == "" or rest.endswith("\n")
    for line in rest.splitlines():
        event_from_line(line)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_ends_the_run(workers_of: WorkersOf, watch: Watch) -> None:
    with subprocess.Popen(RUN, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout is not None
        run.stdout.readline()
        ended = watch(workers_of(run.pid))
        run.stdout.close()
        run.wait()
    assert run.returncode == 1
    assert ended()


def test_the_catalogue_is_listed() -> None:
    done = subprocess.run([*COMMAND, "list"], capture_output=True, text=True, check=True)
    listed = [line.split()[0] for line in done.stdout.splitlines()]
    first = ["cnn_train_step", "encoder_block", "conv_block", "matmul"]
    assert [each for each in listed if each in first] == first
    assert listed == list(PROBES)


def test_the_host_is_described_as_json() -> None:
    done = subprocess.run([*COMMAND, "host"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["host"]["id"].startswith("host_")
    assert found["peaks"]["flops_per_s"] > 0
    assert set(found["frameworks"]) <= {"pytorch", "tensorflow", "keras", "jax"}
