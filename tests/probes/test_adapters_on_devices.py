"""Adapters on devices that this machine lacks: JAX on the processor's PJRT, fakes at the edge."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from framework_probes import device_timing, frameworks, protocol
from framework_probes.devices import DeviceMissing
from framework_probes.frameworks.jax import JaxAdapter
from framework_probes.frameworks.pytorch import TorchAdapter
from framework_probes.frameworks.tensorflow import TensorFlowAdapter
from framework_probes.probe import Adapter, Program
from framework_probes.worker import Worker, classify
from pages.devices import events


class Event:
    """One of torch's events on a device that is done as soon as it is asked."""

    def __init__(self, *, enable_timing: bool) -> None:
        assert enable_timing

    def record(self) -> None:
        self.at = time.perf_counter()

    def elapsed_time(self, later: Event) -> float:
        return (later.at - self.at) * 1e3


class Tensor:
    """As much of a tensor as the adapter asks for."""

    def __init__(self, value: Any, place: str = "cpu") -> None:
        self.value, self.dtype, self.device = value, "float32", SimpleNamespace(type=place)

    def to(self, where: str) -> Tensor:
        return Tensor(self.value, self.device.type if where == "float32" else where)


def fake_torch(place: str | None = None, hip: str | None = None) -> Any:
    """torch as a build says it that sees one kind of device."""
    torch = ModuleType("torch")
    waited: list[str] = []

    def api(name: str) -> SimpleNamespace:
        return SimpleNamespace(
            is_available=lambda: place == name,
            synchronize=lambda: waited.append(name),
            Event=Event,
            event=SimpleNamespace(Event=Event),
            max_memory_allocated=lambda: 4096,
            get_device_name=lambda: f"Some {name.upper()}",
        )

    @contextmanager
    def device(where: str) -> Iterator[str]:
        yield where

    torch.__dict__.update(
        __version__="2.13.0",
        waited=waited,
        cuda=api("cuda"),
        mps=api("mps"),
        xpu=api("xpu"),
        version=SimpleNamespace(hip=hip),
        float32="float32",
        Tensor=Tensor,
        device=device,
        from_numpy=Tensor,
        set_num_threads=lambda count: None,
        get_num_interop_threads=lambda: 1,
        backends=SimpleNamespace(
            mps=SimpleNamespace(is_available=lambda: place == "mps"),
            cuda=SimpleNamespace(matmul=SimpleNamespace(allow_tf32=True)),
            cudnn=SimpleNamespace(allow_tf32=True),
        ),
    )
    return torch


@pytest.mark.parametrize(
    ("device", "place", "hip"),
    [("cuda", "cuda", None), ("rocm", "cuda", "7.0"), ("mps", "mps", None), ("xpu", "xpu", None)],
)
def test_torch_computes_on_the_device_and_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, device: str, place: str, hip: str | None
) -> None:
    torch = fake_torch(place, hip)
    monkeypatch.setitem(sys.modules, "torch", torch)
    adapter = TorchAdapter("eager", None, device)
    array = adapter.array(np.zeros(3, np.float32))
    assert array.device.type == place
    assert adapter.array(np.zeros(3, np.int32)).device.type == place
    assert adapter.device(array) == device
    with adapter.placement() as where:
        assert where == place
    assert torch.waited == []
    adapter.wait(array)
    assert torch.waited == [place]
    assert adapter.device_peak() == (None if place == "mps" else 4096)
    assert adapter.device_name() == ("mps" if place == "mps" else f"Some {place.upper()}")
    assert adapter.timer() is not None
    assert events(device) == "PyTorch, Keras on it"


def test_tf32_is_of_nvidia_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", fake_torch("cuda"))
    adapter = TorchAdapter("eager", None, "cuda")
    adapter.compute_in("tf32")
    assert adapter.module.backends.cuda.matmul.allow_tf32 is True
    adapter.compute_in("float32")
    assert adapter.module.backends.cuda.matmul.allow_tf32 is False
    monkeypatch.setitem(sys.modules, "torch", fake_torch("cuda", "7.0"))
    with pytest.raises(NotImplementedError, match="this one is a rocm"):
        TorchAdapter("eager", None, "rocm").compute_in("tf32")


@pytest.mark.parametrize(
    ("place", "hip", "asked", "seen"),
    [
        (None, None, "cuda", "cpu"),
        ("cuda", "7.0", "cuda", "cpu, rocm"),
        ("mps", None, "cuda", "cpu, mps"),
    ],
)
def test_a_build_without_the_device_says_what_it_sees(
    monkeypatch: pytest.MonkeyPatch, place: str | None, hip: str | None, asked: str, seen: str
) -> None:
    monkeypatch.setitem(sys.modules, "torch", fake_torch(place, hip))
    with pytest.raises(DeviceMissing, match=rf"torch 2.13.0 sees no {asked} .*{seen}") as caught:
        TorchAdapter("eager", None, asked)
    assert classify(caught.value) == "not_installed"


def test_events_time_the_device_and_not_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", fake_torch("cuda"))
    adapter = TorchAdapter("eager", None, "cuda")
    steps: list[int] = []
    program = Program(lambda: steps.append(1), lambda _: {}, "")
    taken, _ = device_timing.by_device(adapter, program, 4)
    assert len(taken) == device_timing.SAMPLES
    assert len(steps) == 4 * device_timing.SAMPLES
    assert all(seconds > 0 for seconds in taken)
    timer = adapter.timer()
    assert timer is not None
    timer.start()
    timer.stop()
    cast(Any, timer)._second.at = cast(Any, timer)._first.at + 0.25
    assert timer.seconds() == pytest.approx(0.25)


def fake_xla(monkeypatch: pytest.MonkeyPatch, kind: str) -> dict[str, Any]:
    """torch_xla as it is on a machine whose runtime computes on that kind of device."""
    done: dict[str, Any] = {"synced": 0, "eager": None, "precision": "default"}
    monkeypatch.setitem(sys.modules, "torch", fake_torch())
    modules = {
        "torch_xla": {
            "__version__": "2.9.0",
            "sync": lambda wait: done.update(synced=done["synced"] + wait),
            "compile": lambda function: lambda *a: ("compiled", function(*a)),
        },
        "torch_xla.runtime": {"device_type": lambda: kind},
        "torch_xla.backends": {
            "set_mat_mul_precision": lambda chosen: done.update(precision=chosen),
            "get_mat_mul_precision": lambda: done["precision"],
        },
        "torch_xla.experimental": {"eager_mode": lambda on: done.update(eager=on)},
        "torch_xla.debug": {},
        "torch_xla.debug.metrics": {"counter_value": lambda name: {"UncachedCompile": 3}[name]},
    }
    for name, content in modules.items():
        module = ModuleType(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return done


def test_torch_reaches_a_tpu_through_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    done = fake_xla(monkeypatch, "TPU")
    adapter = frameworks.load("pytorch", None, "compiled", None, "tpu")
    array = adapter.array(np.zeros(3, np.float32))
    assert (array.device.type, adapter.device(array)) == ("xla", "tpu")
    assert adapter.compile(lambda x: x + 1)(1) == ("compiled", 2)
    adapter.wait(array)
    assert done["synced"] == 1
    assert done["eager"] is None
    assert (adapter.traces(), adapter.timer(), adapter.reduced_precision()) == (3, None, ())
    assert events("tpu") == "none"
    done["precision"] = "default"
    assert adapter.reduced_precision() == ("mat_mul_precision=default",)
    eager = frameworks.load("pytorch", None, "eager", None, "tpu")
    assert done["eager"] is True
    assert eager.compile(abs) is abs


def test_xla_on_the_processor_is_no_tpu(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_xla(monkeypatch, "CPU")
    with pytest.raises(DeviceMissing, match=r"torch_xla 2.9.0 sees no tpu .* only: cpu"):
        frameworks.load("pytorch", None, "eager", None, "tpu")


def test_without_torch_xla_torch_sees_no_tpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", fake_torch())
    monkeypatch.setitem(sys.modules, "torch_xla", None)
    with pytest.raises(DeviceMissing, match="without torch_xla sees no tpu"):
        frameworks.load("pytorch", None, "eager", None, "tpu")


@pytest.fixture(scope="module")
def jax() -> Adapter:
    pytest.importorskip("jax")
    return frameworks.load("jax", None, "compiled")


@pytest.mark.parametrize("device", ["cuda", "tpu"])
def test_jax_on_the_processor_says_that_it_sees_nothing_else(jax: Adapter, device: str) -> None:
    with pytest.raises(DeviceMissing, match=rf"sees no {device} .* only: cpu"):
        JaxAdapter("eager", None, device)


def test_nothing_of_jax_is_for_an_apple_gpu(jax: Adapter) -> None:
    with pytest.raises(NotImplementedError, match="does not compute on mps"):
        JaxAdapter("eager", None, "mps")


@pytest.mark.parametrize(
    ("platform", "version", "kind"),
    [
        ("gpu", "PJRT C API\ncuda 13000", "cuda"),
        ("gpu", "PJRT C API\nrocm 70000", "rocm"),
        ("tpu", "PJRT C API\nTFRT TPU v5 lite", "tpu"),
        ("cpu", "cpu", "cpu"),
    ],
)
def test_jax_tells_the_makers_of_gpus_apart(
    jax: Adapter, monkeypatch: pytest.MonkeyPatch, platform: str, version: str, kind: str
) -> None:
    device = SimpleNamespace(
        platform=platform, client=SimpleNamespace(platform_version=version), device_kind="A chip"
    )
    monkeypatch.setattr(jax.module, "devices", lambda: [device])
    adapter = JaxAdapter("eager", None, kind)
    assert (adapter.kind, adapter.device_name()) == (kind, "A chip")
    strict = None if kind == "cpu" else "highest"
    assert adapter.module.config.jax_default_matmul_precision == strict
    adapter.module.config.update("jax_default_matmul_precision", None)


def test_tensorflow_says_what_it_sees() -> None:
    pytest.importorskip("tensorflow")
    with pytest.raises(DeviceMissing, match=r"tensorflow .* sees no cuda .* only: cpu"):
        TensorFlowAdapter("eager", None, "cuda")
    with pytest.raises(NotImplementedError, match="does not compute on mps"):
        TensorFlowAdapter("eager", None, "mps")


def test_a_cache_is_timed_warm_and_flushed(jax: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX on the processor's PJRT: half a MiB stays in a cache that the buffer is larger than."""
    monkeypatch.setattr(device_timing, "FLUSHED_BYTES", 64 << 20)
    x = jax.array(np.ones(1 << 17, np.float32))
    total = jax.compile(lambda value: value.sum())
    resets: list[int] = []
    steps: list[int] = []

    def step() -> Any:
        steps.append(1)
        return total(x)

    program = Program(step, lambda _: {}, "", reset=lambda: resets.append(1))
    found = device_timing.cache_times(jax, program)
    assert found is not None
    assert (found.by, found.flushed_bytes) == ("wall", 64 << 20)
    assert min(found.warm_s, found.cold_s) > 0
    assert (len(steps), resets) == (3 * device_timing.ITERATIONS, [1])


def test_a_device_without_room_for_the_buffer_has_no_cold_time(jax: Adapter) -> None:
    def full(value: Any) -> Any:
        raise RuntimeError("RESOURCE_EXHAUSTED: out of memory")

    program = Program(lambda: None, lambda _: {}, "")
    crowded = cast(Adapter, SimpleNamespace(timer=lambda: None, array=full))
    assert device_timing.cache_times(crowded, program) is None


class Elsewhere(JaxAdapter):
    """JAX on the processor that says of its arrays that a GPU holds them, as a worker asks."""

    def device(self, leaf: Any) -> str | None:
        return "cuda" if super().device(leaf) == "cpu" else None


def test_a_worker_on_a_device_times_by_wall_and_proves_where_it_was(
    jax: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from framework_probes.catalogue import CATALOGUE

    monkeypatch.setattr(device_timing, "FLUSHED_BYTES", 1 << 20)
    worker = Worker(CATALOGUE, device="cuda", framework="jax")
    worker.adapters["compiled", None] = Elsewhere("compiled")
    prepared = worker.answer(protocol.Prepare("softmax", "compiled", 0))
    assert isinstance(prepared, protocol.Prepared), prepared
    assert prepared.cache is not None
    ran = worker.answer(protocol.Run("compiled", 0.002))
    assert isinstance(ran, protocol.Ran), ran
    assert ran.off_processor
    assert (ran.device_s, ran.clocks_mhz) == ((), ())
    assert worker.answer(protocol.Check("compiled")) == protocol.Checked()
    worker.adapters["eager", None] = JaxAdapter("eager")
    refused = worker.answer(protocol.Prepare("softmax", "eager", 0))
    assert refused == protocol.Refused("wrong_result", "the result is on cpu, expected cuda")
