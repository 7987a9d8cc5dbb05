"""Keras on each of its back ends, which is chosen before Keras is first imported."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module

from framework_probes.frameworks import jax, pytorch, tensorflow
from framework_probes.probe import Adapter, Array, Native
from framework_probes.results import Tier

#: Our name of a back end to Keras' own.
BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "pytorch": "torch"}
_ADAPTERS: dict[str, Callable[[Tier], Adapter]] = {
    "tensorflow": tensorflow.TensorFlowAdapter,
    "jax": jax.JaxAdapter,
    "pytorch": pytorch.TorchAdapter,
}


class KerasAdapter:
    """Keras: layers and ``keras.ops`` of its own; arrays, compiler and waiting of its back end."""

    def __init__(self, tier: Tier, backend: str) -> None:
        os.environ["KERAS_BACKEND"] = BACKENDS[backend]
        self.subject = f"keras:{backend}"
        self.tier: Tier = tier
        self.backend: Adapter = _ADAPTERS[backend](tier)
        self.module = import_module("keras")
        self.operations = import_module("keras.ops")

    @property
    def compiler(self) -> str | None:
        """The compiler of the back end."""
        return self.backend.compiler

    def compile(
        self, function: Callable[..., Native], donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """As the back end compiles."""
        return self.backend.compile(function, donated)

    def array(self, value: Array) -> Native:
        """An array of the back end."""
        return self.backend.array(value)

    def neutral(self, value: Native) -> Array:
        """As the back end copies."""
        return self.backend.neutral(value)

    def wait(self, result: Native, /) -> None:
        """As the back end waits."""
        self.backend.wait(result)

    def mode(self, trains: bool, /) -> AbstractContextManager[object]:
        """As the back end needs it."""
        return self.backend.mode(trains)

    def traces(self) -> int:
        """Those of the back end."""
        return self.backend.traces()

    def forget(self) -> None:
        """Drop Keras' global state and what the back end compiled."""
        self.module.utils.clear_session()
        self.backend.forget()

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


def inference(adapter: Adapter, model: Native) -> Callable[[Native], Native]:
    """Inference of a Keras model in the adapter's tier, its weights read anew in every call.

    On JAX, jitting a closure over the model would freeze its weights into the program, so they
    are passed as arguments, as Keras' own trainer does.
    """
    if adapter.backend.subject == "jax" and adapter.tier == "compiled":
        call = adapter.compile(lambda t, n, x: model.stateless_call(t, n, x, training=False)[0])
        trainable = [variable.value for variable in model.trainable_variables]
        fixed = [variable.value for variable in model.non_trainable_variables]
        return lambda x: call(trainable, fixed, x)
    return adapter.compile(lambda x: model(x, training=False))


def adapter(tier: Tier, backend: str | None) -> Adapter:
    """The adapter for a tier on a back end. Raises KeyError for an unknown one."""
    if backend not in BACKENDS:
        raise KeyError(f"backend: {backend!r}, expected one of {', '.join(BACKENDS)}")
    return KerasAdapter(tier, backend)
