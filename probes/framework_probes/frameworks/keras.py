"""Keras on each of its back ends, which is chosen before Keras is first imported."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module

import numpy as np

from framework_probes.frameworks import NCHW, jax, layout_of, none_of, pytorch, tensorflow
from framework_probes.probe import Adapter, Array, DeviceTimer, Native
from framework_probes.results import Tier

#: Our name of a back end to Keras' own.
BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "pytorch": "torch"}
#: The variant in which Keras' own trainer runs the step.
FIT = "fit"
_ADAPTERS: dict[str, Callable[[Tier, str | None, str], Adapter]] = {
    "tensorflow": tensorflow.TensorFlowAdapter,
    "jax": jax.JaxAdapter,
    "pytorch": pytorch.of_device,
}


class KerasAdapter:
    """Keras: layers and ``keras.ops`` of its own; arrays, compiler and waiting of its back end."""

    def __init__(
        self, tier: Tier, backend: str, variant: str | None = None, device: str = "cpu"
    ) -> None:
        os.environ["KERAS_BACKEND"] = BACKENDS[backend]
        self.subject = f"keras:{backend}"
        self.tier: Tier = tier
        self.variant = variant
        self.backend: Adapter = (
            tensorflow.TensorFlowAdapter(tier, None, device, xla=True)
            if variant == "xla"
            else _ADAPTERS[backend](tier, layout_of(variant), device)
        )
        if isinstance(self.backend, pytorch.TorchAdapter):
            # Keras puts tensors on any GPU that torch sees, unless it is told otherwise.
            os.environ["KERAS_TORCH_DEVICE"] = self.backend.place
        self.layout = self.backend.layout
        self.module = import_module("keras")
        self.operations = import_module("keras.ops")

    @property
    def compiler(self) -> str | None:
        """The compiler of the back end; Keras' trainer brings it to its own functions."""
        return "Keras fit (jit_compile auto)" if self.fits else self.backend.compiler

    @property
    def fits(self) -> bool:
        """Whether Keras' own trainer is measured rather than its layers alone."""
        return self.variant == FIT

    def compile(
        self, function: Callable[..., Native], donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """As the back end compiles."""
        return self.backend.compile(function, donated)

    def compute_in(self, dtype: str, /) -> None:
        """As the back end does; layers take the dtype from Keras' policy."""
        self.backend.compute_in(dtype)
        self.module.config.set_dtype_policy("float32" if dtype == "tf32" else dtype)

    def array(self, value: Array) -> Native:
        """An array of the back end."""
        return self.backend.array(value)

    def neutral(self, value: Native) -> Array:
        """As the back end copies."""
        return self.backend.neutral(value)

    def wait(self, result: Native, /) -> None:
        """As the back end waits."""
        self.backend.wait(result)

    def timer(self) -> DeviceTimer | None:
        """The back end's."""
        return self.backend.timer()

    def mode(self, trains: bool, /) -> AbstractContextManager[object]:
        """As the back end needs it."""
        return self.backend.mode(trains)

    def placement(self) -> AbstractContextManager[object]:
        """As the back end places what is made."""
        return self.backend.placement()

    def traces(self) -> int:
        """Those of the back end."""
        return self.backend.traces()

    def forget(self) -> None:
        """Drop Keras' global state and what the back end compiled."""
        self.module.utils.clear_session()
        self.backend.forget()

    def dtype(self, leaf: Native, /) -> str | None:
        """As the back end says; of a model, that of its first weight."""
        if isinstance(leaf, self.module.Model):
            leaf = leaf.trainable_variables[0].value
        return self.backend.dtype(leaf)

    def device(self, leaf: Native, /) -> str | None:
        """As the back end says; of a model, where its first weight is."""
        if isinstance(leaf, self.module.Model):
            leaf = leaf.trainable_variables[0].value
        return self.backend.device(leaf)

    def device_name(self) -> str:
        """As the back end names it."""
        return self.backend.device_name()

    def device_peak(self) -> int | None:
        """As the back end says."""
        return self.backend.device_peak()

    def reduced_precision(self) -> tuple[str, ...]:
        """A policy of mixed types, and what the back end allows."""
        policy = str(self.module.config.dtype_policy().name)
        mixed = (f"dtype_policy={policy}",) if policy.startswith("mixed") else ()
        return (*mixed, *self.backend.reduced_precision())

    def packages(self) -> dict[str, str]:
        """Keras and what the back end needs."""
        return {"keras": str(self.module.__version__), **self.backend.packages()}

    def settings(self) -> dict[str, str]:
        """Keras' own defaults and the back end's settings."""
        config = self.module.config
        return {
            "backend": str(config.backend()),
            "floatx": str(config.floatx()),
            "image_data_format": str(config.image_data_format()),
            **self.backend.settings(),
        }


def fits(adapter: Adapter) -> bool:
    """Whether Keras' own trainer is asked for."""
    return isinstance(adapter, KerasAdapter) and adapter.fits


def inference(adapter: Adapter, model: Native) -> Callable[[Native], Native]:
    """Inference of a Keras model in the adapter's tier, its weights read anew in every call.

    On JAX, jitting a closure over the model would freeze its weights into the program, so they
    are passed as arguments, as Keras' own trainer does.
    """
    if fits(adapter):
        # What ``predict`` does with each batch. It hands out NumPy, so the model is returned along
        # with it: that says where it is.
        model.compile()
        return lambda x: (model.predict_on_batch(x), model)
    if adapter.backend.subject == "jax" and adapter.tier == "compiled":
        call = adapter.compile(lambda t, n, x: model.stateless_call(t, n, x, training=False)[0])
        trainable = [variable.value for variable in model.trainable_variables]
        fixed = [variable.value for variable in model.non_trainable_variables]
        return lambda x: call(trainable, fixed, x)
    return adapter.compile(lambda x: model(x, training=False))


def output(adapter: Adapter, result: Native) -> Array:
    """What :func:`inference` gave, as NumPy."""
    return np.array(result[0]) if fits(adapter) else adapter.neutral(result)


def adapter(
    tier: Tier, backend: str | None, variant: str | None = None, device: str = "cpu"
) -> Adapter:
    """The adapter for a tier on a back end. Raises KeyError for an unknown one."""
    if backend not in BACKENDS:
        raise KeyError(f"backend: {backend!r}, expected one of {', '.join(BACKENDS)}")
    if variant not in (FIT, NCHW) and (variant, backend) != ("xla", "tensorflow"):
        none_of(f"keras on {backend}", variant)
    return KerasAdapter(tier, backend, variant, device)
