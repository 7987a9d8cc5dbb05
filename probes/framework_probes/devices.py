"""Kinds of device: who reaches them, what they lack, what a worker's environment says for them.

Standard library only. What is there is told by the drivers' own files, so that no framework is
imported to find out; whether a framework sees it too, its worker says when it has loaded.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from framework_probes.results import Framework

ROOT = Path("/")


class DeviceMissing(RuntimeError):
    """A framework does not see the device that it was to compute on."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of device.

    Attributes:
        title: for a person.
        by: how each framework reaches it; who is absent cannot.
        lacks: dtypes that it has no arithmetic for.
        settings: environment variables of a worker that computes on it.
        inherits: variables that a worker has from us, where they are set.
    """

    title: str
    by: Mapping[Framework, str]
    lacks: frozenset[str] = frozenset({"tf32"})
    settings: Mapping[str, str] = field(default_factory=dict)
    inherits: tuple[str, ...] = ()


#: Nobody takes what is free of the device's memory beforehand: workers wait beside each other.
_NO_PREALLOCATION = {
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
}
KINDS: Mapping[str, Kind] = {
    "cpu": Kind(
        "processor",
        {"pytorch": "as it comes", "tensorflow": "as it comes", "jax": "PJRT", "keras": "backend"},
        # No framework may see another device: some would use it unasked.
        settings={"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"},
    ),
    "cuda": Kind(
        "NVIDIA GPU",
        {
            "pytorch": "`torch.cuda`",
            "tensorflow": "`GPU:0`",
            "jax": "PJRT, plugin of `jax[cuda13]`",
            "keras": "backend",
        },
        lacks=frozenset(),
        # The driver's tools count in the order of the bus; so shall the frameworks.
        settings={
            **_NO_PREALLOCATION,
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
            "CUDA_VISIBLE_DEVICES": "0",
            "JAX_PLATFORMS": "cuda,cpu",
        },
        inherits=("CUDA_VISIBLE_DEVICES", "CUDA_HOME", "CUDA_PATH"),
    ),
    "rocm": Kind(
        "AMD GPU",
        {
            "pytorch": "`torch.cuda` of a build with `torch.version.hip`",
            "tensorflow": "`GPU:0` of a ROCm build",
            "jax": "PJRT, ROCm plugin",
            "keras": "backend",
        },
        settings={
            **_NO_PREALLOCATION,
            "HIP_VISIBLE_DEVICES": "0",
            "JAX_PLATFORMS": "rocm,cpu",
        },
        inherits=("HIP_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION", "ROCM_PATH"),
    ),
    "mps": Kind(
        "Apple GPU",
        {"pytorch": "`torch.mps`", "keras": "backend, PyTorch alone"},
        lacks=frozenset({"tf32", "float64"}),
        settings={"JAX_PLATFORMS": "cpu"},
    ),
    "tpu": Kind(
        "Google TPU",
        {
            "pytorch": "`torch_xla`, where it is installed",
            "tensorflow": "`TPU:0`, where it sees one",
            "jax": "PJRT, plugin of `jax[tpu]`",
            "keras": "backend",
        },
        settings={"JAX_PLATFORMS": "tpu,cpu", "PJRT_DEVICE": "TPU"},
        inherits=("TPU_*",),
    ),
    "xpu": Kind(
        "Intel GPU",
        {"pytorch": "`torch.xpu`", "keras": "backend, PyTorch alone"},
        settings={"JAX_PLATFORMS": "cpu"},
        inherits=("ZE_AFFINITY_MASK", "ONEAPI_DEVICE_SELECTOR"),
    ),
}
#: Numbers of TPUs on the PCI bus. Source: JAX 0.10.2, jax/_src/hardware_utils.py.
TPUS = {
    "0x0027": "v3",
    "0x005e": "v4",
    "0x0062": "v5p",
    "0x0063": "v5e",
    "0x006f": "v6e",
    "0x0076": "7x",
}
#: Variables that may name several devices, of which a worker gets the first.
_CHOICES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")


def settings(device: str) -> dict[str, str]:
    """The environment variables of a worker on that kind of device, ours and inherited ones."""
    kind = KINDS[device]
    found = dict(kind.settings)
    for name, value in os.environ.items():
        if any(name == wanted or _matches(name, wanted) for wanted in kind.inherits):
            found[name] = value.partition(",")[0] if name in _CHOICES else value
    return found


def reached(framework: Framework, backend: Framework | None, device: str) -> bool:
    """Whether a framework can compute on that kind of device at all."""
    by = KINDS[device].by
    return framework in by and (backend is None or backend in by)


def here(root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """The kinds of device that this machine has, with a name for each device where one is known.

    Told by the drivers' files; a name that they do not tell is the kind's title.
    """
    found = {
        "cpu": ("cpu",),
        "cuda": _nvidia(root),
        "rocm": _amd(root),
        "mps": _apple(),
        "tpu": _tpu(root),
        "xpu": _intel(root),
    }
    return {kind: names for kind, names in found.items() if names}


def absent(device: str, root: Path = ROOT) -> str | None:
    """Why a run cannot use that kind of device, in one line; None where it is there."""
    present = here(root)
    if device in present:
        return None
    return f"no driver of any {KINDS[device].title} was found"


def _matches(name: str, wanted: str) -> bool:
    return wanted.endswith("*") and name.startswith(wanted[:-1])


def _nvidia(root: Path) -> tuple[str, ...]:
    models = []
    for path in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        lines = _text(path).splitlines()
        models += [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    if models:
        return tuple(models)
    # In a container that hides /proc/driver, and on Windows' own kernel for Linux.
    devices = sorted((root / "dev").glob("nvidia[0-9]*"))
    through_windows = (root / "dev/dxg").exists() and shutil.which("nvidia-smi") is not None
    return (KINDS["cuda"].title,) * (len(devices) or int(through_windows))


def _amd(root: Path) -> tuple[str, ...]:
    if not (root / "dev/kfd").exists():
        return ()
    found = []
    for node in sorted((root / "sys/class/kfd/kfd/topology/nodes").glob("[0-9]*")):
        words = _text(node / "properties").split()
        facts = dict(zip(words[::2], words[1::2], strict=False))
        if facts.get("simd_count", "0") != "0":  # a processor is a node too, and has none
            version = facts.get("gfx_target_version", "")
            found.append(f"{KINDS['rocm'].title} {version}".strip())
    return tuple(found)


def _tpu(root: Path) -> tuple[str, ...]:
    found = []
    for vendor in sorted((root / "sys/bus/pci/devices").glob("*/vendor")):
        version = TPUS.get(_text(vendor.with_name("device")).strip())
        if version is not None and _text(vendor).strip() == "0x1ae0":  # Google
            found.append(f"{KINDS['tpu'].title} {version}")
    return tuple(found)


def _apple() -> tuple[str, ...]:
    there = (platform.system(), platform.machine()) == ("Darwin", "arm64")
    return (KINDS["mps"].title,) if there else ()


def _intel(root: Path) -> tuple[str, ...]:
    """Display devices of Intel that have a node to compute on."""
    nodes = (root / "sys/class/drm").glob("renderD*/device/vendor")
    return tuple(KINDS["xpu"].title for path in nodes if _text(path).strip() == "0x8086")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
