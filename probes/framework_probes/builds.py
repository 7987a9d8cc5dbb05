"""How what computes was built: compilers, BLAS, CUDA, as the packages themselves report it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from framework_probes.probe import Native


def build_facts() -> dict[str, str]:
    """Facts of the packages that are imported already; what one does not report is left out."""
    found: dict[str, str] = {}
    readers: dict[str, Callable[[Native], dict[str, str]]] = {
        "numpy": _numpy,
        "torch": _torch,
        "tensorflow": _tensorflow,
    }
    for name, read in readers.items():
        if name in sys.modules:
            # Reports differ from release to release, and none is worth a worker.
            with suppress(Exception):
                found |= {f"build_{key}": value for key, value in read(sys.modules[name]).items()}
    with suppress(ImportError):
        pools = import_module("threadpoolctl").threadpool_info()
        libraries = {f"{pool['internal_api']} {pool['version'] or ''}".strip() for pool in pools}
        found["thread_pools"] = ", ".join(sorted(libraries))
    return found


def _numpy(module: Native) -> dict[str, str]:
    reported = module.show_config(mode="dicts")
    blas = reported["Build Dependencies"]["blas"]
    return {"numpy_blas": f"{blas['name']} {blas['version']}"}


def _torch(module: Native) -> dict[str, str]:
    """From ``torch.__config__.show()``: its compiler, and its BLAS among the build settings."""
    lines = [line.strip(" -") for line in str(module.__config__.show()).splitlines()]
    settings = dict(
        part.strip().split("=", 1)
        for line in lines
        if line.startswith("Build settings:")
        for part in line.partition(":")[2].split(", ")
        if "=" in part
    )
    compilers = [line for line in lines if line.startswith(("GCC", "clang", "MSVC"))]
    found = {"torch_compiler": compilers[0]} if compilers else {}
    if "BLAS_INFO" in settings:
        found["torch_blas"] = settings["BLAS_INFO"]
    if module.version.cuda:
        found["torch_cuda"] = str(module.version.cuda)
    if module.version.hip:
        found["torch_hip"] = str(module.version.hip)
    return found


def _tensorflow(module: Native) -> dict[str, str]:
    told = module.sysconfig.get_build_info()
    names = ("cuda_version", "cudnn_version", "is_rocm_build", "cpu_compiler")
    found = {f"tensorflow_{name}": str(told[name]) for name in names if told.get(name)}
    return found | {"tensorflow_compiler": str(module.version.COMPILER_VERSION).splitlines()[0]}
