"""PyTorch: eager as it comes; compiled by ``torch.compile`` with its default back end."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

import numpy as np

from framework_probes.frameworks import NCHW, layout_of, missing, none_of
from framework_probes.probe import Adapter, Array, DeviceTimer, Native
from framework_probes.results import Tier

#: Our kinds of device to the name that torch has for it, in its API and of a tensor's device.
PLACES = {"cpu": "cpu", "cuda": "cuda", "rocm": "cuda", "mps": "mps", "xpu": "xpu"}


class EventTimer:
    """Device time between two of torch's events."""

    def __init__(self, event: Callable[..., Native]) -> None:
        self._first, self._second = event(enable_timing=True), event(enable_timing=True)

    def start(self) -> None:
        """Record the first."""
        self._first.record()

    def stop(self) -> None:
        """Record the second."""
        self._second.record()

    def seconds(self) -> float:
        """Torch says milliseconds."""
        return float(self._first.elapsed_time(self._second)) / 1e3


class TorchAdapter:
    """PyTorch on one device. On the CPU it computes at once; elsewhere calls return before that."""

    def __init__(self, tier: Tier, layout: str | None = None, device: str = "cpu") -> None:
        self.subject = "pytorch"
        self.tier: Tier = tier
        self.layout = layout
        self.module = self.operations = import_module("torch")
        self.backend: Adapter = self
        self.kind, self.place = device, self._found(device)
        self.module.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        if self.module.get_num_interop_threads() != 1:
            self.module.set_num_interop_threads(1)
        self._dtype = self.module.float32
        self.compute_in("float32")

    def _found(self, device: str) -> str:
        """Where tensors are put."""
        seen = {"cpu"}
        if self.module.cuda.is_available():
            seen.add(self._kind("cuda"))
        seen |= {name for name in ("mps", "xpu") if self._api(name).is_available()}
        if device not in seen:
            raise missing(f"torch {self.module.__version__}", device, seen)
        return PLACES[device]

    def _api(self, name: str) -> Native:
        """Torch's module of one kind of device; Apple's says elsewhere whether there is one."""
        return self.module.backends.mps if name == "mps" else getattr(self.module, name)

    def _kind(self, name: str) -> str:
        """Our name of a kind of device; torch calls AMD's ``cuda`` too."""
        return "rocm" if name == "cuda" and self.module.version.hip else name

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
        if reduced and self.kind != "cuda":
            raise NotImplementedError(f"TF32 is of NVIDIA's devices; this one is a {self.kind}")
        self.module.backends.cuda.matmul.allow_tf32 = reduced
        self.module.backends.cudnn.allow_tf32 = reduced
        self._dtype = self.module.float32 if reduced else getattr(self.module, dtype)

    def array(self, value: Array) -> Native:
        """A tensor; integer labels become int64, which torch's losses demand."""
        if value.dtype.kind == "i":
            return self._put(self.module.from_numpy(np.array(value, dtype=np.int64)))
        tensor = self.module.from_numpy(np.array(value))
        # What is not float32 (a float64 by mistake) stays as it came, and is found out.
        return self._put(tensor.to(self._dtype) if tensor.dtype == self.module.float32 else tensor)

    def _put(self, tensor: Native) -> Native:
        return tensor if self.place == "cpu" else tensor.to(self.place)

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
        """Until the device has nothing left to do; on the CPU the call returned no sooner."""
        if self.place != "cpu":
            getattr(self.module, self.place).synchronize()

    def timer(self) -> DeviceTimer | None:
        """Two events in the device's stream."""
        if self.place == "cpu":
            return None
        api: Native = getattr(self.module, self.place)
        return EventTimer(api.event.Event if self.place == "mps" else api.Event)

    def mode(self, trains: bool, /) -> AbstractContextManager[object]:
        """``inference_mode`` unless gradients are taken."""
        mode: AbstractContextManager[object] = (
            self.module.enable_grad() if trains else self.module.inference_mode()
        )
        return mode

    def placement(self) -> AbstractContextManager[object]:
        """``torch.device``: not a default for good, which would cost every timed call a little."""
        if self.place == "cpu":
            return nullcontext()
        context: AbstractContextManager[object] = self.module.device(self.place)
        return context

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
        return self._kind(str(leaf.device.type)) if isinstance(leaf, self.module.Tensor) else None

    def device_name(self) -> str:
        """``NVIDIA H100 80GB HBM3``; else the kind."""
        if self.place not in ("cuda", "xpu"):
            return self.kind
        return str(getattr(self.module, self.place).get_device_name())

    def device_peak(self) -> int | None:
        """Of the caching allocator; Apple's counts no peak."""
        if self.place not in ("cuda", "xpu"):
            return None
        return int(getattr(self.module, self.place).max_memory_allocated())

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


def of_device(tier: Tier, layout: str | None, device: str) -> Adapter:
    """PyTorch on that kind of device; on a TPU through ``torch_xla``."""
    if device != "tpu":
        return TorchAdapter(tier, layout, device)
    from framework_probes.frameworks.pytorch_xla import TorchXlaAdapter

    return TorchXlaAdapter(tier, layout, device)


def adapter(
    tier: Tier, _backend: str | None, variant: str | None = None, device: str = "cpu"
) -> Adapter:
    """The adapter for a tier; PyTorch has no back ends to choose from."""
    if variant != NCHW:
        none_of("pytorch", variant)
    return of_device(tier, layout_of(variant), device)
