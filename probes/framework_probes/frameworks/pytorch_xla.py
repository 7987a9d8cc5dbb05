"""PyTorch on a TPU, by ``torch_xla``: eager is its eager mode; compiled is ``torch_xla.compile``.

Thin: what is not said here is PyTorch's own. ``torch_xla`` puts tensors on a device named ``xla``,
whatever computes behind it, so the kind is asked of its runtime.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from framework_probes.frameworks import missing, never
from framework_probes.frameworks.pytorch import TorchAdapter
from framework_probes.probe import DeviceTimer, Native
from framework_probes.results import Tier

#: What the runtime calls a kind of device, to our name.
KINDS = {"TPU": "tpu", "CPU": "cpu", "CUDA": "cuda"}


class TorchXlaAdapter(TorchAdapter):
    """PyTorch whose tensors lie on an XLA device."""

    def __init__(self, tier: Tier, layout: str | None, device: str) -> None:
        if layout is not None:
            # XLA chooses layouts itself; what is forced on others would mean nothing here.
            raise never("torch_xla, with a layout that is forced,", device)
        super().__init__(tier, layout, device)

    def _found(self, device: str) -> str:
        try:
            self._xla = import_module("torch_xla")
        except ImportError:
            build = f"torch {self.module.__version__} without torch_xla"
            raise missing(build, device, ("cpu",)) from None
        seen = self._runtime_kind()
        if seen != device:
            raise missing(f"torch_xla {self._xla.__version__}", device, (seen,))
        # Products of float32 take bfloat16 factors unless told otherwise.
        import_module("torch_xla.backends").set_mat_mul_precision("highest")
        if self.tier == "eager":
            import_module("torch_xla.experimental").eager_mode(True)
        return "xla"

    def _runtime_kind(self) -> str:
        name = str(import_module("torch_xla.runtime").device_type())
        return KINDS.get(name, name.lower())

    @property
    def compiler(self) -> str | None:
        """``torch_xla.compile``."""
        return "torch_xla.compile" if self.tier == "compiled" else None

    def compile(
        self, function: Callable[..., Native], _donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """Each call launches one graph: left lazy, what nobody reads would never be computed."""
        if self.tier == "eager":
            return function
        compiled: Callable[..., Native] = self._xla.compile(function)
        return compiled

    def wait(self, _result: Native, /) -> None:
        """Launch what is pending and wait for the device."""
        self._xla.sync(wait=True)

    def timer(self) -> DeviceTimer | None:
        """None: torch_xla hands out no events."""
        return None

    def traces(self) -> int:
        """Graphs that were compiled in this process."""
        counted = import_module("torch_xla.debug.metrics").counter_value("UncachedCompile")
        return int(counted or 0)

    def forget(self) -> None:
        """Nothing: its cache of graphs is bounded."""

    def device(self, leaf: Native, /) -> str | None:
        """What the runtime says is behind ``xla``."""
        found = super().device(leaf)
        return self._runtime_kind() if found == "xla" else found

    def reduced_precision(self) -> tuple[str, ...]:
        """A precision of products below the highest."""
        chosen = import_module("torch_xla.backends").get_mat_mul_precision()
        return () if chosen == "highest" else (f"mat_mul_precision={chosen}",)

    def packages(self) -> dict[str, str]:
        """PyTorch and torch_xla."""
        return {**super().packages(), "torch_xla": str(self._xla.__version__)}
