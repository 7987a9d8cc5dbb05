"""PyTorch: eager as it comes; compiled by ``torch.compile`` with its default back end."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module

import numpy as np

from framework_probes.frameworks import NCHW, layout_of, none_of
from framework_probes.probe import Adapter, Array, Native
from framework_probes.results import Tier


class TorchAdapter:
    """PyTorch on the CPU. It computes at once, so there is nothing to wait for."""

    def __init__(self, tier: Tier, layout: str | None = None) -> None:
        self.subject = "pytorch"
        self.tier: Tier = tier
        self.layout = layout
        self.module = self.operations = import_module("torch")
        self.backend: Adapter = self
        self.module.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        if self.module.get_num_interop_threads() != 1:
            self.module.set_num_interop_threads(1)
        self._dtype = self.module.float32
        self.compute_in("float32")

    @property
    def compiler(self) -> str | None:
        """``torch.compile (inductor)``."""
        return "torch.compile (inductor)" if self.tier == "compiled" else None

    def compile(
        self, function: Callable[..., Native], _donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """``torch.compile`` with static shapes: here, a second shape would be a mistake."""
        if self.tier == "eager":
            return function
        compiled: Callable[..., Native] = self.module.compile(function, dynamic=False)
        return compiled

    def compute_in(self, dtype: str, /) -> None:
        """TF32 has two switches: convolutions use it unless told otherwise, products do not."""
        reduced = dtype == "tf32"
        if reduced and not self.module.cuda.is_available():
            raise NotImplementedError("TF32 is of NVIDIA's devices; this one is a CPU")
        self.module.backends.cuda.matmul.allow_tf32 = reduced
        self.module.backends.cudnn.allow_tf32 = reduced
        self._dtype = self.module.float32 if reduced else getattr(self.module, dtype)

    def array(self, value: Array) -> Native:
        """A tensor; integer labels become int64, which torch's losses demand."""
        if value.dtype.kind == "i":
            return self.module.from_numpy(np.array(value, dtype=np.int64))
        tensor = self.module.from_numpy(np.array(value))
        # What is not float32 (a float64 by mistake) stays as it came, and is found out.
        return tensor.to(self._dtype) if tensor.dtype == self.module.float32 else tensor

    def neutral(self, value: Native) -> Array:
        """``Tensor.numpy`` of the detached tensor, copied."""
        value = value.detach().cpu()
        half = value.dtype in (self.module.bfloat16, self.module.float16)
        return np.array((value.float() if half else value).numpy())

    def dtype(self, leaf: Native, /) -> str | None:
        """The tensor's own, without torch's prefix."""
        if not isinstance(leaf, self.module.Tensor) or not leaf.dtype.is_floating_point:
            return None
        return str(leaf.dtype).removeprefix("torch.")

    def wait(self, _result: Native, /) -> None:
        """Nothing: on the CPU the call returned when the work was done."""

    def mode(self, trains: bool, /) -> AbstractContextManager[object]:
        """``inference_mode`` unless gradients are taken."""
        mode: AbstractContextManager[object] = (
            self.module.enable_grad() if trains else self.module.inference_mode()
        )
        return mode

    def traces(self) -> int:
        """Unique graphs that Dynamo captured in this process; grows when one is added."""
        if self.tier == "eager":
            return 0
        counters = import_module("torch._dynamo.utils").counters
        return int(counters["stats"]["unique_graphs"])

    def forget(self) -> None:
        """Reset Dynamo: its limit on recompiling counts over everything that shares code."""
        if self.tier == "compiled":
            import_module("torch._dynamo").reset()

    def device(self, leaf: Native, /) -> str | None:
        """``cpu``, ``cuda``, ``meta``: the type of the tensor's device."""
        return str(leaf.device.type) if isinstance(leaf, self.module.Tensor) else None

    def device_peak(self) -> int | None:
        """Of the caching allocator of the first CUDA device."""
        cuda = self.module.cuda
        return int(cuda.max_memory_allocated()) if cuda.is_available() else None

    def reduced_precision(self) -> tuple[str, ...]:
        """What lets matrix products and convolutions use TF32 or bfloat16."""
        backends = self.module.backends
        allowed = {
            "float32_matmul_precision": self.module.get_float32_matmul_precision() != "highest",
            "cuda.matmul.allow_tf32": bool(backends.cuda.matmul.allow_tf32),
            "cudnn.allow_tf32": bool(backends.cudnn.allow_tf32),
        }
        return tuple(name for name, is_set in allowed.items() if is_set)

    def packages(self) -> dict[str, str]:
        """PyTorch and NumPy."""
        return {"torch": str(self.module.__version__), "numpy": np.__version__}

    def settings(self) -> dict[str, str]:
        """Threads and kernels as torch reports them."""
        return {
            "threads": str(self.module.get_num_threads()),
            "interop_threads": str(self.module.get_num_interop_threads()),
            "mkldnn": str(self.module.backends.mkldnn.is_available()),
            "cpu_capability": str(self.module.backends.cpu.get_cpu_capability()),
            "matmul_precision": str(self.module.get_float32_matmul_precision()),
        }


def adapter(tier: Tier, _backend: str | None, variant: str | None = None) -> Adapter:
    """The adapter for a tier; PyTorch has no back ends to choose from."""
    if variant != NCHW:
        none_of("pytorch", variant)
    return TorchAdapter(tier, layout_of(variant))
