"""One training step of a small image classifier: the network that beginners' articles build.

Convolution 32, pooling, convolution 64, pooling, dense 64, dense 10, on 28 x 28 grey images, no
padding; mean softmax cross-entropy, Adam by hand (see ``framework_probes.training``). Flattening
follows the neutral layout NHWC everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes import reference_math as layer
from framework_probes.frameworks import keras
from framework_probes.keras_training import keras_fit
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, Program, normal
from framework_probes.training import (
    Weights,
    carried,
    derive_step,
    draw_state,
    part,
    reference_step,
)
from framework_probes.training_loops import (
    TORCH_LAYOUT,
    from_torch,
    jax_gradient,
    tensorflow_in_place,
    to_torch,
    torch_in_place,
)

BATCH, SIDE, CLASSES = 32, 28, 10
SHAPES = {
    "conv1": (3, 3, 1, 32),
    "conv2": (3, 3, 32, 64),
    "dense1": (5 * 5 * 64, 64),
    "dense2": (64, CLASSES),
}


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    weights = {}
    for name, shape in SHAPES.items():
        # He's scale keeps activations near 1 through the ReLUs.
        scale = (2.0 / np.prod(shape[:-1])) ** 0.5
        weights[f"{name}.kernel"] = normal(generator, *shape, scale=float(scale))
        weights[f"{name}.bias"] = normal(generator, shape[-1], scale=0.1)
    return {
        "x": normal(generator, BATCH, SIDE, SIDE, 1),
        "labels": generator.integers(0, CLASSES, BATCH, dtype=np.int32),
        **draw_state(generator, weights),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    w = part(inputs, "weight")
    z1 = layer.convolve(inputs["x"], w["conv1.kernel"]) + w["conv1.bias"]
    a1 = np.maximum(z1, 0.0)
    p1 = layer.pool(a1)
    z2 = layer.convolve(p1, w["conv2.kernel"]) + w["conv2.bias"]
    a2 = np.maximum(z2, 0.0)
    flat = layer.pool(a2).reshape(BATCH, -1)
    z3 = flat @ w["dense1.kernel"] + w["dense1.bias"]
    a3 = np.maximum(z3, 0.0)
    loss, d4 = layer.cross_entropy(a3 @ w["dense2.kernel"] + w["dense2.bias"], inputs["labels"])
    d3 = (d4 @ w["dense2.kernel"].T) * (z3 > 0)
    d2 = (d3 @ w["dense1.kernel"].T).reshape(BATCH, 5, 5, 64)
    d2 = layer.pool_backward(a2, d2) * (z2 > 0)
    dp1, dconv2 = layer.convolve_backward(p1, w["conv2.kernel"], d2)
    d1 = layer.pool_backward(a1, dp1) * (z1 > 0)
    _, dconv1 = layer.convolve_backward(inputs["x"], w["conv1.kernel"], d1)
    gradients = {
        "conv1.kernel": dconv1,
        "conv1.bias": d1.sum((0, 1, 2)),
        "conv2.kernel": dconv2,
        "conv2.bias": d2.sum((0, 1, 2)),
        "dense1.kernel": flat.T @ d3,
        "dense1.bias": d3.sum(0),
        "dense2.kernel": a3.T @ d4,
        "dense2.bias": d4.sum(0),
    }
    return reference_step(inputs, loss, gradients)


# --- PyTorch ---------------------------------------------------------------------------------


def _torch_loss(torch: Native) -> Callable[[Weights, Native, Native], Native]:
    f = torch.nn.functional

    def loss(w: Weights, x: Native, labels: Native) -> Native:
        h = f.conv2d(x.permute(0, 3, 1, 2), w["conv1.kernel"], w["conv1.bias"])
        h = f.max_pool2d(f.relu(h), 2)
        h = f.max_pool2d(f.relu(f.conv2d(h, w["conv2.kernel"], w["conv2.bias"])), 2)
        h = h.permute(0, 2, 3, 1).reshape(BATCH, -1)
        h = f.relu(f.linear(h, w["dense1.kernel"], w["dense1.bias"]))
        return f.cross_entropy(f.linear(h, w["dense2.kernel"], w["dense2.bias"]), labels)

    return loss


def _pytorch(adapter: Adapter, inputs: Arrays) -> Program:
    torch = adapter.module
    loss = _torch_loss(torch)
    if adapter.tier == "compiled":
        # As one function of the state, the whole step becomes one graph. Compiling the loss alone
        # leaves its layouts to the backward pass, which doubled the time when this was written.
        value = torch.func.grad_and_value(loss)

        def gradient(w: Native, x: Native, labels: Native) -> tuple[Native, Native]:
            gradients, result = value(w, x, labels)
            return result, gradients

        return carried(adapter, inputs, gradient, TORCH_LAYOUT, to_torch, from_torch)
    weights = {
        name: adapter.array(to_torch(value)).requires_grad_()
        for name, value in part(inputs, "weight").items()
    }
    return torch_in_place(
        adapter, inputs, weights, lambda x, y: loss(weights, x, y), TORCH_LAYOUT, native=True
    )


# --- TensorFlow ------------------------------------------------------------------------------


def _tensorflow(adapter: Adapter, inputs: Arrays) -> Program:
    nn = adapter.module.nn
    w = {n: adapter.module.Variable(v) for n, v in part(inputs, "weight").items()}

    def forward(x: Native) -> Native:
        h = nn.bias_add(nn.conv2d(x, w["conv1.kernel"], 1, "VALID"), w["conv1.bias"])
        h = nn.max_pool2d(nn.relu(h), 2, 2, "VALID")
        h = nn.bias_add(nn.conv2d(h, w["conv2.kernel"], 1, "VALID"), w["conv2.bias"])
        h = nn.max_pool2d(nn.relu(h), 2, 2, "VALID")
        h = adapter.module.reshape(h, (BATCH, -1))
        h = nn.relu(nn.bias_add(adapter.module.matmul(h, w["dense1.kernel"]), w["dense1.bias"]))
        return nn.bias_add(adapter.module.matmul(h, w["dense2.kernel"]), w["dense2.bias"])

    return tensorflow_in_place(adapter, inputs, w, forward)


# --- JAX -------------------------------------------------------------------------------------


def _jax(adapter: Adapter, inputs: Arrays) -> Program:
    jax, lax = adapter.module, adapter.module.lax

    def convolve(x: Native, w: Weights, name: str) -> Native:
        z = lax.conv_general_dilated(
            x, w[f"{name}.kernel"], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        return jax.nn.relu(z + w[f"{name}.bias"])

    def pool(x: Native) -> Native:
        return lax.reduce_window(x, -np.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def forward(w: Weights, x: Native) -> Native:
        h = pool(convolve(pool(convolve(x, w, "conv1")), w, "conv2")).reshape(BATCH, -1)
        h = jax.nn.relu(h @ w["dense1.kernel"] + w["dense1.bias"])
        return h @ w["dense2.kernel"] + w["dense2.bias"]

    return carried(adapter, inputs, jax_gradient(jax, forward), "NHWC")


# --- Keras -----------------------------------------------------------------------------------


def _keras(adapter: Adapter, inputs: Arrays) -> Program:
    """Keras layers in the training loop that Keras documents for each back end."""
    layers = adapter.module.layers
    model = adapter.module.Sequential(
        [
            layers.Input((SIDE, SIDE, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES),
        ]
    )
    values = part(inputs, "weight")
    model.set_weights(list(values.values()))
    names = list(values)
    backend = adapter.backend
    if keras.fits(adapter):
        return keras_fit(adapter, inputs, model, names)
    if backend.subject == "jax":

        def forward(w: Weights, x: Native) -> Native:
            weights = [w[name] for name in names]
            return model.stateless_call(weights, [], x, training=True)[0]

        return carried(adapter, inputs, jax_gradient(backend.module, forward), "NHWC")
    variables = {n: v.value for n, v in zip(names, model.trainable_variables, strict=True)}
    if backend.subject == "tensorflow":
        return tensorflow_in_place(adapter, inputs, variables, lambda x: model(x, training=True))
    cross_entropy = backend.module.nn.functional.cross_entropy
    return torch_in_place(
        adapter,
        inputs,
        variables,
        lambda x, labels: cross_entropy(model(x, training=True), labels),
        "NHWC",
        native=False,
    )


def _flops() -> int:
    """Forward products, counted three times: backward takes two products for each of them."""
    pixels = {"conv1": 26 * 26, "conv2": 11 * 11, "dense1": 1, "dense2": 1}
    forward = {n: 2 * BATCH * pixels[n] * int(np.prod(s)) for n, s in SHAPES.items()}
    # The gradient by the images themselves is never needed.
    return 3 * sum(forward.values()) - forward["conv1"]


def _bytes() -> int:
    """Inputs and Adam's state read, the state written."""
    arrays = _draw(np.random.default_rng(0))
    state = sum(v.nbytes for n, v in arrays.items() if "/" in n)
    return sum(v.nbytes for v in arrays.values()) + state


PROBE = Probe(
    id="cnn_train_step",
    title="Training step of a small CNN",
    measures="Forward, backward and Adam of a two-convolution image classifier.",
    shape=f"{BATCH}x{SIDE}x{SIDE}x1; conv 32, pool, conv 64, pool, dense 64, dense {CLASSES}",
    dtype="float32",
    flops=_flops(),
    bytes=_bytes(),
    reference_kind="roofline",
    criterion="training_speed",
    families=(
        ("cnn", 1.0),
        ("mlp", 0.4),
        ("diffusion", 0.3),
        ("speech", 0.3),
        ("tabular", 0.2),
        ("reinforcement_learning", 0.3),
        ("other", 0.2),
    ),
    # A change of 1e-3 in weights near 1 keeps four digits of float32, not seven.
    tolerances={"float32": 2e-4},
    cost_s=65.0,
    trains=True,
    draw=_draw,
    solve=_solve,
    data=("x", "labels"),
    layers=True,
    derive=derive_step,
    builders={"pytorch": _pytorch, "tensorflow": _tensorflow, "jax": _jax, "keras": _keras},
)
PROBES = (PROBE,)
