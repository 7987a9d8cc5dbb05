"""A device's clock as its driver tells it, and what is said of a clock that fell."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from framework_probes import comparison, guards, timing
from framework_probes.clocks import Clock, clock_of
from framework_probes.entries import block_of
from framework_probes.frameworks.plain_numpy import NumPyAdapter
from framework_probes.probe import Program
from framework_probes.protocol import Ran

RAN = Ran(3, (5e-3,) * 3, (1e-4,) * 3, 0, 1, 0, off_processor=True)


def driver(monkeypatch: pytest.MonkeyPatch, now: int) -> ModuleType:
    """nvidia-ml-py with one device."""
    nvml = ModuleType("pynvml")
    nvml.__dict__.update(
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda number: ("index", number),
        nvmlDeviceGetHandleByUUID=lambda name: ("uuid", name),
        nvmlDeviceGetMaxClockInfo=lambda handle, kind: 1980,
        nvmlDeviceGetClockInfo=lambda handle, kind: now,
        NVML_CLOCK_SM=1,
        NVMLError=type("NVMLError", (Exception,), {}),
    )
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    return nvml


def test_the_library_answers_after_each_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    driver(monkeypatch, 1755)
    clock = clock_of("cuda")
    assert clock is not None
    assert clock.per_sample
    assert clock.read() == (1755.0, 1980.0)


def test_the_tool_answers_where_the_library_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-7a")
    assert clock_of("cuda") is None
    tool = tmp_path / "nvidia-smi"
    tool.write_text('#!/bin/sh\n[ "$1" = --id=GPU-7a ] && echo "1200, 1980"\n')
    tool.chmod(0o755)
    clock = clock_of("cuda")
    assert clock is not None
    assert not clock.per_sample
    assert clock.read() == (1200.0, 1980.0)
    tool.write_text('#!/bin/sh\necho "[N/A], [N/A]"\n')
    assert clock.read() is None


@pytest.mark.parametrize("device", ["cpu", "rocm", "tpu", "mps"])
def test_nobody_else_tells(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    driver(monkeypatch, 1755)
    assert clock_of(device) is None


@pytest.mark.parametrize(("per_sample", "readings"), [(True, 3), (False, 1)])
def test_a_block_holds_what_was_read(per_sample: bool, readings: int) -> None:
    program = Program(lambda: None, lambda _: {}, "")
    clock = Clock(lambda: (1000.0, 2000.0), per_sample)
    ran, _, _ = timing.run_block(
        NumPyAdapter(), program, 1, 0.0, 0, last=False, clock=clock, off_processor=True
    )
    assert ran.clocks_mhz == (1000.0,) * readings
    assert ran.top_clock_mhz == 2000.0


def test_a_block_whose_clock_fell_is_throttled() -> None:
    slow = block_of(replace(RAN, clocks_mhz=(1400.0,) * 3, top_clock_mhz=1980.0), 0, 0, 0)
    fast = block_of(replace(RAN, clocks_mhz=(1500.0,) * 3, top_clock_mhz=1980.0), 1, 0, 1)
    blind = block_of(RAN, 2, 0, 2)
    labels = [guards.labelled(block, 1.0).disturbed for block in (slow, fast, blind)]
    assert labels == ["throttled", None, None]
    found = guards.disturbance([guards.labelled(slow, 1.0)] * 6)
    assert found is not None
    assert "its device's clock below 75% of the highest" in found[1]


def test_where_another_device_works_wall_time_counts() -> None:
    away = [block_of(RAN, n, 0, n) for n in range(6)]
    busy = [block_of(replace(RAN, off_processor=False), n, 0, n) for n in range(6)]
    assert comparison.statistic(away) == comparison.QUARTILE
    assert comparison.statistic(busy) == comparison.PROCESSOR
    # The processor only waited, which is no sign of a crowd.
    assert guards.labelled(away[0], 1.0).disturbed is None
    assert guards.labelled(busy[0], 1.0).disturbed == "contended"
