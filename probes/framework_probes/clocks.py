"""How fast a device's clock runs, as its driver says. NVIDIA's alone tells.

By ``nvidia-ml-py`` where the framework's interpreter has it: an answer takes microseconds, so
each sample gets one. Else by ``nvidia-smi``, which takes tens of milliseconds: each block gets one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

#: Now and at most, in MHz; None where the driver does not say.
Reading = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one device.

    Attributes:
        read: asks the driver.
        per_sample: whether that is quick enough to be done after each sample.
    """

    read: Callable[[], Reading | None]
    per_sample: bool


def clock_of(device: str) -> Clock | None:
    """The clock of the device that this process computes on; None where nobody tells."""
    if device != "cuda":
        return None
    which = os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0]
    return _by_library(which) or _by_tool(which)


def _by_library(which: str) -> Clock | None:
    try:
        nvml = import_module("pynvml")
        nvml.nvmlInit()
        handle = (
            nvml.nvmlDeviceGetHandleByIndex(int(which))
            if which.isdecimal()
            else nvml.nvmlDeviceGetHandleByUUID(which)
        )
        top = float(nvml.nvmlDeviceGetMaxClockInfo(handle, nvml.NVML_CLOCK_SM))
    except Exception:  # not installed, or whatever the driver refuses with
        return None

    def read() -> Reading | None:
        try:
            return float(nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM)), top
        except nvml.NVMLError:
            return None

    return Clock(read, per_sample=True)


def _by_tool(which: str) -> Clock | None:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    query = "--query-gpu=clocks.sm,clocks.max.sm"
    command = [tool, f"--id={which}", query, "--format=csv,noheader,nounits"]

    def read() -> Reading | None:
        try:
            said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
            now, top = map(float, said.stdout.split(","))
        except (OSError, subprocess.SubprocessError, ValueError):
            return None
        return now, top

    return Clock(read, per_sample=False)
