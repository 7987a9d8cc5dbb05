"""How packages say that they were built."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from framework_probes.builds import build_facts


def test_numpy_names_its_blas() -> None:
    assert np.__name__ == "numpy"
    assert "blas" in build_facts()["build_numpy_blas"]


def test_torch_names_its_compiler_and_its_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        "PyTorch built with:\n  - GCC 13.3\n  - C++ Version: 202002\n"
        "  - Build settings: BLAS_INFO=mkl, CUDA_VERSION=13.0, PERF_WITH_AVX=1, \n"
    )
    torch = ModuleType("torch")
    torch.__dict__.update(
        __config__=SimpleNamespace(show=lambda: said),
        version=SimpleNamespace(cuda="13.0", hip=None),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    found = build_facts()
    assert found["build_torch_compiler"] == "GCC 13.3"
    assert found["build_torch_blas"] == "mkl"
    assert found["build_torch_cuda"] == "13.0"
    assert "build_torch_hip" not in found


def test_a_report_that_cannot_be_had_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert not [name for name in build_facts() if "torch" in name or name == "thread_pools"]
