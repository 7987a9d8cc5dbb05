"""Layers of TensorFlow: functions of ``tf.nn``. Images are NHWC."""

from __future__ import annotations

import math
from collections.abc import Sequence

from framework_probes.layers import IMAGES_EPSILON, TOKENS_EPSILON, Layers
from framework_probes.probe import Native


class TensorFlowLayers:
    """See :class:`~framework_probes.layers.Layers`."""

    def __init__(self, tf: Native) -> None:
        self._tf = tf
        self._nn = tf.nn

    def images(self, x: Native) -> Native:
        """As they are."""
        return x

    def rows(self, x: Native) -> Native:
        """Reshaped; how many images there are may be open."""
        return self._tf.reshape(x, (-1, math.prod(x.shape[1:])))

    def dense(self, x: Native, kernel: Native, bias: Native) -> Native:
        """Of tokens one large product instead of a batch of small ones."""
        tf = self._tf
        if len(x.shape) == 2:
            return self._nn.bias_add(tf.matmul(x, kernel), bias)
        flat = tf.reshape(x, (-1, x.shape[-1]))
        y = self._nn.bias_add(tf.matmul(flat, kernel), bias)
        return tf.reshape(y, (-1, *x.shape[1:-1], y.shape[-1]))

    def convolve(
        self, x: Native, kernel: Native, bias: Native = None, *, stride: int = 1, pad: int = 0
    ) -> Native:
        """``conv2d``; its own "SAME" pads less on one side where the stride is 2."""
        sides = (pad, pad)
        padding = ((0, 0), sides, sides, (0, 0)) if pad else "VALID"
        y = self._nn.conv2d(x, kernel, stride, padding)
        return y if bias is None else self._nn.bias_add(y, bias)

    def max_pool(self, x: Native) -> Native:
        """``max_pool2d``."""
        return self._nn.max_pool2d(x, 2, 2, "VALID")

    def mean_pixels(self, x: Native) -> Native:
        """The mean of the middle axes."""
        return self._tf.reduce_mean(x, (1, 2))

    def batch_norm(self, x: Native, scale: Native, shift: Native) -> Native:
        """The fused kernel."""
        return self._tf.compat.v1.nn.fused_batch_norm(
            x, scale, shift, epsilon=IMAGES_EPSILON, is_training=True
        )[0]

    def layer_norm(self, x: Native, scale: Native, shift: Native) -> Native:
        """Moments and ``batch_normalization``, as TensorFlow has no kernel for it."""
        mean, variance = self._nn.moments(x, axes=[-1], keepdims=True)
        return self._nn.batch_normalization(x, mean, variance, shift, scale, TOKENS_EPSILON)

    def relu(self, x: Native) -> Native:
        """``relu``."""
        return self._nn.relu(x)

    def gelu(self, x: Native) -> Native:
        """``gelu``, which is the exact one only if asked."""
        return self._nn.gelu(x, approximate=False)

    def silu(self, x: Native) -> Native:
        """``silu``."""
        return self._nn.silu(x)

    def attention(self, query: Native, key: Native, value: Native, heads: int) -> Native:
        """Two products and a softmax, heads before the sequence."""
        tf = self._tf
        _, sequence, width = query.shape
        depth = width // heads
        q, k, v = (
            tf.transpose(tf.reshape(x, (-1, sequence, heads, depth)), (0, 2, 1, 3))
            for x in (query, key, value)
        )
        weight = self._nn.softmax(tf.matmul(q * depth**-0.5, k, transpose_b=True))
        y = tf.transpose(tf.matmul(weight, v), (0, 2, 1, 3))
        return tf.reshape(y, (-1, sequence, width))

    def mean_tokens(self, x: Native) -> Native:
        """The mean of the second axis."""
        return self._tf.reduce_mean(x, 1)

    def embed(self, table: Native, ids: Native) -> Native:
        """``embedding_lookup``."""
        return self._nn.embedding_lookup(table, ids)

    def column(self, x: Native, number: int) -> Native:
        """A slice."""
        return x[:, number]

    def concatenate(self, parts: Sequence[Native]) -> Native:
        """``concat``."""
        return self._tf.concat(list(parts), -1)


def layers(tf: Native) -> Layers:
    """TensorFlow's."""
    return TensorFlowLayers(tf)
