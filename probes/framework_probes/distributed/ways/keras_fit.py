"""Keras on TensorFlow: ``fit`` in the scope of ``MultiWorkerMirroredStrategy``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from framework_probes.distributed.joining import Peer, Together
from framework_probes.distributed.problem import BATCH, FEATURES, HIDDEN, OUTPUTS, RATE, batch
from framework_probes.distributed.problem import weights as drawn
from framework_probes.distributed.ways.multi_worker_mirrored import configured
from framework_probes.probe import Array


def joined(peer: Peer) -> Together:
    """Join the cluster and compile the model in its scope."""
    tf = configured(peer)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    x, y = batch(peer.seed)
    with strategy.scope():
        model = _model(peer.seed)
    # The whole batch: Keras gives each worker its part.
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    whole = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH).with_options(options)
    before: list[Array] = []

    def step() -> None:
        before[:] = model.get_weights()
        model.fit(whole, epochs=1, verbose=0)

    def gradient() -> list[Array]:
        """By what the step of plain gradient descent changed."""
        after = model.get_weights()
        return [(b - a) / RATE for b, a in zip(before, after, strict=True)]

    def alone() -> list[Array]:
        single = _model(peer.seed)
        kept = [np.array(each) for each in single.get_weights()]
        single.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)
        return [(b - a) / RATE for b, a in zip(kept, single.get_weights(), strict=True)]

    return Together(step, gradient, alone, lambda: None)


def _model(seed: int) -> Any:
    keras: Any = import_module("keras")
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((FEATURES,)),
            layers.Dense(HIDDEN, activation="relu"),
            layers.Dense(OUTPUTS),
        ]
    )
    model.set_weights(list(drawn(seed).values()))
    model.compile(keras.optimizers.SGD(RATE), "mean_squared_error")
    return model
