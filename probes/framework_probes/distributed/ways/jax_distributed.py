"""JAX: ``jax.distributed`` over gloo, the batch sharded and the weights on every process."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from framework_probes.distributed.joining import Peer, Together
from framework_probes.distributed.problem import PEERS, RATE, batch, part, weights
from framework_probes.probe import Array


def joined(peer: Peer) -> Together:
    """Join the others and compile the step over the mesh of all devices."""
    jax: Any = import_module("jax")
    sharding: Any = import_module("jax.sharding")
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(peer.addresses[0], PEERS, peer.rank)
    mesh = sharding.Mesh(np.array(jax.devices()), ("batch",))
    split = sharding.NamedSharding(mesh, sharding.PartitionSpec("batch"))
    everywhere = sharding.NamedSharding(mesh, sharding.PartitionSpec())
    x, y = batch(peer.seed)
    rows = [jax.make_array_from_process_local_data(split, part(each, peer.rank)) for each in (x, y)]
    held = [
        jax.make_array_from_process_local_data(everywhere, each)
        for each in weights(peer.seed).values()
    ]
    loss = _loss(jax)

    def descended(held: list[Any], x: Any, y: Any) -> tuple[list[Any], list[Any]]:
        gradient = jax.grad(loss)(held, x, y)
        return [w - RATE * g for w, g in zip(held, gradient, strict=True)], gradient

    compiled = jax.jit(descended, out_shardings=(everywhere, everywhere))
    state: dict[str, list[Any]] = {"held": held, "gradient": []}

    def step() -> None:
        state["held"], state["gradient"] = compiled(state["held"], *rows)
        jax.block_until_ready(state)

    def gradient() -> list[Array]:
        return [np.asarray(each.addressable_data(0)) for each in state["gradient"]]

    def alone() -> list[Array]:
        found = jax.grad(loss)(list(weights(peer.seed).values()), x, y)
        return [np.asarray(each) for each in found]

    return Together(step, gradient, alone, jax.distributed.shutdown)


def _loss(jax: Any) -> Any:
    def loss(held: list[Any], x: Any, y: Any) -> Any:
        w1, b1, w2, b2 = held
        error = jax.nn.relu(x @ w1 + b1) @ w2 + b2 - y
        return (error**2).mean()

    return loss
