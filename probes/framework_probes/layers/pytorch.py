"""Layers of PyTorch: ``torch.nn.functional``. Images are NCHW with channels_last memory."""

from __future__ import annotations

from collections.abc import Sequence

from framework_probes.layers import IMAGES_EPSILON, TOKENS_EPSILON, Layers
from framework_probes.probe import Native


class TorchLayers:
    """See :class:`~framework_probes.layers.Layers`."""

    def __init__(self, torch: Native) -> None:
        self._torch = torch
        self._f = torch.nn.functional

    def images(self, x: Native) -> Native:
        """A permuted view of NHWC memory is what PyTorch calls channels_last."""
        return x.permute(0, 3, 1, 2)

    def rows(self, x: Native) -> Native:
        """A view, as the memory is NHWC."""
        return x.permute(0, 2, 3, 1).flatten(1)

    def dense(self, x: Native, kernel: Native, bias: Native) -> Native:
        """``linear``: PyTorch's kernels are (out, in)."""
        return self._f.linear(x, kernel, bias)

    def convolve(
        self, x: Native, kernel: Native, bias: Native = None, *, stride: int = 1, pad: int = 0
    ) -> Native:
        """``conv2d``."""
        return self._f.conv2d(x, kernel, bias, stride, pad)

    def max_pool(self, x: Native) -> Native:
        """``max_pool2d``."""
        return self._f.max_pool2d(x, 2)

    def mean_pixels(self, x: Native) -> Native:
        """The mean of the last two axes."""
        return x.mean((2, 3))

    def batch_norm(self, x: Native, scale: Native, shift: Native) -> Native:
        """``batch_norm`` without running averages."""
        return self._f.batch_norm(x, None, None, scale, shift, training=True, eps=IMAGES_EPSILON)

    def layer_norm(self, x: Native, scale: Native, shift: Native) -> Native:
        """``layer_norm``."""
        return self._f.layer_norm(x, x.shape[-1:], scale, shift, TOKENS_EPSILON)

    def relu(self, x: Native) -> Native:
        """``relu``."""
        return self._f.relu(x)

    def gelu(self, x: Native) -> Native:
        """``gelu``."""
        return self._f.gelu(x)

    def silu(self, x: Native) -> Native:
        """``silu``."""
        return self._f.silu(x)

    def attention(self, query: Native, key: Native, value: Native, heads: int) -> Native:
        """``scaled_dot_product_attention`` of views with heads before the sequence."""
        batch, sequence, width = query.shape
        q, k, v = (
            x.view(batch, sequence, heads, width // heads).transpose(1, 2)
            for x in (query, key, value)
        )
        y = self._f.scaled_dot_product_attention(q, k, v)
        return y.transpose(1, 2).reshape(batch, sequence, width)

    def mean_tokens(self, x: Native) -> Native:
        """The mean of the second axis."""
        return x.mean(1)

    def embed(self, table: Native, ids: Native) -> Native:
        """``embedding``, with a dense gradient."""
        return self._f.embedding(ids, table)

    def column(self, x: Native, number: int) -> Native:
        """A view."""
        return x[:, number]

    def concatenate(self, parts: Sequence[Native]) -> Native:
        """``cat``."""
        return self._torch.cat(tuple(parts), -1)


def layers(torch: Native) -> Layers:
    """PyTorch's."""
    return TorchLayers(torch)
