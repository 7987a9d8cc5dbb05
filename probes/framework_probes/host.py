"""This machine: what it is, and what it reaches without any framework."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from framework_probes import devices, hardware
from framework_probes.results import Host

#: Framework to the distributions that can provide it, the usual one first.
DISTRIBUTIONS = {
    "pytorch": ("torch",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tf-nightly", "tensorflow-intel"),
    "keras": ("keras", "keras-nightly"),
    "jax": ("jax",),
}


def fingerprint() -> Host:
    """What this machine is. Machines of the same make share an id: figures carry over."""
    cpu = _cpu_name()
    cores = usable_cores()
    memory = _memory_bytes()
    found = {kind: names for kind, names in devices.here().items() if kind != "cpu"}
    # Of what the id is made is older than the other kinds: ids must not change by them.
    accelerators = (*_accelerators(), *found.get("rocm", ()), *found.get("tpu", ()))
    # Total memory differs by some pages from boot to boot, hence the rounding.
    gibibytes = round(memory / 2**30)
    stable = (platform.system(), platform.machine(), cpu, len(cores), gibibytes, accelerators)
    return Host(
        id="host_" + hashlib.sha256(repr(stable).encode()).hexdigest()[:16],
        name=platform.node(),
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        cpu=cpu,
        cores=len(cores),
        memory_bytes=memory,
        accelerators=tuple(name for names in found.values() for name in names),
        hardware=hardware.hardware(),
    )


def installed() -> dict[str, str]:
    """Versions of the frameworks that this interpreter has, without importing them."""
    found = {}
    for framework, names in DISTRIBUTIONS.items():
        for name in names:
            try:
                found[framework] = metadata.version(name)
                break
            except metadata.PackageNotFoundError:
                continue
    return found


def usable_cores() -> tuple[int, ...]:
    """The cores that this process may run on, by number; all of them without affinity."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def pin(cores: Iterable[int]) -> tuple[int, ...]:
    """Bind every thread of this process to the cores; returns what holds afterwards.

    The system call binds one thread, and a framework has started more by the time it is timed.
    Where the system has no affinity nothing changes, and the result is empty.
    """
    if not hasattr(os, "sched_setaffinity"):
        return ()
    wanted = set(cores)
    for task in Path("/proc/self/task").iterdir():
        try:
            os.sched_setaffinity(int(task.name), wanted)
        except ProcessLookupError:
            continue
    return tuple(sorted(os.sched_getaffinity(0)))


def calibrate(cores: Iterable[int], seconds: float = 0.05) -> dict[int, float]:
    """Seconds that each core takes for the same arithmetic, the best of many tries.

    Virtual cores of one machine differ in speed by up to a quarter, and no figure inside the
    machine tells beforehand. Leaves the process bound to the last core.
    """
    result = {}
    for core in cores:
        pin((core,))
        end = time.perf_counter() + seconds
        result[core] = min(_until(end, _spin))
    return result


def core_seconds(tries: int = 8) -> float:
    """Seconds of the arithmetic of :func:`calibrate` on the present core, the best of some tries.

    A try is shorter than a slice of the scheduler, so that one of them is undisturbed.
    """
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        _spin()
        times.append(time.perf_counter() - start)
    return min(times)


def _until(end: float, work: Callable[[], object]) -> list[float]:
    """Wall times of ``work``, repeated until ``end`` and at least twice."""
    times: list[float] = []
    while len(times) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def _spin() -> int:
    total = 0
    for number in range(5_000):
        total += number * number
    return total


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return 0


#: What a control group allows: version 2, then version 1, where it is unlimited by a huge number.
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def free_memory() -> int:
    """Bytes that can be had now without taking them from others; 0 where nobody says so."""
    free = _memory_bytes()
    with suppress(OSError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvail"))
    for path in _LIMITS:
        with suppress(OSError, ValueError):  # there is none, or it is "max"
            free = min(free, int(Path(path).read_text()))
    return free


def _accelerators() -> tuple[str, ...]:
    """Names of NVIDIA devices, from the driver's own files: no library is loaded."""
    found = []
    for path in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        lines = path.read_text().splitlines()
        found += [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    return tuple(found)
