"""Convolution 3x3 alone, stride 1, same padding, in every framework's own layout of images.

Two shapes are of Baidu's DeepBench, ``code/kernels/conv_problems.h``, both as ResNet has them:
(w, h, c, n, k) = (56, 56, 64, 1, 64) of its inference set for servers, and (14, 14, 256, 8, 256) of
its training set.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.operation import image_operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal
from framework_probes.reference_math import convolve, taps

#: Images, side, channels in and out.
MEDIUM, SMALL = (8, 28, 64, 128), (4, 14, 32, 32)
DEEPBENCH = {"one_image": (1, 56, 64, 64), "deep": (8, 14, 256, 256)}


def _drawn(
    images: int, side: int, inward: int, outward: int
) -> Callable[[np.random.Generator], dict[str, Array]]:
    def draw(generator: np.random.Generator) -> dict[str, Array]:
        return {
            "x": normal(generator, images, side, side, inward),
            "kernel": normal(generator, 3, 3, inward, outward, scale=(9 * inward) ** -0.5),
        }

    return draw


def _solve(inputs: Arrays) -> dict[str, Array]:
    padded = np.pad(inputs["x"], ((0, 0), (1, 1), (1, 1), (0, 0)))
    return {"y": convolve(padded, inputs["kernel"])}


def _pytorch(adapter: Adapter) -> Native:
    return lambda x, kernel: adapter.module.nn.functional.conv2d(x, kernel, padding=1)


def _tensorflow(adapter: Adapter) -> Native:
    conv2d, layout = adapter.module.nn.conv2d, adapter.layout or "NHWC"
    return lambda x, kernel: conv2d(x, kernel, strides=1, padding="SAME", data_format=layout)


def _jax(adapter: Adapter) -> Native:
    convolve, layout = adapter.module.lax.conv_general_dilated, adapter.layout or "NHWC"
    numbers = (layout, "HWIO", layout)
    return lambda x, kernel: convolve(x, kernel, (1, 1), "SAME", dimension_numbers=numbers)


def _keras(adapter: Adapter) -> Native:
    conv = adapter.operations.conv
    order = "channels_first" if adapter.layout == "NCHW" else "channels_last"
    return lambda x, kernel: conv(x, kernel, padding="same", data_format=order)


def _of(
    id_: str,
    title: str,
    images: int,
    side: int,
    inward: int,
    outward: int,
    layouts: tuple[str, ...] = ("NCHW",),
) -> Probe:
    pixels = images * side * side
    return Probe(
        id=id_,
        title=title,
        measures="Convolution 3x3 alone, forward.",
        shape=f"{images}x{side}x{side}x{inward}, kernel 3x3x{inward}x{outward}, same padding",
        dtype="float32",
        flops=2 * images * taps(side, 3, pad=1) ** 2 * inward * outward,
        bytes=(pixels * (inward + outward) + 9 * inward * outward) * 4,
        reference_kind="roofline",
        criterion="inference_speed",
        families=(("cnn", 0.5), ("diffusion", 0.3), ("speech", 0.2), ("other", 0.1)),
        tolerances={"float32": 2e-5},
        cost_s=9.0,
        trains=False,
        draw=_drawn(images, side, inward, outward),
        solve=_solve,
        data=("x",),
        layouts=layouts,
        builders={
            "pytorch": image_operation(_pytorch),
            "tensorflow": image_operation(_tensorflow),
            "jax": image_operation(_jax),
            "keras": image_operation(_keras),
        },
    )


PROBE = _of("convolution", "Convolution", *MEDIUM)
PROBES = (
    PROBE,
    _of("convolution.small", "Convolution, small", *SMALL),
    *(
        _of(f"convolution.{case}", f"Convolution, {case.replace('_', ' ')}", *shape, layouts=())
        for case, shape in DEEPBENCH.items()
    ),
)
