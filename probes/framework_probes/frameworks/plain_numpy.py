"""NumPy, which is no contender: the framework-free time that small operations are judged by."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from framework_probes.frameworks import never, none_of
from framework_probes.probe import Adapter, Array, DeviceTimer, Native
from framework_probes.results import Tier


class NumPyAdapter:
    """NumPy in this process; it has no compiled tier."""

    def __init__(self) -> None:
        self.subject = "numpy"
        self.tier: Tier = "eager"
        self.layout: str | None = None
        self.module: Native = np
        self.operations: Native = np
        self.backend: Adapter = self

    @property
    def compiler(self) -> str | None:
        """None."""
        return None

    def compile(
        self, function: Callable[..., Native], _donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """The function unchanged."""
        return function

    def compute_in(self, dtype: str, /) -> None:
        """float32 alone: NumPy has no other arithmetic that anybody is compared in."""
        if dtype != "float32":
            raise NotImplementedError(f"NumPy is not timed in {dtype}")

    def array(self, value: Array) -> Native:
        """A copy."""
        return np.array(value)

    def neutral(self, value: Native) -> Array:
        """A copy, half precision widened."""
        found = np.array(value)
        return found.astype(np.float32) if found.dtype == np.float16 else found

    def wait(self, _result: Native, /) -> None:
        """Nothing: NumPy returns when it is done."""

    def timer(self) -> DeviceTimer | None:
        """None."""
        return None

    def mode(self, _trains: bool, /) -> AbstractContextManager[object]:
        """None."""
        return nullcontext()

    def placement(self) -> AbstractContextManager[object]:
        """None."""
        return nullcontext()

    def traces(self) -> int:
        """None ever."""
        return 0

    def forget(self) -> None:
        """Nothing was compiled."""

    def dtype(self, leaf: Native, /) -> str | None:
        """The array's own."""
        floating = isinstance(leaf, np.ndarray | np.generic) and leaf.dtype.kind == "f"
        return str(leaf.dtype) if floating else None

    def device(self, leaf: Native, /) -> str | None:
        """``cpu``."""
        return "cpu" if isinstance(leaf, np.ndarray | np.generic) else None

    def device_name(self) -> str:
        """``cpu``."""
        return "cpu"

    def device_peak(self) -> int | None:
        """None."""
        return None

    def reduced_precision(self) -> tuple[str, ...]:
        """None."""
        return ()

    def packages(self) -> dict[str, str]:
        """NumPy."""
        return {"numpy": np.__version__}

    def settings(self) -> dict[str, str]:
        """Threads asked of its BLAS."""
        return {"openblas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "unset")}


def adapter(
    _tier: Tier, _backend: str | None, variant: str | None = None, device: str = "cpu"
) -> Adapter:
    """The adapter; NumPy has one tier and one device."""
    if device != "cpu":
        raise never("NumPy", device)
    none_of("numpy", variant)
    return NumPyAdapter()
