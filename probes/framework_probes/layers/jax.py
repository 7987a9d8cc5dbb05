"""Layers of JAX: ``jax.lax``, ``jax.nn`` and ``jax.numpy``. Images are NHWC."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import numpy as np

from framework_probes.layers import IMAGES_EPSILON, TOKENS_EPSILON, Layers
from framework_probes.probe import Native


class JaxLayers:
    """See :class:`~framework_probes.layers.Layers`."""

    def __init__(self, jax: Native) -> None:
        self._jax = jax
        self._jnp = import_module("jax.numpy")

    def images(self, x: Native) -> Native:
        """As they are."""
        return x

    def rows(self, x: Native) -> Native:
        """Reshaped."""
        return x.reshape(x.shape[0], -1)

    def dense(self, x: Native, kernel: Native, bias: Native) -> Native:
        """A product and a sum."""
        return x @ kernel + bias

    def convolve(
        self, x: Native, kernel: Native, bias: Native = None, *, stride: int = 1, pad: int = 0
    ) -> Native:
        """``conv_general_dilated``."""
        y = self._jax.lax.conv_general_dilated(
            x,
            kernel,
            (stride, stride),
            ((pad, pad), (pad, pad)),
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        return y if bias is None else y + bias

    def max_pool(self, x: Native) -> Native:
        """``reduce_window``."""
        lax = self._jax.lax
        return lax.reduce_window(x, -np.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def mean_pixels(self, x: Native) -> Native:
        """The mean of the middle axes."""
        return x.mean((1, 2))

    def batch_norm(self, x: Native, scale: Native, shift: Native) -> Native:
        """By its formula."""
        return self._normed(x, (0, 1, 2), IMAGES_EPSILON) * scale + shift

    def layer_norm(self, x: Native, scale: Native, shift: Native) -> Native:
        """By its formula."""
        return self._normed(x, -1, TOKENS_EPSILON) * scale + shift

    def relu(self, x: Native) -> Native:
        """``relu``."""
        return self._jax.nn.relu(x)

    def gelu(self, x: Native) -> Native:
        """``gelu``, which is the exact one only if asked."""
        return self._jax.nn.gelu(x, approximate=False)

    def silu(self, x: Native) -> Native:
        """``silu``."""
        return self._jax.nn.silu(x)

    def attention(self, query: Native, key: Native, value: Native, heads: int) -> Native:
        """``dot_product_attention``, heads after the sequence."""
        shape = (*query.shape[:2], heads, -1)
        q, k, v = (x.reshape(shape) for x in (query, key, value))
        return self._jax.nn.dot_product_attention(q, k, v).reshape(query.shape)

    def mean_tokens(self, x: Native) -> Native:
        """The mean of the second axis."""
        return x.mean(1)

    def embed(self, table: Native, ids: Native) -> Native:
        """``take``, as Flax does."""
        return self._jnp.take(table, ids, axis=0)

    def column(self, x: Native, number: int) -> Native:
        """A slice."""
        return x[:, number]

    def concatenate(self, parts: Sequence[Native]) -> Native:
        """``concatenate``."""
        return self._jnp.concatenate(parts, -1)

    def lstm(self, x: Native, kernel: Native, recurrent: Native, bias: Native) -> Native:
        """The last output of a scan, its product with the inputs taken out of the loop."""
        jnp = self._jnp
        start = jnp.zeros((x.shape[0], recurrent.shape[0]), x.dtype)
        gates = jnp.swapaxes(x @ kernel + bias, 0, 1)
        (h, _, _), _ = self._jax.lax.scan(self._advance, (start, start, recurrent), gates)
        return h

    def _advance(self, state: Native, z: Native) -> Native:
        nn, jnp = self._jax.nn, self._jnp
        h, c, recurrent = state
        i, f, g, o = jnp.split(z + h @ recurrent, 4, axis=1)
        c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
        return (nn.sigmoid(o) * jnp.tanh(c), c, recurrent), None

    def _normed(self, x: Native, axes: int | tuple[int, ...], epsilon: float) -> Native:
        centred = x - x.mean(axes, keepdims=True)
        variance = self._jnp.square(centred).mean(axes, keepdims=True)
        return centred * self._jax.lax.rsqrt(variance + epsilon)


def layers(jax: Native) -> Layers:
    """JAX's."""
    return JaxLayers(jax)
