"""One training step of a residual network: ResNet-18 at a quarter of its width, on small images.

Four stages of two basic blocks, convolutions 3x3 without bias, batch normalisation by the batch,
projections 1x1 where a block halves the image; the stem is one convolution 3x3, as papers have it
for images of CIFAR's size. He, Zhang, Ren and Sun, Deep Residual Learning (2016), section 4.2.

SiLU stands in for ReLU, whose slope jumps: among a million activations there is mostly one so close
to 0 that float32 puts it on the other side, and the gradient of a whole channel moves by per cent.

Running averages, which only inference needs, are kept by Keras' layers alone: a few numbers for
each channel.
"""

from __future__ import annotations

import numpy as np

from framework_probes.layers import IMAGES_EPSILON, Layers
from framework_probes.probe import Array, Native, normal
from framework_probes.reference_math import taps
from framework_probes.train_steps import Classifier, dense_weights, labels
from framework_probes.training import Weights

BATCH, SIDE, CLASSES = 8, 32, 10
STAGES, BLOCKS = (16, 32, 64, 128), 2


def _convolutions() -> dict[str, tuple[tuple[int, int, int, int], int]]:
    """Kernel and side of the result of each, in order."""
    found = {"stem": ((3, 3, 3, STAGES[0]), SIDE)}
    inward = STAGES[0]
    for stage, width in enumerate(STAGES):
        side = SIDE >> stage
        for block in range(BLOCKS):
            name = f"stage{stage}_block{block}"
            found[f"{name}_first"] = ((3, 3, inward, width), side)
            found[f"{name}_second"] = ((3, 3, width, width), side)
            if inward != width:
                found[f"{name}_shortcut"] = ((1, 1, inward, width), side)
            inward = width
    return found


CONVOLUTIONS = _convolutions()


def _network(layers: Layers, w: Weights, x: Native) -> Native:
    def normed(x: Native, name: str, stride: int = 1) -> Native:
        pad = CONVOLUTIONS[name][0][0] // 2
        z = layers.convolve(x, w[f"{name}.kernel"], stride=stride, pad=pad)
        return layers.batch_norm(z, w[f"{name}_norm.scale"], w[f"{name}_norm.shift"])

    h = layers.silu(normed(layers.images(x), "stem"))
    for stage in range(len(STAGES)):
        for block in range(BLOCKS):
            name = f"stage{stage}_block{block}"
            projects = f"{name}_shortcut" in CONVOLUTIONS
            stride = 2 if projects else 1
            shortcut = normed(h, f"{name}_shortcut", stride) if projects else h
            inner = layers.silu(normed(h, f"{name}_first", stride))
            h = layers.silu(normed(inner, f"{name}_second") + shortcut)
    return layers.dense(layers.mean_pixels(h), w["dense.kernel"], w["dense.bias"])


def _model(keras: Native) -> Native:
    layers = keras.layers

    def normed(x: Native, name: str, stride: int = 1) -> Native:
        (size, _, _, width), _ = CONVOLUTIONS[name]
        if size == 3 and stride == 2:
            # As Keras' own residual networks: its "same" pads one side alone here.
            x, padding = layers.ZeroPadding2D(1)(x), "valid"
        else:
            padding = "same"
        z = layers.Conv2D(width, size, stride, padding, use_bias=False, name=name)(x)
        return layers.BatchNormalization(epsilon=IMAGES_EPSILON, name=f"{name}_norm")(z)

    x = layers.Input((SIDE, SIDE, 3))
    h = layers.Activation("silu")(normed(x, "stem"))
    for stage in range(len(STAGES)):
        for block in range(BLOCKS):
            name = f"stage{stage}_block{block}"
            projects = f"{name}_shortcut" in CONVOLUTIONS
            stride = 2 if projects else 1
            shortcut = normed(h, f"{name}_shortcut", stride) if projects else h
            inner = layers.Activation("silu")(normed(h, f"{name}_first", stride))
            h = layers.Activation("silu")(layers.Add()([normed(inner, f"{name}_second"), shortcut]))
    pooled = layers.GlobalAveragePooling2D()(h)
    return keras.Model(x, layers.Dense(CLASSES, name="dense")(pooled))


def _weights(generator: np.random.Generator) -> dict[str, Array]:
    drawn: dict[str, Array] = {}
    for name, (shape, _) in CONVOLUTIONS.items():
        scale = float((2.0 / np.prod(shape[:-1])) ** 0.5)
        drawn[f"{name}.kernel"] = normal(generator, *shape, scale=scale)
        # Below 1, where float32 keeps a change of one thousandth with a digit more.
        drawn[f"{name}_norm.scale"] = normal(generator, shape[-1], scale=0.05, mean=0.7)
        drawn[f"{name}_norm.shift"] = normal(generator, shape[-1], scale=0.1)
    return drawn | dense_weights(generator, "dense", (STAGES[-1], CLASSES))


def _data(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "x": normal(generator, BATCH, SIDE, SIDE, 3),
        "labels": labels(generator, BATCH, CLASSES),
    }


def _products(name: str) -> int:
    """Multiplications of one of the convolutions, forward."""
    (width, _, inward, outward), side = CONVOLUTIONS[name]
    halves = f"{name.rpartition('_')[0]}_shortcut" in CONVOLUTIONS and not name.endswith("_second")
    stride = 2 if halves else 1
    return BATCH * taps(side * stride, width, stride, width // 2) ** 2 * inward * outward


_PRODUCTS = {name: _products(name) for name in CONVOLUTIONS}
PROBE = Classifier(
    _network,
    _model,
    _weights,
    _data,
    products=sum(_PRODUCTS.values()) + BATCH * STAGES[-1] * CLASSES,
    first=_PRODUCTS["stem"],
    images=True,
).probe(
    "resnet_train_step",
    title="Training step of a residual network",
    measures="Forward, backward and Adam of ResNet-18's blocks at a quarter of their width.",
    shape=f"{BATCH}x{SIDE}x{SIDE}x3; 4 stages of {', '.join(map(str, STAGES))} channels, "
    f"{BLOCKS} blocks each",
    families=(("cnn", 1.0), ("diffusion", 0.5), ("speech", 0.3), ("other", 0.2)),
    cost_s=53.0,
)
PROBES = (PROBE,)
