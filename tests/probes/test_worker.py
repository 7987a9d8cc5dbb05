"""The worker's protocol, with a real framework: JAX, which starts quickest."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from framework_probes import process, protocol
from framework_probes.process import WorkerProcess
from framework_probes.results import Peaks, Tier
from framework_probes.worker import classify, one_line

LIMIT = 60.0
Opener = Callable[[], WorkerProcess]
Watch = Callable[[set[int]], Callable[[], bool]]


def prepare(worker: WorkerProcess, probe: str, tier: str = "eager") -> protocol.Reply:
    return worker.ask(protocol.Prepare(probe, tier, seed=0), LIMIT)


@pytest.fixture
def jax(open_worker: Opener) -> WorkerProcess:
    worker = open_worker()
    assert isinstance(worker.ask(protocol.Load("jax", None), LIMIT), protocol.Loaded)
    return worker


def test_a_worker_says_what_it_loaded(open_worker: Opener) -> None:
    loaded = open_worker().ask(protocol.Load("jax", None), LIMIT)
    assert isinstance(loaded, protocol.Loaded)
    assert loaded.import_s > 0
    assert {"jax", "jaxlib", "numpy"} <= set(loaded.packages)
    assert loaded.settings["platform"] == "cpu"
    assert loaded.settings["xla_flags"] == "unset"


def test_a_program_is_proven_before_it_is_timed(jax: WorkerProcess) -> None:
    prepared = prepare(jax, "sound")
    assert isinstance(prepared, protocol.Prepared)
    assert prepared.equality.reference == "NumPy float64"
    assert prepared.equality.compared == ("product",)
    assert 0 < prepared.equality.error <= prepared.equality.tolerance
    assert prepared.first_call_s > prepared.second_call_s > 0
    assert prepared.compiler is None
    assert prepared.batch * prepared.iteration_s >= 100e-6
    compiled = prepare(jax, "sound", "compiled")
    assert isinstance(compiled, protocol.Prepared)
    assert compiled.compiler == "jax.jit"


def test_a_block_reports_what_it_took(jax: WorkerProcess) -> None:
    prepared = prepare(jax, "sound", "compiled")
    assert isinstance(prepared, protocol.Prepared)
    ran = jax.ask(protocol.Run("compiled", seconds=0.005), LIMIT)
    assert isinstance(ran, protocol.Ran)
    assert ran.iterations % prepared.batch == 0
    assert ran.iterations >= 3 * prepared.batch
    assert len(ran.walls_s) == len(ran.cpus_s) == ran.iterations // prepared.batch
    assert sum(ran.walls_s) * prepared.batch >= 0.004
    assert min(ran.walls_s) > 0
    assert sum(ran.cpus_s) > 0
    assert ran.traces == 0
    assert isinstance(jax.ask(protocol.Check("compiled"), LIMIT), protocol.Checked)


def test_a_pinned_worker_runs_where_it_was_told(jax: WorkerProcess) -> None:
    core = max(os.sched_getaffinity(0))
    assert isinstance(prepare(jax, "sound"), protocol.Prepared)
    assert jax.ask(protocol.Pin((core,)), LIMIT) == protocol.Pinned((core,))
    ran = jax.ask(protocol.Run("eager", 0.002), LIMIT)
    assert isinstance(ran, protocol.Ran)
    assert ran.core == core
    tasks = Path(f"/proc/{jax.process.pid}/task").iterdir()
    assert {tuple(os.sched_getaffinity(int(task.name))) for task in tasks} == {(core,)}


@pytest.mark.parametrize(
    ("probe", "outcome", "reason"),
    [
        ("raises", "crash", "RuntimeError: shapes do not agree"),
        ("runs_out_of_memory", "oom", "RuntimeError: RESOURCE_EXHAUSTED"),
        ("has_no_kernel", "unsupported", "NotImplementedError: no kernel"),
        ("has_wrong_weights", "wrong_result", "product is off by"),
        ("loses_precision", "wrong_result", "dtype float64, expected float32"),
        ("is_never_the_same", "wrong_result", "two runs on the same inputs"),
    ],
)
def test_a_failure_is_a_reply_and_the_worker_goes_on(
    jax: WorkerProcess, probe: str, outcome: str, reason: str
) -> None:
    refused = prepare(jax, probe)
    assert isinstance(refused, protocol.Refused)
    assert refused.outcome == outcome
    assert reason in refused.reason
    assert "\n" not in refused.reason
    assert isinstance(prepare(jax, "sound"), protocol.Prepared)


def test_a_tier_that_was_forgotten_cannot_be_timed(jax: WorkerProcess) -> None:
    assert isinstance(prepare(jax, "sound"), protocol.Prepared)
    assert jax.ask(protocol.Forget(), LIMIT) == protocol.Forgotten()
    assert isinstance(jax.ask(protocol.Run("eager", 0.001), LIMIT), protocol.Refused)


def test_a_worker_that_exits_leaves_its_last_words(jax: WorkerProcess) -> None:
    assert prepare(jax, "exits") == protocol.Refused(
        "crash", "exit code 7: the runtime says: no such kernel"
    )
    assert not jax.alive


def test_a_worker_that_is_killed_is_named_by_its_signal(jax: WorkerProcess) -> None:
    refused = prepare(jax, "segfaults")
    assert isinstance(refused, protocol.Refused)
    assert refused.outcome == "crash"
    assert refused.reason.startswith("SIGSEGV")


def test_a_worker_that_hangs_is_killed_and_reaped(jax: WorkerProcess, watch: Watch) -> None:
    ended = watch({jax.process.pid})
    refused = jax.ask(protocol.Prepare("hangs", "eager", 0), timeout_s=0.5)
    assert refused == protocol.Refused("timeout", "prepare: no answer within 0.5 s")
    assert ended()
    assert jax.process.returncode == -signal.SIGKILL


def test_a_dead_worker_refuses_further_commands(jax: WorkerProcess) -> None:
    jax.kill()
    refused = prepare(jax, "sound")
    assert isinstance(refused, protocol.Refused)
    assert refused.outcome == "crash"


def test_what_a_framework_prints_does_not_reach_the_replies(open_worker: Opener) -> None:
    worker = open_worker()
    loaded = worker.ask(protocol.Load("absent", None), LIMIT)
    assert loaded == protocol.Refused("crash", "KeyError: 'absent'")


def test_numpy_measures_the_ceilings_of_a_core(open_worker: Opener) -> None:
    worker = open_worker()
    worker.ask(protocol.Load("numpy", None), LIMIT)
    calibrated = worker.ask(protocol.Calibrate(), LIMIT)
    assert isinstance(calibrated, protocol.Calibrated)
    assert calibrated.core in os.sched_getaffinity(0)
    assert calibrated.seconds[str(calibrated.core)] == min(calibrated.seconds.values())
    peaks = worker.ask(protocol.MeasurePeaks(0.05), LIMIT)
    assert isinstance(peaks, Peaks)
    assert peaks.flops_per_s > 1e8
    assert peaks.bytes_per_s > 1e8


def test_a_closed_worker_leaves_no_process_and_no_descriptor(
    open_worker: Opener, watch: Watch
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    worker = open_worker()
    ended = watch({worker.process.pid})
    worker.close()
    worker.close()
    assert ended()
    # The watch itself holds one.
    assert len(os.listdir("/proc/self/fd")) == before + 1


def test_a_worker_inherits_no_setting_that_changes_a_verdict(
    monkeypatch: pytest.MonkeyPatch, open_worker: Opener
) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    worker = open_worker()
    assert isinstance(worker.ask(protocol.Load("numpy", None), LIMIT), protocol.Loaded)
    block = Path(f"/proc/{worker.process.pid}/environ").read_bytes().decode()
    seen = dict(entry.split("=", 1) for entry in block.split("\0") if entry)
    assert not {"XLA_FLAGS", "OMP_WAIT_POLICY"} & set(seen)
    assert seen["OMP_NUM_THREADS"] == seen["NPROC"] == "1"
    assert {name: seen[name] for name in process.ALLOCATOR} == process.ALLOCATOR


def test_another_interpreter_sees_this_package_and_none_of_our_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    other = tmp_path / "python"
    assert process.environment(str(other), tmp_path, ())["PYTHONPATH"] == ""
    assert process.environment(sys.executable, tmp_path, ())["PYTHONPATH"] == "/somewhere"


def test_an_interpreter_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="nowhere"):
        WorkerProcess(str(tmp_path / "nowhere"), tmp_path / "w", catalogue="framework_probes")
    assert set(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (MemoryError(), "oom"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: 1 GiB"), "oom"),
        (type("ResourceExhaustedError", (Exception,), {})("OOM when allocating tensor"), "oom"),
        (RuntimeError("InvalidCxxCompiler: No working C++ compiler found"), "unsupported"),
        (TypeError("unhashable"), "crash"),
    ],
)
def test_exceptions_are_sorted_by_what_they_mean(error: Exception, outcome: str) -> None:
    assert classify(error) == outcome
    assert len(one_line(error).splitlines()) == 1


def test_importing_the_package_loads_no_framework() -> None:
    code = (
        "import sys, framework_probes, framework_probes.catalogue, framework_probes.session, "
        "framework_probes.frameworks.keras, framework_probes.worker; "
        "print({'torch', 'tensorflow', 'jax', 'keras', 'litestar', 'pydantic'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_another_shape_costs_a_compiler_another_start(tmp_path: Path) -> None:
    catalogue = "framework_probes.catalogue"
    asked: tuple[tuple[str, Tier], ...] = (
        ("conv_block", "compiled"),
        ("conv_block", "eager"),
        ("matmul", "compiled"),
    )
    with WorkerProcess(sys.executable, tmp_path / "worker", catalogue=catalogue) as worker:
        worker.ask(protocol.Load("jax", None), LIMIT)
        replies = [worker.ask(protocol.Weigh(probe, tier, 0), LIMIT) for probe, tier in asked]
    again, *others = [r.recompile_s for r in replies if isinstance(r, protocol.Weighed)]
    assert again is not None
    assert again > 0.005
    # Nothing was compiled, or there is no batch of which half could be taken.
    assert others == [None, None]
