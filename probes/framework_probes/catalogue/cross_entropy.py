"""Mean softmax cross-entropy with integer labels, and its gradient by the logits."""

from __future__ import annotations

import numpy as np

from framework_probes import reference_math
from framework_probes.operation import gradient_operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

ROWS, CLASSES = 6144, 1000


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "logits": normal(generator, ROWS, CLASSES),
        "labels": generator.integers(0, CLASSES, ROWS, dtype=np.int32),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    loss, gradient = reference_math.cross_entropy(inputs["logits"], inputs["labels"])
    return {"loss": loss, "gradient/logits": gradient}


def _pytorch(adapter: Adapter) -> Native:
    return adapter.module.nn.functional.cross_entropy


def _tensorflow(adapter: Adapter) -> Native:
    tf = adapter.module

    def loss(logits: Native, labels: Native) -> Native:
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))

    return loss


def _jax(adapter: Adapter) -> Native:
    jax, jnp = adapter.module, adapter.operations

    def loss(logits: Native, labels: Native) -> Native:
        log_probability = jax.nn.log_softmax(logits)
        return -jnp.take_along_axis(log_probability, labels[:, None], axis=1).mean()

    return loss


def _keras(adapter: Adapter) -> Native:
    operations = adapter.operations

    def loss(logits: Native, labels: Native) -> Native:
        each = operations.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        return operations.mean(each)

    return loss


PROBE = Probe(
    id="cross_entropy",
    title="Cross-entropy",
    measures="Mean softmax cross-entropy with integer labels, and its gradient by the logits.",
    shape=f"{ROWS} rows of {CLASSES} classes",
    dtype="float32",
    # Of each number: compared, less the maximum, its exponential, added; divided, averaged.
    flops=6 * ROWS * CLASSES,
    bytes=(2 * ROWS * CLASSES + ROWS + 1) * 4,
    reference_kind="roofline",
    criterion="training_speed",
    families=(("llm", 0.2), ("transformer", 0.2), ("cnn", 0.1), ("mlp", 0.1), ("other", 0.1)),
    tolerances={"float32": 2e-5},
    cost_s=16.0,
    trains=True,
    draw=_draw,
    solve=_solve,
    data=("logits", "labels"),
    builders={
        "pytorch": gradient_operation(_pytorch, ("logits",)),
        "tensorflow": gradient_operation(_tensorflow, ("logits",)),
        "jax": gradient_operation(_jax, ("logits",)),
        "keras": gradient_operation(_keras, ("logits",)),
    },
)
PROBES = (PROBE,)
