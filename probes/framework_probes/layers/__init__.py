"""What networks are made of, in each framework's own words.

A network is written once, as a function of layers, weights and data; every framework then does the
same work as its users would write it. Kernels of dense layers are (in, out) and of convolutions
HWIO in the neutral form; each framework gets its own, see ``training_loops.TORCH_TURNS``. The
layers of NumPy are recorded, and give the reference and its gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

from framework_probes.probe import Adapter, Native

#: Added to variances, of images and of tokens. TensorFlow's kernel raises less than 1e-5.
IMAGES_EPSILON, TOKENS_EPSILON = 1e-3, 1e-5


class Layers(Protocol):
    """The layers of one framework. What they take and give are its arrays."""

    def images(self, x: Native, /) -> Native:
        """Images, from NHWC to the layout that the other layers take."""

    def rows(self, x: Native, /) -> Native:
        """Each image as one row, in the order of NHWC."""

    def dense(self, x: Native, kernel: Native, bias: Native, /) -> Native:
        """The product with the kernel, plus bias, over the last axis."""

    def convolve(
        self, x: Native, kernel: Native, /, bias: Native = None, *, stride: int = 1, pad: int = 0
    ) -> Native:
        """Cross-correlation, with so many zeros on each side of an image."""

    def max_pool(self, x: Native, /) -> Native:
        """The largest of every 2 x 2 pixels; an odd last row or column is dropped."""

    def mean_pixels(self, x: Native, /) -> Native:
        """The mean of each channel."""

    def batch_norm(self, x: Native, scale: Native, shift: Native, /) -> Native:
        """Of images, by the mean and variance of the batch."""

    def layer_norm(self, x: Native, scale: Native, shift: Native, /) -> Native:
        """Over the last axis."""

    def relu(self, x: Native, /) -> Native:
        """What is negative becomes zero."""

    def gelu(self, x: Native, /) -> Native:
        """The exact one."""

    def silu(self, x: Native, /) -> Native:
        """Each number times its logistic function."""

    def attention(self, query: Native, key: Native, value: Native, heads: int, /) -> Native:
        """Scaled dot-product attention by heads, of (batch, sequence, width)."""

    def mean_tokens(self, x: Native, /) -> Native:
        """The mean over the sequence."""

    def embed(self, table: Native, ids: Native, /) -> Native:
        """Rows of a table by their numbers."""

    def column(self, x: Native, number: int, /) -> Native:
        """One column of a matrix."""

    def concatenate(self, parts: Sequence[Native], /) -> Native:
        """Joined over the last axis."""


#: From layers, weights by name and data to what the network gives.
Network = Callable[[Layers, Mapping[str, Native], Native], Native]


def layers_of(adapter: Adapter) -> Layers:
    """The layers of the adapter's framework; Keras has its own."""
    module = import_module(f"{__name__}.{adapter.subject}")
    return cast(Layers, module.layers(adapter.module))
