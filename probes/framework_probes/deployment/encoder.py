"""One block of ``catalogue.encoder_train_step``: the transformer among the reference models."""

from __future__ import annotations

import numpy as np

from framework_probes.catalogue import encoder_train_step as whole
from framework_probes.catalogue.encoder_train_step import HEADS, HIDDEN, MATRICES, SEQUENCE, WIDTH
from framework_probes.deployment.torch_state import with_state
from framework_probes.layers import TOKENS_EPSILON, Layers
from framework_probes.probe import Array, Arrays, Native
from framework_probes.train_steps import weight_name
from framework_probes.training import Weights

__all__ = ["SEQUENCE", "WIDTH", "keras_model", "network", "products", "torch_module", "weights"]

#: What the block is called in the whole network.
BLOCK = "block0"


def network(layers: Layers, w: Weights, x: Native) -> Native:
    """The sequence that comes out of the block."""
    return whole.block(layers, w, x, BLOCK)


def weights(generator: np.random.Generator) -> dict[str, Array]:
    """Those of the whole network's first block."""
    drawn = whole.weights(generator)
    return {name: value for name, value in drawn.items() if name.startswith(f"{BLOCK}_")}


def products() -> int:
    """Multiplications of one sequence's pass."""
    dense = SEQUENCE * sum(a * b for a, b in MATRICES.values())
    return dense + 2 * SEQUENCE * SEQUENCE * WIDTH


def keras_model(keras: Native, weights: Arrays) -> Native:
    """Of Keras' own layers."""
    x = keras.layers.Input((SEQUENCE, WIDTH))
    model = keras.Model(x, whole.keras_block(keras, x, BLOCK))
    for variable in model.trainable_variables:
        variable.assign(weights[weight_name(model, variable)].reshape(variable.shape))
    return model


def torch_module(torch: Native, weights: Arrays) -> Native:
    """PyTorch's own layer, normalised before."""
    module = torch.nn.TransformerEncoderLayer(
        WIDTH,
        HEADS,
        HIDDEN,
        dropout=0.0,
        activation="gelu",
        layer_norm_eps=TOKENS_EPSILON,
        batch_first=True,
        norm_first=True,
    )
    w = {name.removeprefix(f"{BLOCK}_"): value for name, value in weights.items()}
    inward = [f"attention.{name}" for name in ("query", "key", "value")]
    state = {
        "self_attn.in_proj_weight": np.concatenate([w[f"{name}.kernel"].T for name in inward]),
        "self_attn.in_proj_bias": np.concatenate([w[f"{name}.bias"] for name in inward]),
    }
    for theirs, ours in (
        ("self_attn.out_proj", "attention.attention_output"),
        ("linear1", "up"),
        ("linear2", "down"),
    ):
        state |= {f"{theirs}.weight": w[f"{ours}.kernel"].T, f"{theirs}.bias": w[f"{ours}.bias"]}
    for norm in ("norm1", "norm2"):
        state |= {f"{norm}.weight": w[f"{norm}.scale"], f"{norm}.bias": w[f"{norm}.shift"]}
    return with_state(torch, module, state)
