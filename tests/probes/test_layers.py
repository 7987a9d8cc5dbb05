"""Layers that remember how they came about: their way back is the slope of their way forth."""

from collections.abc import Callable

import numpy as np
import pytest

from framework_probes.layers.recorded import Recorded, RecordedLayers, walk_back

LAYERS = RecordedLayers()
GENERATOR = np.random.default_rng(8)
Function = Callable[..., Recorded]
IMAGES, TOKENS, CHANNELS, WIDTH = (2, 5, 6, 3), (2, 4, 6), (3,), (6,)
CASES: dict[str, tuple[Function, tuple[tuple[int, ...], ...]]] = {
    "sum": (lambda a, b: a + b, (TOKENS, WIDTH)),
    "product": (lambda a, b: a * b, (TOKENS, TOKENS)),
    "square": (lambda a: a * a, (TOKENS,)),
    "rows": (LAYERS.rows, (IMAGES,)),
    "dense": (LAYERS.dense, (TOKENS, (6, 3), (3,))),
    "convolve": (LAYERS.convolve, (IMAGES, (3, 3, 3, 2), (2,))),
    "convolve padded": (lambda x, k: LAYERS.convolve(x, k, pad=1), (IMAGES, (3, 3, 3, 2))),
    "convolve every second": (
        lambda x, k: LAYERS.convolve(x, k, stride=2, pad=1),
        (IMAGES, (3, 3, 3, 2)),
    ),
    "project every second": (lambda x, k: LAYERS.convolve(x, k, stride=2), (IMAGES, (1, 1, 3, 2))),
    "max_pool": (LAYERS.max_pool, (IMAGES,)),
    "mean_pixels": (LAYERS.mean_pixels, (IMAGES,)),
    "batch_norm": (LAYERS.batch_norm, (IMAGES, CHANNELS, CHANNELS)),
    "layer_norm": (LAYERS.layer_norm, (TOKENS, WIDTH, WIDTH)),
    "relu": (LAYERS.relu, (TOKENS,)),
    "gelu": (LAYERS.gelu, (TOKENS,)),
    "silu": (LAYERS.silu, (TOKENS,)),
    "tanh": (LAYERS.tanh, (TOKENS,)),
    "attention": (lambda q, k, v: LAYERS.attention(q, k, v, 2), (TOKENS, TOKENS, TOKENS)),
    "mean_tokens": (LAYERS.mean_tokens, (TOKENS,)),
    "embed": (lambda t: LAYERS.embed(t, Recorded(np.array([[1, 3], [1, 0]]))), ((5, 3),)),
    "column": (lambda x: LAYERS.column(x, 1), ((4, 3),)),
    "concatenate": (lambda a, b: LAYERS.concatenate([a, b, a]), (TOKENS, (2, 4, 3))),
    "lstm": (LAYERS.lstm, ((2, 3, 4), (4, 20), (5, 20), (20,))),
}


@pytest.mark.parametrize("name", CASES)
def test_the_way_back_of_a_layer_is_its_slope(name: str) -> None:
    function, shapes = CASES[name]
    values = [GENERATOR.normal(size=shape) for shape in shapes]
    directions = [GENERATOR.normal(size=shape) for shape in shapes]
    made_of = [Recorded(value) for value in values]
    result = function(*made_of)
    upstream = GENERATOR.normal(size=result.value.shape)
    walk_back(result, upstream)

    def total(step: float) -> float:
        moved = [Recorded(v + step * d) for v, d in zip(values, directions, strict=True)]
        return float((function(*moved).value * upstream).sum())

    found = sum(
        float((each.gradient * d).sum())
        for each, d in zip(made_of, directions, strict=True)
        if each.gradient is not None
    )
    assert (total(1e-6) - total(-1e-6)) / 2e-6 == pytest.approx(found, rel=1e-6)


def test_what_is_used_twice_gathers_both_slopes() -> None:
    x = Recorded(np.array([2.0, 3.0]))
    walk_back(x * x + x, np.ones(2))
    assert x.gradient is not None
    assert x.gradient.tolist() == [5.0, 7.0]


def test_a_convolution_of_every_second_pixel_begins_half_a_kernel_outside() -> None:
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    kernel = np.zeros((3, 3, 1, 1))
    kernel[1, 1] = 1.0
    y = LAYERS.convolve(Recorded(x), Recorded(kernel), stride=2, pad=1)
    assert y.value[0, :, :, 0].tolist() == [[0.0, 2.0], [8.0, 10.0]]
