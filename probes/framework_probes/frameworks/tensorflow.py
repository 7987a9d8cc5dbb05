"""TensorFlow: eager as it comes; compiled by ``tf.function``, as a graph or, as variant, by XLA."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

import numpy as np

from framework_probes.frameworks import NCHW, layout_of, missing, never, none_of
from framework_probes.frameworks.tracing import Tracing
from framework_probes.probe import Adapter, Array, DeviceTimer, Native
from framework_probes.results import Tier

#: Our kinds of device to TensorFlow's own names.
DEVICES = {"cpu": "CPU", "cuda": "GPU", "rocm": "GPU", "tpu": "TPU"}


class TensorFlowAdapter:
    """TensorFlow on one device; ``xla``: its functions are compiled by XLA."""

    def __init__(
        self, tier: Tier, layout: str | None = None, device: str = "cpu", *, xla: bool = False
    ) -> None:
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
        self.kind = self._found(device)
        self.compute_in("float32")

    def _found(self, device: str) -> str:
        if device not in DEVICES:
            raise never("TensorFlow", device)
        config = self.module.config
        if device == "tpu":
            _connect(self.module)
        seen = {self._kind(each.device_type) for each in config.list_physical_devices()}
        if device == "tpu" and config.list_logical_devices("TPU"):
            seen.add("tpu")
        if device not in seen:
            raise missing(f"tensorflow {self.module.__version__}", device, seen)
        return device

    def _kind(self, name: str) -> str:
        """Our name of a kind of device; TensorFlow calls both makers' ``GPU``."""
        if name.upper() != "GPU":
            return name.lower()
        return "rocm" if self.module.test.is_built_with_rocm() else "cuda"

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
        if reduced and self.kind != "cuda":
            raise NotImplementedError(f"TF32 is of NVIDIA's devices; this one is a {self.kind}")
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

    def timer(self) -> DeviceTimer | None:
        """None: TensorFlow hands out no events."""
        return None

    def mode(self, _trains: bool, /) -> AbstractContextManager[object]:
        """A TPU wants to be named; gradients are recorded only under a tape."""
        tpu: AbstractContextManager[object] = (
            self.module.device("/TPU:0") if self.kind == "tpu" else nullcontext()
        )
        return tpu

    def placement(self) -> AbstractContextManager[object]:
        """None: TensorFlow puts on a GPU what it can."""
        return nullcontext()

    def traces(self) -> int:
        """Traces of all functions compiled here."""
        return self._tracing.count

    def forget(self) -> None:
        """Nothing: TensorFlow frees a graph with the function that nobody holds any more."""

    def device(self, leaf: Native, /) -> str | None:
        """From the tensor's own device name, ``.../device:CPU:0``."""
        name = getattr(leaf, "device", None)
        return self._kind(str(name).rpartition("device:")[2].partition(":")[0]) if name else None

    def device_name(self) -> str:
        """As the runtime describes it, else the kind."""
        config = self.module.config
        for each in config.list_physical_devices(DEVICES[self.kind]):
            said = config.experimental.get_device_details(each).get("device_name")
            return str(said) if said else self.kind
        return self.kind

    def device_peak(self) -> int | None:
        """Of the first GPU."""
        if DEVICES[self.kind] != "GPU":
            return None
        return int(self.module.config.experimental.get_memory_info("GPU:0")["peak"])

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


def _connect(module: Native) -> None:
    """Have the TPU of this machine join in, once; where there is none, nothing happens."""
    if module.config.list_logical_devices("TPU"):
        return
    try:
        resolver = module.distribute.cluster_resolver.TPUClusterResolver(tpu="local")
        module.tpu.experimental.initialize_tpu_system(resolver)
    except Exception:  # what it raises differs from release to release
        return


def adapter(
    tier: Tier, _backend: str | None, variant: str | None = None, device: str = "cpu"
) -> Adapter:
    """The adapter for a tier; TensorFlow has no back ends to choose from."""
    if variant not in ("xla", NCHW):
        none_of("tensorflow", variant)
    return TensorFlowAdapter(tier, layout_of(variant), device, xla=variant == "xla")
