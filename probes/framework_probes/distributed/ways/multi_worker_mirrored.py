"""TensorFlow: ``MultiWorkerMirroredStrategy`` with a training step of one's own."""

from __future__ import annotations

import json
import os
from importlib import import_module
from typing import Any

import numpy as np

from framework_probes.distributed.joining import Peer, Together
from framework_probes.distributed.problem import PEERS, RATE, batch, part, weights
from framework_probes.probe import Array


def configured(peer: Peer) -> Any:
    """TensorFlow, told who takes part; the strategy reads it when it is made."""
    cluster = {"worker": list(peer.addresses)}
    task = {"type": "worker", "index": peer.rank}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
    tf: Any = import_module("tensorflow")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    return tf


def joined(peer: Peer) -> Together:
    """Join the cluster and trace the step."""
    tf = configured(peer)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    x, y = batch(peer.seed)
    with strategy.scope():
        held = [tf.Variable(each) for each in weights(peer.seed).values()]
    own_x, own_y = (tf.constant(part(each, peer.rank)) for each in (x, y))
    last: list[Any] = []

    def in_replica() -> Any:
        with tf.GradientTape() as tape:
            loss = _loss(tf, held, own_x, own_y)
        context = tf.distribute.get_replica_context()
        summed = context.all_reduce(tf.distribute.ReduceOp.SUM, tape.gradient(loss, held))
        mean = [each / PEERS for each in summed]
        for variable, gradient in zip(held, mean, strict=True):
            variable.assign_sub(RATE * gradient)
        return mean

    @tf.function  # type: ignore[untyped-decorator]
    def traced() -> Any:
        return strategy.run(in_replica)

    def step() -> None:
        last[:] = [each.numpy() for each in traced()]

    def alone() -> list[Array]:
        own = [tf.constant(each) for each in weights(peer.seed).values()]
        with tf.GradientTape() as tape:
            tape.watch(own)
            loss = _loss(tf, own, tf.constant(x), tf.constant(y))
        return [each.numpy() for each in tape.gradient(loss, own)]

    return Together(step, lambda: [np.array(each) for each in last], alone, lambda: None)


def _loss(tf: Any, held: list[Any], x: Any, y: Any) -> Any:
    w1, b1, w2, b2 = held
    return tf.reduce_mean(tf.square(tf.nn.relu(x @ w1 + b1) @ w2 + b2 - y))
