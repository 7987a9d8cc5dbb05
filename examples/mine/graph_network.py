"""Two rounds of message passing on a graph of 2,000 nodes: one function for each framework.

framework-advisor probe mine examples/mine/graph_network.py
"""

import jax
import jax.numpy as jnp
import numpy as np
import tensorflow as tf
import torch

NODES, EDGES, WIDTH, ROUNDS = 2000, 12000, 64, 2


def inputs(rng):
    """The same bytes for everybody; floats are handed over as float32."""
    scale = WIDTH**-0.5
    return {
        "h": rng.standard_normal((NODES, WIDTH)),
        "sender": rng.integers(0, NODES, EDGES),
        "receiver": rng.integers(0, NODES, EDGES),
        "message": scale * rng.standard_normal((WIDTH, WIDTH)),
        "gate": scale * rng.standard_normal((2 * WIDTH, WIDTH)),
        "update": scale * rng.standard_normal((2 * WIDTH, WIDTH)),
    }


def in_numpy(h, sender, receiver, message, gate, update):
    """What must come out, computed in float64. Leave it out if you have none."""
    for _ in range(ROUNDS):
        received = np.zeros_like(h)
        np.add.at(received, receiver, np.maximum(h[sender] @ message, 0))
        both = np.concatenate([h, received], axis=1)
        share = 1 / (1 + np.exp(-(both @ gate)))
        h = share * h + (1 - share) * np.tanh(both @ update)
    return h


def in_pytorch(h, sender, receiver, message, gate, update):
    for _ in range(ROUNDS):
        sent = torch.relu(h[sender] @ message)
        received = torch.zeros_like(h).index_add(0, receiver, sent)
        both = torch.cat([h, received], dim=1)
        share = torch.sigmoid(both @ gate)
        h = share * h + (1 - share) * torch.tanh(both @ update)
    return h


def in_tensorflow(h, sender, receiver, message, gate, update):
    for _ in range(ROUNDS):
        sent = tf.nn.relu(tf.gather(h, sender) @ message)
        received = tf.math.unsorted_segment_sum(sent, receiver, NODES)
        both = tf.concat([h, received], axis=1)
        share = tf.sigmoid(both @ gate)
        h = share * h + (1 - share) * tf.tanh(both @ update)
    return h


def in_jax(h, sender, receiver, message, gate, update):
    for _ in range(ROUNDS):
        sent = jax.nn.relu(h[sender] @ message)
        received = jax.ops.segment_sum(sent, receiver, NODES)
        both = jnp.concatenate([h, received], axis=1)
        share = jax.nn.sigmoid(both @ gate)
        h = share * h + (1 - share) * jnp.tanh(both @ update)
    return h


# Both or none: with them, times are also told as a share of what this machine reaches.
FLOPS = ROUNDS * (2 * EDGES * WIDTH * WIDTH + 2 * 2 * NODES * 2 * WIDTH * WIDTH)
BYTES = 4 * (2 * NODES * WIDTH + 5 * WIDTH * WIDTH + 2 * EDGES)
