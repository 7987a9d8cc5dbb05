"""TensorFlow: eager as it comes; compiled by ``tf.function``, as a graph or, as variant, by XLA."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

import numpy as np

from framework_probes.frameworks import NCHW, layout_of, none_of
from framework_probes.frameworks.tracing import Tracing
from framework_probes.probe import Adapter, Array, Native
from framework_probes.results import Tier


class TensorFlowAdapter:
    """TensorFlow on the CPU; ``xla``: its functions are compiled by XLA."""

    def __init__(self, tier: Tier, layout: str | None = None, *, xla: bool = False) -> None:
        self._xla = xla
        self.layout = layout
        self.subject = "tensorflow"
        self.tier: Tier = tier
        self.module = self.operations = import_module("tensorflow")
        self.backend: Adapter = self
        self._tracing = Tracing()
        threading = self.module.config.threading
        if threading.get_inter_op_parallelism_threads() != 1:
            threading.set_intra_op_parallelism_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
            threading.set_inter_op_parallelism_threads(1)
        self._dtype = "float32"
        self.compute_in("float32")

    @property
    def compiler(self) -> str | None:
        """``tf.function``: a graph, with or without XLA."""
        if self.tier == "eager":
            return None
        return "tf.function (XLA)" if self._xla else "tf.function (graph)"

    def compile(
        self, function: Callable[..., Native], _donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """``tf.function``. Autograph is off: no probe branches on a tensor."""
        if self.tier == "eager":
            return function
        compiled: Callable[..., Native] = self.module.function(
            self._tracing.counted(function), autograph=False, jit_compile=self._xla or None
        )
        return compiled

    def compute_in(self, dtype: str, /) -> None:
        """TensorFlow uses TF32 unless told otherwise."""
        reduced = dtype == "tf32"
        if reduced and not self.module.config.list_physical_devices("GPU"):
            raise NotImplementedError("TF32 is of NVIDIA's devices; this one is a CPU")
        self.module.config.experimental.enable_tensor_float_32_execution(reduced)
        self._dtype = "float32" if reduced else dtype

    def array(self, value: Array) -> Native:
        """A constant tensor, a copy."""
        narrow = value.dtype == np.float32
        return self.module.constant(np.array(value), self._dtype if narrow else None)

    def neutral(self, value: Native) -> Array:
        """``numpy()`` of a tensor or variable, copied."""
        found = np.array(value.numpy())
        half = value.dtype in (self.module.bfloat16, self.module.float16)
        return found.astype(np.float32) if half else found

    def dtype(self, leaf: Native, /) -> str | None:
        """The tensor's or variable's own."""
        kind: Native = getattr(leaf, "dtype", None)
        floating = isinstance(kind, self.module.DType) and kind.is_floating
        return str(kind.name) if floating else None

    def wait(self, _result: Native, /) -> None:
        """Drain the devices without copying a result, which ``numpy()`` would."""
        self.module.test.experimental.sync_devices()

    def mode(self, _trains: bool, /) -> AbstractContextManager[object]:
        """None: gradients are recorded only under a tape."""
        return nullcontext()

    def traces(self) -> int:
        """Traces of all functions compiled here."""
        return self._tracing.count

    def forget(self) -> None:
        """Nothing: TensorFlow frees a graph with the function that nobody holds any more."""

    def device(self, leaf: Native, /) -> str | None:
        """From the tensor's own device name, ``.../device:CPU:0``."""
        name = getattr(leaf, "device", None)
        return str(name).rpartition("device:")[2].partition(":")[0].lower() if name else None

    def device_peak(self) -> int | None:
        """Of the first GPU."""
        config = self.module.config
        if not config.list_physical_devices("GPU"):
            return None
        return int(config.experimental.get_memory_info("GPU:0")["peak"])

    def reduced_precision(self) -> tuple[str, ...]:
        """TF32, which TensorFlow allows unless told otherwise."""
        allowed = self.module.config.experimental.tensor_float_32_execution_enabled()
        return ("tensor_float_32_execution",) if allowed else ()

    def packages(self) -> dict[str, str]:
        """TensorFlow and NumPy."""
        return {"tensorflow": str(self.module.__version__), "numpy": np.__version__}

    def settings(self) -> dict[str, str]:
        """Threads as TensorFlow reports them."""
        threading = self.module.config.threading
        return {
            "intra_op_threads": str(threading.get_intra_op_parallelism_threads()),
            "inter_op_threads": str(threading.get_inter_op_parallelism_threads()),
            "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        }


def adapter(tier: Tier, _backend: str | None, variant: str | None = None) -> Adapter:
    """The adapter for a tier; TensorFlow has no back ends to choose from."""
    if variant not in ("xla", NCHW):
        none_of("tensorflow", variant)
    return TensorFlowAdapter(tier, layout_of(variant), xla=variant == "xla")
