"""What a machine is beyond its make: caches, instructions, limits, drivers. None where unknown.

Read from the kernel's own files; nothing is started and no library is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from framework_probes.results import Hardware

#: Instructions that decide which kernels a library takes, as Linux names them on x86 and on Arm.
FEATURES = (
    "avx",
    "avx2",
    "fma",
    "f16c",
    "avx512f",
    "avx512bw",
    "avx512vl",
    "avx512_vnni",
    "avx512_bf16",
    "avx512_fp16",
    "avx_vnni",
    "amx_tile",
    "amx_int8",
    "amx_bf16",
    "amx_fp16",
    "asimd",
    "asimdhp",
    "asimddp",
    "bf16",
    "i8mm",
    "sve",
    "sve2",
)
_CPU = "sys/devices/system/cpu/cpu0"


def hardware(root: Path = Path("/")) -> Hardware:
    """What the kernel tells of this machine and of what this process may use of it."""
    said = _fields(root / "proc/cpuinfo")
    flags = set((said.get("flags") or said.get("Features") or "").split())
    return Hardware(
        microcode=said.get("microcode"),
        caches=_caches(root),
        features=tuple(name for name in FEATURES if name in flags),
        governor=_line(root / _CPU / "cpufreq/scaling_governor"),
        virtualisation=_virtualisation(root, flags),
        cpu_quota=_quota(root),
        cpuset=_first(root, "cpuset.cpus.effective", "cpuset/cpuset.effective_cpus"),
        memory_limit_bytes=_memory_limit(root),
        drivers=_drivers(root),
    )


def _caches(root: Path) -> dict[str, int]:
    """Bytes of each cache of the first core, by level and kind: ``L1d``, ``L1i``, ``L2``."""
    found = {}
    for place in sorted((root / _CPU / "cache").glob("index[0-9]*")):
        level, kind, size = (_line(place / name) for name in ("level", "type", "size"))
        if level and kind and size and size.endswith("K"):
            letter = {"Data": "d", "Instruction": "i"}.get(kind, "")
            found[f"L{level}{letter}"] = int(size[:-1]) * 1024
    return found


def _virtualisation(root: Path, flags: Iterable[str]) -> str | None:
    """``none`` for a machine of its own; ``virtual machine``, with its maker where it is told."""
    if not flags:
        return None
    if "hypervisor" not in flags:
        return "none"
    maker = _line(root / "sys/class/dmi/id/sys_vendor")
    return f"virtual machine ({maker})" if maker else "virtual machine"


def _quota(root: Path) -> float | None:
    """Processors' worth of time that a control group allows; None where it sets no limit."""
    words = (_first(root, "cpu.max") or "").split()
    if len(words) != 2:
        words = [_first(root, f"cpu/cpu.cfs_{name}_us") or "" for name in ("quota", "period")]
    quota, period = (int(word) if word.isdecimal() else 0 for word in words)
    return quota / period if quota and period else None


def _memory_limit(root: Path) -> int | None:
    """Bytes that a control group allows; None where it sets no limit."""
    said = _first(root, "memory.max", "memory/memory.limit_in_bytes") or ""
    # Version 1 says "unlimited" by the largest number of pages there is.
    return int(said) if said.isdecimal() and int(said) < 1 << 62 else None


def _first(root: Path, *names: str) -> str | None:
    """What the control group says under the first of these names, version 2 before version 1.

    In a container its own group is the root of what it sees; elsewhere its path is looked up.
    """
    own = next((_own(line) for line in _text(root / "proc/self/cgroup") if _own(line)), "")
    for name in names:
        for folder in (f"sys/fs/cgroup/{own}", "sys/fs/cgroup"):
            if said := _line(root / folder / name):
                return said
    return None


def _own(line: str) -> str:
    return line.removeprefix("0::").strip("/") if line.startswith("0::") else ""


def _drivers(root: Path) -> dict[str, str]:
    """Versions of accelerators' kernel drivers, by name."""
    found: dict[str, str] = {}
    for line in _text(root / "proc/driver/nvidia/version"):
        if line.startswith("NVRM version:"):
            words = [word for word in line.split() if word[:1].isdigit() and "." in word]
            found |= {"nvidia": words[0]} if words else {}
    if version := _line(root / "sys/module/amdgpu/version"):
        found["amdgpu"] = version
    return found


def _fields(path: Path) -> dict[str, str]:
    """``name : value`` of the first processor."""
    found: dict[str, str] = {}
    for line in _text(path):
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found


def _line(path: Path) -> str | None:
    lines = _text(path)
    return (lines[0].strip() or None) if lines else None


def _text(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
