"""JAX: eager is operation by operation; compiled is ``jax.jit`` of the whole step."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from framework_probes.frameworks import NCHW, layout_of, missing, never, none_of
from framework_probes.frameworks.tracing import Tracing
from framework_probes.probe import Adapter, Array, DeviceTimer, Native
from framework_probes.results import Tier

#: Kinds of device that a PJRT plugin exists for.
DEVICES = ("cpu", "cuda", "rocm", "tpu")


class JaxAdapter:
    """JAX on one device, its default one. Calls return before the work is done, on the CPU too."""

    def __init__(self, tier: Tier, layout: str | None = None, device: str = "cpu") -> None:
        self.subject = "jax"
        self.tier: Tier = tier
        self.layout = layout
        self.module = import_module("jax")
        self.operations = import_module("jax.numpy")
        self.backend: Adapter = self
        self._tracing = Tracing()
        self._dtype = "float32"
        self.kind = self._found(device)
        self.compute_in("float32")

    def _found(self, device: str) -> str:
        if device not in DEVICES:
            raise never("JAX", device)
        build = f"jax {self.module.__version__}"
        try:
            seen = {_kind(each) for each in self.module.devices()}
        except RuntimeError as error:  # the platform that JAX_PLATFORMS names has no plugin here
            said = str(error).splitlines()[0] if str(error) else "nothing"
            raise missing(build, device, (f"cpu; {said}"[:200],)) from None
        if device not in seen:
            raise missing(build, device, seen)
        return device

    @property
    def compiler(self) -> str | None:
        """``jax.jit``."""
        return "jax.jit" if self.tier == "compiled" else None

    def compile(
        self, function: Callable[..., Native], donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """``jax.jit``, donating what the caller gives up."""
        if self.tier == "eager":
            return function
        counted = self._tracing.counted(function)
        compiled: Callable[..., Native] = self.module.jit(counted, donate_argnums=donated)
        return compiled

    def compute_in(self, dtype: str, /) -> None:
        """On devices that have less, JAX uses less unless the default precision says otherwise."""
        if dtype == "tf32" and self.kind != "cuda":
            raise NotImplementedError(f"TF32 is of NVIDIA's devices; this one is a {self.kind}")
        if self.kind != "cpu":
            chosen = "tensorfloat32" if dtype == "tf32" else "highest"
            self.module.config.update("jax_default_matmul_precision", chosen)
        # Unless it is switched on, JAX computes in float32 what is asked for in float64.
        self.module.config.update("jax_enable_x64", dtype == "float64")
        self._dtype = "float32" if dtype == "tf32" else dtype

    def array(self, value: Array) -> Native:
        """A committed array, a copy: the original's memory may be reused."""
        narrow = value.dtype == np.float32
        return self.operations.array(value, dtype=self._dtype if narrow else None, copy=True)

    def neutral(self, value: Native) -> Array:
        """A copy, once the value is ready."""
        half = self.dtype(value) in ("bfloat16", "float16")
        return np.array(value.astype("float32") if half else value)

    def dtype(self, leaf: Native, /) -> str | None:
        """The array's own."""
        floating = isinstance(leaf, self.module.Array) and self.operations.issubdtype(
            leaf.dtype, self.operations.floating
        )
        return str(leaf.dtype) if floating else None

    def wait(self, result: Native) -> None:
        """``block_until_ready`` on every array of the result."""
        self.module.block_until_ready(result)

    def timer(self) -> DeviceTimer | None:
        """None: JAX hands out no events."""
        return None

    def mode(self, _trains: bool, /) -> AbstractContextManager[object]:
        """None: gradients are taken by transforming functions."""
        return nullcontext()

    def placement(self) -> AbstractContextManager[object]:
        """None: JAX puts everything on its default device."""
        return nullcontext()

    def traces(self) -> int:
        """Traces of all functions jitted here."""
        return self._tracing.count

    def forget(self) -> None:
        """Drop JAX's caches of compiled programs."""
        self.module.clear_caches()

    def device(self, leaf: Native, /) -> str | None:
        """The platform of the array's devices."""
        if not isinstance(leaf, self.module.Array):
            return None
        return "+".join(sorted({_kind(device) for device in leaf.devices()}))

    def device_name(self) -> str:
        """``cpu``, ``NVIDIA H100 80GB HBM3``, ``TPU v5 lite``."""
        return str(self.module.devices()[0].device_kind)

    def device_peak(self) -> int | None:
        """Of the first device, where it counts."""
        counted = self.module.devices()[0].memory_stats() or {}
        peak = counted.get("peak_bytes_in_use")
        return None if peak is None else int(peak)

    def reduced_precision(self) -> tuple[str, ...]:
        """A default precision of products below float32."""
        chosen = self.module.config.jax_default_matmul_precision
        strict = chosen in ("highest", "float32") or (
            # On the CPU a product is exact unless something else is asked for.
            chosen in (None, "default") and self.kind == "cpu"
        )
        return () if strict else ("default_matmul_precision",)

    def packages(self) -> dict[str, str]:
        """jax, jaxlib and NumPy, and Grain where it is there to load data."""
        beside = {"grain": version("grain")} if find_spec("grain") is not None else {}
        return {
            "jax": str(self.module.__version__),
            "jaxlib": str(import_module("jaxlib").__version__),
            "numpy": np.__version__,
            **beside,
        }

    def settings(self) -> dict[str, str]:
        """What decides speed: platform, precision, threads asked of XLA."""
        config = self.module.config
        return {
            "platform": str(self.module.default_backend()),
            "matmul_precision": str(config.jax_default_matmul_precision or "default"),
            "enable_x64": str(config.jax_enable_x64),
            "nproc": os.environ.get("NPROC", "unset"),
            "xla_flags": os.environ.get("XLA_FLAGS", "unset"),
        }


def _kind(device: Native) -> str:
    """Our name of a device's kind; JAX calls both makers' ``gpu``."""
    if device.platform not in ("gpu", "cuda", "rocm"):
        return str(device.platform)
    return "rocm" if "rocm" in str(device.client.platform_version).lower() else "cuda"


def adapter(
    tier: Tier, _backend: str | None, variant: str | None = None, device: str = "cpu"
) -> Adapter:
    """The adapter for a tier; JAX has no back ends to choose from."""
    if variant != NCHW:
        none_of("jax", variant)
    return JaxAdapter(tier, layout_of(variant), device)
