"""Sessions: whatever a framework does, everyone gets a result and nobody is left running."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from framework_probes import environments, seats, session
from framework_probes.comparison import counted
from framework_probes.results import (
    Environment,
    Event,
    Pair,
    Peaks,
    Progress,
    Result,
    RunRequest,
    Started,
)
from framework_probes.seats import Setup
from framework_probes.session import InvalidRequest, execute

Faulty = Callable[..., Setup]
Watch = Callable[[set[int]], Callable[[], bool]]
WorkersOf = Callable[[int], set[int]]


def request(*probes: str, **more: object) -> RunRequest:
    details: dict[str, object] = {"frameworks": ("jax",), "probes": probes or None} | more
    return RunRequest("run_1", **details)  # type: ignore[arg-type]


def measured(result: Result) -> bool:
    """Whether it was timed; a busy machine may make it suspect, which is no fault of ours."""
    return (
        result.outcome in ("ok", "unstable", "contended", "throttled") and result.time is not None
    )


def results(events: Iterable[Event]) -> dict[tuple[str, str], Result]:
    """Results by probe and tier, of a session with one subject."""
    return {(e.probe, e.contender.tier): e for e in events if isinstance(e, Result)}


@pytest.fixture(autouse=True)
def nobody_is_left(workers_of: WorkersOf) -> Iterator[None]:
    yield
    assert workers_of(os.getpid()) == set()


def test_a_session_tells_its_story_in_order(faulty: Faulty) -> None:
    events = list(execute(request("sound"), faulty()))
    kinds = [type(e) for e in events if not isinstance(e, Progress | Pair)]
    # NumPy's ceilings are looked at again where something disturbed them.
    assert [k for k, _ in groupby(kinds)] == [Started, Environment, Peaks, Result]
    assert kinds.count(Result) == 2
    started, environment = events[0], next(e for e in events if isinstance(e, Environment))
    assert isinstance(started, Started)
    assert started.planned == 2
    assert started.peaks is not None
    found = results(events)
    for tier in ("eager", "compiled"):
        result = found["sound", tier]
        assert measured(result), result.reason
        assert result.environment == environment.id
        assert result.host == started.host.id
        assert result.run == "run_1"
        assert result.time is not None
        assert result.time.blocks == len(counted(result.blocks)) >= 6
        assert result.conditions is not None
        assert result.conditions.core is not None
        assert result.reference is not None
    pairs = [e for e in events if isinstance(e, Pair)]
    assert len(pairs) == (1 if {r.outcome for r in found.values()} == {"ok"} else 0)
    last = [e for e in events if isinstance(e, Progress)][-1]
    assert (last.done, last.planned) == (2, 2)


def test_turns_alternate(faulty: Faulty) -> None:
    found = results(execute(request("sound"), faulty()))
    eager, compiled = (
        [block.order for block in found["sound", tier].blocks] for tier in ("eager", "compiled")
    )
    assert sorted(eager + compiled) == list(range(2 * len(eager)))
    # Each round holds both of them, whoever came first.
    assert [order // 2 for order in eager] == [order // 2 for order in compiled]


def test_the_order_of_turns_depends_on_the_seed_alone(faulty: Faulty) -> None:
    def turns(seed: int) -> list[int]:
        found = results(execute(request("sound", seed=seed), faulty()))
        return [block.order for block in found["sound", "eager"].blocks][:6]

    assert turns(1) == turns(1)
    assert turns(1) != turns(2)


@pytest.mark.parametrize(
    ("probe", "outcome", "reason"),
    [
        ("exits", "crash", "exit code 7: the runtime says: no such kernel"),
        ("segfaults", "crash", "SIGSEGV"),
        ("raises", "crash", "RuntimeError: shapes do not agree"),
        ("has_wrong_weights", "wrong_result", "product is off by"),
        ("has_no_kernel", "unsupported", "NotImplementedError: no kernel for this type"),
        ("runs_out_of_memory", "oom", "RESOURCE_EXHAUSTED"),
    ],
)
def test_a_fault_is_a_result_with_its_reason(
    faulty: Faulty, probe: str, outcome: str, reason: str
) -> None:
    found = results(execute(request(probe), faulty()))
    for tier in ("eager", "compiled"):
        result = found[probe, tier]
        assert result.outcome == outcome
        assert result.reason is not None
        assert reason in result.reason
        assert result.time is None
        assert result.blocks == ()


def test_a_hang_is_a_timeout_and_the_session_goes_on(faulty: Faulty) -> None:
    found = results(execute(request("hangs", "sound"), faulty(prepare_s=1.5)))
    assert found["hangs", "eager"].outcome == "timeout"
    assert found["hangs", "eager"].reason == "prepare: no answer within 1.5 s"
    assert measured(found["sound", "eager"])
    assert measured(found["sound", "compiled"])


def test_a_tier_that_hangs_does_not_take_the_other_with_it(faulty: Faulty) -> None:
    found = results(execute(request("hangs_compiled"), faulty(prepare_s=1.5)))
    assert found["hangs_compiled", "compiled"].outcome == "timeout"
    assert measured(found["hangs_compiled", "eager"])


def test_a_worker_that_dies_while_timed_is_a_crash(faulty: Faulty) -> None:
    found = results(execute(request("dies_while_timed", "sound"), faulty()))
    assert found["dies_while_timed", "eager"].outcome == "crash"
    assert "exit code 9" in str(found["dies_while_timed", "eager"].reason)
    assert found["dies_while_timed", "compiled"].outcome == "not_run"
    assert measured(found["sound", "eager"])


def test_a_result_that_is_spoilt_while_timed_is_wrong(faulty: Faulty) -> None:
    found = results(execute(request("spoils_while_timed"), faulty()))
    assert found["spoils_while_timed", "eager"].outcome == "wrong_result"
    assert found["spoils_while_timed", "eager"].time is None


def test_three_failures_in_a_row_give_a_framework_up(faulty: Faulty) -> None:
    found = results(execute(request("exits", "segfaults", "raises"), faulty()))
    outcomes = [found[p, t].outcome for p in ("exits", "segfaults") for t in ("eager", "compiled")]
    assert outcomes == ["crash", "crash", "crash", "not_run"]
    assert found["raises", "eager"].outcome == "not_run"
    assert found["raises", "eager"].reason == "given up after 3 failures in a row"


def test_what_is_not_installed_is_said_without_starting_it(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(environments.MODULES, "tensorflow", "no_such_module")
    wanted = request("sound", frameworks=("tensorflow", "jax"))
    found = [e for e in execute(wanted, faulty()) if isinstance(e, Result)]
    missing = [r for r in found if "tensorflow" in r.contender.subject]
    assert len(missing) == 2
    for result in missing:
        assert result.outcome == "not_installed"
        assert "no module named no_such_module" in str(result.reason)
        assert result.environment == ""
    assert all(measured(r) for r in found if r.contender.subject == "jax")


def test_a_framework_that_cannot_be_imported_is_a_crash(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A broken installation: found, but it does not load.
    (tmp_path / "jax.py").write_text("raise ImportError('libfoo.so is missing')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    found = results(execute(request("sound"), faulty()))
    assert found["sound", "eager"].outcome == "crash"
    assert found["sound", "eager"].reason == "ImportError: libfoo.so is missing"


def test_another_interpreter_serves_a_framework(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setenv("FRAMEWORK_ADVISOR_PYTHON_JAX", str(python))
    found = results(execute(request("sound"), faulty()))
    assert measured(found["sound", "eager"])


def test_an_interpreter_that_does_not_run_is_said_to_be_missing(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWORK_ADVISOR_PYTHON_JAX", "/nowhere/python")
    found = results(execute(request("sound"), faulty()))
    assert found["sound", "eager"].outcome == "not_installed"
    assert "FRAMEWORK_ADVISOR_PYTHON_JAX=/nowhere/python" in str(found["sound", "eager"].reason)


def test_what_the_budget_does_not_reach_is_not_run(faulty: Faulty) -> None:
    found = results(execute(request("hangs", budget_s=3.0), faulty()))
    for tier in ("eager", "compiled"):
        assert found["hangs", tier].outcome == "not_run"
        assert "budget" in str(found["hangs", tier].reason)


def test_a_probe_dearer_than_what_is_left_is_not_begun(faulty: Faulty) -> None:
    found = results(execute(request("sound", budget_s=0.01), faulty()))
    assert found["sound", "eager"].outcome == "not_run"
    assert "of the budget were left" in str(found["sound", "eager"].reason)


def test_replicates_are_fresh_processes(faulty: Faulty) -> None:
    events = list(execute(request("sound", suite="fresh"), faulty()))
    found = results(events)
    assert all(e.replicates == 2 for e in events if isinstance(e, Pair))
    result = found["sound", "eager"]
    assert result.time is not None
    assert result.time.replicates == 2
    assert result.time.blocks == len(counted(result.blocks)) >= 12
    assert {block.replicate for block in result.blocks} == {0, 1}
    imported = [e for e in events if isinstance(e, Progress) and e.message.endswith("imported")]
    assert len(imported) == 2
    # Memory was asked of processes that did nothing else, one for each tier.
    for tier in ("eager", "compiled"):
        time = found["sound", tier].time
        assert time is not None
        assert time.memory is not None
        assert time.memory.own_pass
        assert time.memory.peak_rss is not None
        assert time.memory.rss_before is not None
        assert time.memory.peak_rss >= time.memory.rss_before > 2**20
        assert time.cold.own_process
    assert len([e for e in events if isinstance(e, Environment)]) == 1


def test_what_is_taken_briefly_shares_one_process_with_nothing_that_is_not(faulty: Faulty) -> None:
    events = list(execute(request("sound", "spoils_while_timed", suite="brief"), faulty()))
    found = results(events)
    time = found["sound", "eager"].time
    assert time is not None
    assert (time.replicates, time.cold.own_process) == (1, False)
    assert time.memory is None or not time.memory.own_pass
    imported = [e for e in events if isinstance(e, Progress) and e.message.endswith("imported")]
    # The other one, which is found wrong in its first replicate, has a process of its own.
    assert [e.message.partition(":")[0] for e in imported] == ["sound", "spoils_while_timed"]


def test_closing_a_session_ends_its_workers(
    faulty: Faulty, workers_of: WorkersOf, watch: Watch
) -> None:
    events = execute(request("sound"), faulty())
    assert isinstance(next(events), Started)
    running = workers_of(os.getpid())
    assert running
    ended = watch(running)
    events.close()
    assert ended()
    assert list(events) == []


def test_an_exception_in_a_session_ends_its_workers(
    faulty: Faulty, workers_of: WorkersOf, watch: Watch
) -> None:
    events = execute(request("sound"), faulty())
    while not isinstance(next(events), Environment):
        pass
    running = workers_of(os.getpid())
    assert len(running) == 2  # NumPy and JAX
    ended = watch(running)
    with pytest.raises(KeyboardInterrupt):
        events.throw(KeyboardInterrupt())
    assert ended()


def test_workers_die_with_a_session_that_is_killed_even_if_they_hang(
    tmp_path: Path, workers_of: WorkersOf, watch: Watch
) -> None:
    fifo = tmp_path / "hangs now"
    os.mkfifo(fifo)
    (tmp_path / "hanging_catalogue.py").write_text(
        "from dataclasses import replace\n"
        "import faulty_catalogue as faulty\n"
        "def hangs(adapter, inputs):\n"
        f"    open({str(fifo)!r}, 'w').close()\n"
        "    while True: pass\n"
        "probe = replace(faulty.CATALOGUE['sound'], builders={'jax': hangs})\n"
        "CATALOGUE = {'sound': probe}\n"
        "SUITES = faulty.SUITES\n"
    )
    code = (
        "from pathlib import Path\n"
        "from framework_probes.results import RunRequest\n"
        "from framework_probes.session import Setup, execute\n"
        f"here, there = Path({str(Path(__file__).parent)!r}), Path({str(tmp_path)!r})\n"
        "import sys; sys.path[:0] = [str(here), str(there)]\n"
        "setup = Setup(catalogue='hanging_catalogue', import_paths=(here, there))\n"
        "list(execute(RunRequest('run_1', frameworks=('jax',), probes=('sound',)), setup))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        # Opening a pipe waits for the one at the other end: the worker, about to hang.
        fifo.open().close()
        running = workers_of(parent.pid)
        assert len(running) == 2
        ended = watch(running)
    finally:
        parent.kill()
        parent.wait()
    assert ended()


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"suite": "swift"}, "suite", "one of quick, full"),
        ({"frameworks": ("caffe",)}, "frameworks", "one of pytorch, tensorflow, keras, jax"),
        ({"frameworks": ()}, "frameworks", "at least one"),
        ({"probes": ("fft",)}, "probes", "one of cnn_train_step"),
        ({"device": "abacus"}, "device", "one of cpu, cuda, rocm, mps, tpu, xpu"),
        ({"budget_s": 0.0}, "budget_s", "seconds above 0"),
        ({"budget_s": float("nan")}, "budget_s", "seconds above 0"),
    ],
)
def test_a_bad_request_is_refused_at_once_by_field(
    change: dict[str, object], field: str, expected: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        execute(RunRequest("run_1", **change))  # type: ignore[arg-type]
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")
    assert expected in str(caught.value)


def test_a_host_can_be_measured_without_a_run() -> None:
    described, peaks = session.measure_host()
    assert described.cores >= 1
    assert peaks is not None
    assert peaks.flops_per_s > 0
    products = {c.dtype for c in peaks.ceilings if c.work == "product"}
    assert products == {"float32", "float64"}
    assert peaks.core is not None
    for ceiling in peaks.ceilings:
        assert 0 < ceiling.looks[0] <= ceiling.looks[1] == ceiling.per_s


def test_a_framework_that_reaches_more_than_numpy_sets_the_ceiling(faulty: Faulty) -> None:
    events = list(execute(request("sound"), faulty()))
    before, said = events[0], [e for e in events if isinstance(e, Peaks)][-1]
    assert isinstance(before, Started)
    assert before.peaks is not None
    (own,) = [c for c in said.ceilings if c.library.startswith("jax ")]
    assert (own.work, own.dtype) == ("product", "float32")
    products = [c for c in said.ceilings if c.work == "product" and c.dtype == "float32"]
    assert len(products) >= 2
    assert said.flops_per_s == max(c.per_s for c in products)
    assert said.flops_per_s >= before.peaks.flops_per_s
    sound = results(events)["sound", "eager"]
    assert sound.rate is not None
    assert sound.rate.flops_per_s is not None
    assert sound.rate.of_roofline == pytest.approx(sound.rate.flops_per_s / said.flops_per_s)


def test_a_session_without_its_numpy_worker_goes_on_without_a_reference(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: session._NumPy) -> None:
        self.seat.close()

    monkeypatch.setattr(session._NumPy, "measure", broken)
    events = list(execute(request("sound"), faulty()))
    assert isinstance(events[0], Started)
    assert events[0].peaks is None
    found = results(events)
    assert measured(found["sound", "eager"])
    assert found["sound", "eager"].reference is None


def test_keras_is_three_subjects_and_the_others_one_each() -> None:
    names = [subject.name for subject in seats.SUBJECTS]
    assert names == [
        "pytorch",
        "tensorflow",
        "jax",
        "keras:tensorflow",
        "keras:jax",
        "keras:pytorch",
    ]


@pytest.mark.slow
def test_all_four_frameworks_compute_and_are_timed_on_a_real_probe() -> None:
    events = list(execute(RunRequest("run_1", probes=("dispatch",), budget_s=240.0)))
    found = [e for e in events if isinstance(e, Result)]
    assert len(found) == 12
    assert all(map(measured, found)), [(r.contender, r.outcome, r.reason) for r in found]
    for result in found:
        assert result.reference is not None
        assert result.reference.kind == "numpy"
        assert result.equality is not None
        assert result.equality.error < 1e-6
    compilers = {r.contender.subject: r.compiler for r in found if r.contender.tier == "compiled"}
    assert compilers == {
        "pytorch": "torch.compile (inductor)",
        "tensorflow": "tf.function (graph)",
        "jax": "jax.jit",
        "keras:tensorflow": "tf.function (graph)",
        "keras:jax": "jax.jit",
        "keras:pytorch": "torch.compile (inductor)",
    }
    assert len({r.environment for r in found}) == 6
