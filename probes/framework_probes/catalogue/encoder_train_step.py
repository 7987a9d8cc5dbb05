"""One training step of a transformer encoder that classifies sequences of words.

Embedding, two blocks normalised before (as ``encoder_block``), a last normalisation, the mean over
the sequence, dense. Positions would be one more sum, and are left out.
"""

from __future__ import annotations

import numpy as np

from framework_probes.layers import TOKENS_EPSILON, Layers
from framework_probes.probe import Array, Native, normal
from framework_probes.train_steps import Classifier, dense_weights, labels
from framework_probes.training import Weights

BATCH, SEQUENCE, WIDTH, HEADS, HIDDEN = 8, 64, 128, 4, 512
BLOCKS, WORDS, CLASSES = 2, 2000, 10
MATRICES = {
    "attention.query": (WIDTH, WIDTH),
    "attention.key": (WIDTH, WIDTH),
    "attention.value": (WIDTH, WIDTH),
    "attention.attention_output": (WIDTH, WIDTH),
    "up": (WIDTH, HIDDEN),
    "down": (HIDDEN, WIDTH),
}


def network(layers: Layers, w: Weights, x: Native) -> Native:
    """Logits of sequences of word numbers."""
    h = layers.embed(w["words.table"], x)
    for number in range(BLOCKS):
        h = block(layers, w, h, f"block{number}")
    normed = layers.layer_norm(h, w["norm.scale"], w["norm.shift"])
    return layers.dense(layers.mean_tokens(normed), w["dense.kernel"], w["dense.bias"])


def block(layers: Layers, w: Weights, h: Native, b: str) -> Native:
    """One block, whose weights' names begin with ``b``."""

    def dense(x: Native, name: str) -> Native:
        return layers.dense(x, w[f"{b}_{name}.kernel"], w[f"{b}_{name}.bias"])

    def norm(x: Native, name: str) -> Native:
        return layers.layer_norm(x, w[f"{b}_{name}.scale"], w[f"{b}_{name}.shift"])

    normed = norm(h, "norm1")
    q, k, v = (dense(normed, f"attention.{n}") for n in ("query", "key", "value"))
    h = h + dense(layers.attention(q, k, v, HEADS), "attention.attention_output")
    return h + dense(layers.gelu(dense(norm(h, "norm2"), "up")), "down")


def model(keras: Native) -> Native:
    """The same in Keras."""
    layers = keras.layers
    x = layers.Input((SEQUENCE,), dtype="int32")
    h = layers.Embedding(WORDS, WIDTH, name="words")(x)
    for number in range(BLOCKS):
        h = keras_block(keras, h, f"block{number}")
    normed = layers.LayerNormalization(epsilon=TOKENS_EPSILON, name="norm")(h)
    pooled = layers.GlobalAveragePooling1D()(normed)
    return keras.Model(x, layers.Dense(CLASSES, name="dense")(pooled))


def keras_block(keras: Native, h: Native, b: str) -> Native:
    """One block of Keras' layers, whose names begin with ``b``."""
    layers = keras.layers

    def norm(name: str) -> Native:
        return layers.LayerNormalization(epsilon=TOKENS_EPSILON, name=f"{b}_{name}")

    normed = norm("norm1")(h)
    attention = layers.MultiHeadAttention(HEADS, WIDTH // HEADS, name=f"{b}_attention")
    h = layers.Add()([h, attention(normed, normed)])
    # Keras' GELU is the exact one unless asked otherwise.
    wide = layers.Dense(HIDDEN, activation="gelu", name=f"{b}_up")(norm("norm2")(h))
    return layers.Add()([h, layers.Dense(WIDTH, name=f"{b}_down")(wide)])


def weights(generator: np.random.Generator) -> dict[str, Array]:
    """All of them."""
    drawn = {"words.table": normal(generator, WORDS, WIDTH, scale=0.3)}
    norms = ["norm"]
    for block in range(BLOCKS):
        norms += [f"block{block}_norm1", f"block{block}_norm2"]
        for name, shape in MATRICES.items():
            drawn |= dense_weights(generator, f"block{block}_{name}", shape)
    for name in norms:
        # Below 1, where float32 keeps a change of one thousandth with a digit more.
        drawn[f"{name}.scale"] = normal(generator, WIDTH, scale=0.05, mean=0.7)
        drawn[f"{name}.shift"] = normal(generator, WIDTH, scale=0.1)
    return drawn | dense_weights(generator, "dense", (WIDTH, CLASSES))


def products(batch: int) -> int:
    """Multiplications of one forward pass: dense layers and the two of attention."""
    tokens = batch * SEQUENCE
    dense = tokens * sum(a * b for a, b in MATRICES.values())
    return BLOCKS * (dense + 2 * tokens * SEQUENCE * WIDTH) + batch * WIDTH * CLASSES


def _data(generator: np.random.Generator) -> dict[str, Array]:
    return {
        # Each word at most once: of one that comes twice, Keras' trainer on TensorFlow squares both
        # gradients for Adam, and not their sum.
        "x": generator.permutation(WORDS)[: BATCH * SEQUENCE]
        .reshape(BATCH, SEQUENCE)
        .astype(np.int32),
        "labels": labels(generator, BATCH, CLASSES),
    }


PROBE = Classifier(
    network,
    model,
    weights,
    _data,
    products=products(BATCH),
    first=0,
    # The same for every word of a row of scores, which softmax takes off.
    flat=tuple(f"block{block}_attention.key.bias" for block in range(BLOCKS)),
).probe(
    "encoder_train_step",
    title="Training step of a transformer encoder",
    measures="Forward, backward and Adam of two encoder blocks on word embeddings.",
    shape=f"{BATCH} sequences of {SEQUENCE} of {WORDS} words; {BLOCKS} blocks of width {WIDTH}, "
    f"{HEADS} heads, feed-forward {HIDDEN}",
    families=(
        ("transformer", 1.0),
        ("llm", 0.8),
        ("speech", 0.5),
        ("diffusion", 0.4),
        ("recommender", 0.2),
        ("other", 0.2),
    ),
    cost_s=28.0,
)
PROBES = (PROBE,)
