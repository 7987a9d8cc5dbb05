"""Layers in plain NumPy, forward and backward: what the float64 references are made of.

Written for being obviously right, not for speed: a reference is computed once per worker.
Images are NHWC, kernels HWIO, dense weights (in, out).
"""

from __future__ import annotations

from math import erf, sqrt

import numpy as np

from framework_probes.probe import Array

_erf = np.vectorize(erf, otypes=[np.float64])


def windows(x: Array, height: int, width: int) -> Array:
    """All windows of stride 1: (N, H, W, C) to (N, H', W', height, width, C), a view."""
    view = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(1, 2))
    return view.transpose(0, 1, 2, 4, 5, 3)


def convolve(x: Array, kernel: Array) -> Array:
    """Cross-correlation without padding, as deep learning calls convolution.

    x (N, H, W, C) and kernel (h, w, C, F) to (N, H - h + 1, W - w + 1, F).
    """
    return np.asarray(np.tensordot(windows(x, *kernel.shape[:2]), kernel, axes=3))


def taps(size: int, width: int, stride: int = 1, pad: int = 0) -> int:
    """Products along one axis of a convolution: pairs of a tap of the kernel and a real pixel.

    A tap that falls on a zero of the padding is none: libraries skip it.
    """
    starts = range(-pad, size + pad - width + 1, stride)
    return sum(0 <= start + tap < size for start in starts for tap in range(width))


def convolve_by_images(kernel: Array, dy: Array) -> Array:
    """Gradient of :func:`convolve` by its images, given that by its result."""
    h, w = kernel.shape[:2]
    padded = np.pad(dy, ((0, 0), (h - 1, h - 1), (w - 1, w - 1), (0, 0)))
    return convolve(padded, kernel[::-1, ::-1].transpose(0, 1, 3, 2))


def convolve_by_kernel(x: Array, size: tuple[int, int], dy: Array) -> Array:
    """Gradient of :func:`convolve` by a kernel of that size, given that by its result."""
    return np.asarray(np.tensordot(windows(x, *size), dy, axes=((0, 1, 2), (0, 1, 2))))


def pool(x: Array) -> Array:
    """Maximum over 2 x 2 windows of stride 2; an odd last row or column is dropped."""
    return np.asarray(_quads(x).max(axis=(2, 4)))


def pool_backward(x: Array, dy: Array) -> Array:
    """Gradient of :func:`pool`: all of it goes to the maximum of each window.

    Continuous draws leave that unique but for zeros behind a ReLU, which stops it in any case.
    """
    quads = _quads(x)
    n, h, _, w, _, c = quads.shape
    flat = quads.transpose(0, 1, 3, 5, 2, 4).reshape(n, h, w, c, 4)
    chosen = np.eye(4)[flat.argmax(axis=-1)] * dy[..., None]
    dx = np.zeros_like(x)
    spread = chosen.reshape(n, h, w, c, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    dx[:, : 2 * h, : 2 * w] = spread.reshape(n, 2 * h, 2 * w, c)
    return dx


def cross_entropy(logits: Array, labels: Array) -> tuple[Array, Array]:
    """Mean softmax cross-entropy with integer labels, and its gradient by the logits.

    logits (N, K), labels (N,) of 0..K-1; the loss is a scalar array.
    """
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    gradient = np.exp(log_probability)
    gradient[rows, labels] -= 1.0
    return np.asarray(-log_probability[rows, labels].mean()), gradient / len(labels)


def softmax(x: Array) -> Array:
    """Softmax over the last axis."""
    exponential = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(exponential / exponential.sum(axis=-1, keepdims=True))


def sigmoid(x: Array) -> Array:
    """The logistic function."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def layer_norm(x: Array, scale: Array, shift: Array, epsilon: float) -> Array:
    """Layer normalisation over the last axis, variance without Bessel's correction."""
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)
    return np.asarray(centred / deviation * scale + shift)


def gelu(x: Array) -> Array:
    """The exact GELU, x Phi(x), of Hendrycks and Gimpel (2016); not its tanh approximation."""
    return np.asarray(x * normal_share(x))


def normal_share(x: Array) -> Array:
    """Phi, the standard normal distribution function."""
    return np.asarray(0.5 * (1.0 + _erf(x / sqrt(2.0))))


def _quads(x: Array) -> Array:
    n, height, width, c = x.shape
    h, w = height // 2, width // 2
    return x[:, : 2 * h, : 2 * w].reshape(n, h, 2, w, 2, c)
