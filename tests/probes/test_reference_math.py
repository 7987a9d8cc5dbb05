"""The layers that references are made of, against plain loops and finite differences."""

import math

import numpy as np
import pytest

from framework_probes import reference_math as layer

GENERATOR = np.random.default_rng(5)


def test_convolution_is_the_sum_over_a_window() -> None:
    x, kernel = GENERATOR.normal(size=(2, 5, 6, 3)), GENERATOR.normal(size=(3, 2, 3, 4))
    y = layer.convolve(x, kernel)
    assert y.shape == (2, 3, 5, 4)
    for n, i, j, f in np.ndindex(y.shape):
        expected = sum(
            x[n, i + a, j + b, c] * kernel[a, b, c, f]
            for a in range(3)
            for b in range(2)
            for c in range(3)
        )
        assert y[n, i, j, f] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("size", "width", "stride", "pad"), [(5, 3, 1, 1), (8, 3, 2, 1), (8, 1, 2, 0)]
)
def test_taps_on_real_pixels_are_counted(size: int, width: int, stride: int, pad: int) -> None:
    row = np.pad(np.ones(size), pad)
    places = range(0, len(row) - width + 1, stride)
    assert layer.taps(size, width, stride, pad) == sum(row[p : p + width].sum() for p in places)


def test_convolution_gradients_are_slopes() -> None:
    x, kernel = GENERATOR.normal(size=(2, 5, 5, 2)), GENERATOR.normal(size=(3, 3, 2, 3))
    dy = GENERATOR.normal(size=(2, 3, 3, 3))
    dx = layer.convolve_by_images(kernel, dy)
    dkernel = layer.convolve_by_kernel(x, (3, 3), dy)
    for place, gradient, at in ((0, dx, x), (1, dkernel, kernel)):
        direction = GENERATOR.normal(size=at.shape)

        def value(step: float, place: int = place, direction: np.ndarray = direction) -> float:
            arguments = [x, kernel]
            arguments[place] = arguments[place] + step * direction
            return float((layer.convolve(*arguments) * dy).sum())

        assert (value(1e-4) - value(-1e-4)) / 2e-4 == pytest.approx(
            float((gradient * direction).sum()), rel=1e-6
        )


def test_pooling_takes_the_largest_of_four_and_drops_the_odd_edge() -> None:
    x = np.arange(25.0).reshape(1, 5, 5, 1)
    assert layer.pool(x)[0, :, :, 0].tolist() == [[6.0, 8.0], [16.0, 18.0]]


def test_pooling_sends_the_gradient_to_the_largest_alone() -> None:
    x = np.zeros((1, 5, 5, 1))
    x[0, 0, 1, 0] = x[0, 3, 2, 0] = 1.0
    dx = layer.pool_backward(x, np.array([[2.0, 0.0], [0.0, 3.0]]).reshape(1, 2, 2, 1))
    assert dx[0, 0, 1, 0] == 2.0
    assert dx[0, 3, 2, 0] == 3.0
    assert dx.sum() == 5.0


def test_cross_entropy_of_even_odds_is_the_logarithm_of_their_number() -> None:
    loss, gradient = layer.cross_entropy(np.zeros((2, 10)), np.array([3, 7]))
    assert loss == pytest.approx(math.log(10))
    assert gradient.sum() == pytest.approx(0.0)
    assert gradient[0, 3] == pytest.approx((0.1 - 1) / 2)


def test_cross_entropy_survives_large_logits() -> None:
    loss, gradient = layer.cross_entropy(np.array([[1e4, 0.0]]), np.array([1]))
    assert loss == pytest.approx(1e4)
    assert np.isfinite(gradient).all()


def test_normalised_layers_have_mean_0_and_variance_1() -> None:
    x = GENERATOR.normal(3, 5, size=(4, 64))
    y = layer.layer_norm(x, np.ones(64), np.zeros(64), 0.0)
    assert y.mean(axis=1) == pytest.approx(np.zeros(4), abs=1e-12)
    assert y.var(axis=1) == pytest.approx(np.ones(4))


def test_softmax_sums_to_1_and_keeps_ratios() -> None:
    y = layer.softmax(np.log(np.array([[1.0, 2.0, 5.0]])) + 700)
    assert y == pytest.approx(np.array([[0.125, 0.25, 0.625]]))


def test_gelu_is_the_exact_one() -> None:
    x = np.array([-1.0, 0.0, 1.0, 2.0])
    # x times the standard normal distribution function, from its table.
    assert layer.gelu(x) == pytest.approx(np.array([-0.15866, 0.0, 0.84134, 1.95450]), abs=1e-5)
