"""Layers of plain NumPy that remember how they came about: references and their gradients.

Written for being obviously right, not for speed. Every layer's way back is held against finite
differences in the tests. Images are NHWC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from framework_probes import reference_math as layer
from framework_probes.layers import IMAGES_EPSILON, TOKENS_EPSILON, Network
from framework_probes.probe import Array, Native

#: From the gradient by a result to the gradient by what it was made of.
Back = Callable[[Array], Array]
_COUNT = count()


@dataclass(slots=True, eq=False)
class Recorded:
    """An array, with what it was made of."""

    value: Array
    sources: tuple[tuple[Recorded, Back], ...] = ()
    gradient: Array | None = None
    order: int = field(default_factory=lambda: next(_COUNT))

    def __add__(self, other: Recorded) -> Recorded:
        """Broadcast as NumPy does."""
        return Recorded(self.value + other.value, ((self, _summed(self)), (other, _summed(other))))

    def __mul__(self, other: Recorded) -> Recorded:
        """Entry by entry, of the same shape."""
        a, b = self.value, other.value
        return Recorded(a * b, ((self, lambda dy: dy * b), (other, lambda dy: dy * a)))

    def __matmul__(self, other: Recorded) -> Recorded:
        """Over the last axis of the first and the first of a matrix."""
        a, b = self.value, other.value
        axes = tuple(range(a.ndim - 1))
        return Recorded(
            a @ b,
            (
                (self, lambda dy: np.asarray(dy @ b.T)),
                (other, lambda dy: np.tensordot(a, dy, axes=(axes, axes))),
            ),
        )


class RecordedLayers:
    """See :class:`~framework_probes.layers.Layers`."""

    def images(self, x: Recorded) -> Recorded:
        """As they are."""
        return x

    def rows(self, x: Recorded) -> Recorded:
        """Reshaped."""
        shape = x.value.shape
        return Recorded(x.value.reshape(shape[0], -1), ((x, lambda dy: dy.reshape(shape)),))

    def dense(self, x: Recorded, kernel: Recorded, bias: Recorded) -> Recorded:
        """A product and a sum."""
        return x @ kernel + bias

    def convolve(
        self,
        x: Recorded,
        kernel: Recorded,
        bias: Recorded | None = None,
        *,
        stride: int = 1,
        pad: int = 0,
    ) -> Recorded:
        """All windows of stride 1, of which every so-manyth is kept."""
        sides = ((0, 0), (pad, pad), (pad, pad), (0, 0))
        padded, weight = np.pad(x.value, sides), kernel.value
        whole = layer.convolve(padded, weight)
        kept = (slice(None), slice(None, None, stride), slice(None, None, stride))

        height, width = x.value.shape[1:3]

        def spread(dy: Array) -> Array:
            full = np.zeros_like(whole)
            full[kept] = dy
            return full

        def by_images(dy: Array) -> Array:
            dx = layer.convolve_by_images(weight, spread(dy))
            return dx[:, pad : pad + height, pad : pad + width]

        def by_kernel(dy: Array) -> Array:
            size = weight.shape[0], weight.shape[1]
            return layer.convolve_by_kernel(padded, size, spread(dy))

        y = Recorded(whole[kept], ((x, by_images), (kernel, by_kernel)))
        return y if bias is None else y + bias

    def max_pool(self, x: Recorded) -> Recorded:
        """See :func:`~framework_probes.reference_math.pool_backward` for what is equal."""
        return Recorded(layer.pool(x.value), ((x, lambda dy: layer.pool_backward(x.value, dy)),))

    def mean_pixels(self, x: Recorded) -> Recorded:
        """The mean of the middle axes."""
        return _mean(x, (1, 2))

    def batch_norm(self, x: Recorded, scale: Recorded, shift: Recorded) -> Recorded:
        """By the statistics of the batch."""
        return _scaled(_normed(x, (0, 1, 2), IMAGES_EPSILON), scale) + shift

    def layer_norm(self, x: Recorded, scale: Recorded, shift: Recorded) -> Recorded:
        """Over the last axis."""
        return _scaled(_normed(x, (-1,), TOKENS_EPSILON), scale) + shift

    def relu(self, x: Recorded) -> Recorded:
        """The slope at 0 is 0."""
        return Recorded(np.maximum(x.value, 0.0), ((x, lambda dy: dy * (x.value > 0)),))

    def gelu(self, x: Recorded) -> Recorded:
        """The slope of x Phi(x) is Phi(x) + x phi(x)."""
        density = np.exp(-0.5 * x.value**2) / np.sqrt(2.0 * np.pi)
        share = layer.normal_share(x.value)
        slope = share + x.value * density
        return Recorded(x.value * share, ((x, lambda dy: dy * slope),))

    def silu(self, x: Recorded) -> Recorded:
        """Each number times its logistic function."""
        return x * self.sigmoid(x)

    def sigmoid(self, x: Recorded) -> Recorded:
        """The logistic function."""
        y = layer.sigmoid(x.value)
        return Recorded(y, ((x, lambda dy: dy * y * (1.0 - y)),))

    def tanh(self, x: Recorded) -> Recorded:
        """The hyperbolic tangent."""
        y = np.tanh(x.value)
        return Recorded(y, ((x, lambda dy: dy * (1.0 - y**2)),))

    def attention(self, query: Recorded, key: Recorded, value: Recorded, heads: int) -> Recorded:
        """Softmax of the scores, times the values."""
        batch, sequence, width = query.value.shape
        depth = width // heads

        def split(x: Array) -> Array:
            return x.reshape(batch, sequence, heads, depth).transpose(0, 2, 1, 3)

        def merged(x: Array) -> Array:
            return x.transpose(0, 2, 1, 3).reshape(batch, sequence, width)

        q, k, v = (split(x.value) for x in (query, key, value))
        p = layer.softmax(q @ k.swapaxes(2, 3) * depth**-0.5)

        def scores(dy: Array) -> Array:
            dp = split(dy) @ v.swapaxes(2, 3)
            return np.asarray(p * (dp - (dp * p).sum(-1, keepdims=True)) * depth**-0.5)

        return Recorded(
            merged(p @ v),
            (
                (query, lambda dy: merged(scores(dy) @ k)),
                (key, lambda dy: merged(scores(dy).swapaxes(2, 3) @ q)),
                (value, lambda dy: merged(p.swapaxes(2, 3) @ split(dy))),
            ),
        )

    def mean_tokens(self, x: Recorded) -> Recorded:
        """The mean of the second axis."""
        return _mean(x, (1,))

    def embed(self, table: Recorded, ids: Recorded) -> Recorded:
        """Rows that are looked up twice gather both slopes."""

        def back(dy: Array) -> Array:
            gathered = np.zeros_like(table.value)
            np.add.at(gathered, ids.value, dy)
            return gathered

        return Recorded(table.value[ids.value], ((table, back),))

    def column(self, x: Recorded, number: int) -> Recorded:
        """One column."""
        return self.part(x, np.s_[:, number])

    def part(self, x: Recorded, where: Native) -> Recorded:
        """What a NumPy index selects, each entry once."""

        def back(dy: Array) -> Array:
            spread = np.zeros_like(x.value)
            spread[where] = dy
            return spread

        return Recorded(x.value[where], ((x, back),))

    def lstm(self, x: Recorded, kernel: Recorded, recurrent: Recorded, bias: Recorded) -> Recorded:
        """The last output of input, forget, candidate and output gates, step by step."""
        units = recurrent.value.shape[0]
        h = c = Recorded(np.zeros((len(x.value), units)))
        for step in range(x.value.shape[1]):
            gates = self.part(x, np.s_[:, step]) @ kernel + h @ recurrent + bias
            i, f, g, o = (self.part(gates, np.s_[:, n * units : (n + 1) * units]) for n in range(4))
            c = self.sigmoid(f) * c + self.sigmoid(i) * self.tanh(g)
            h = self.sigmoid(o) * self.tanh(c)
        return h

    def concatenate(self, parts: Sequence[Recorded]) -> Recorded:
        """Joined over the last axis."""
        ends = np.cumsum([part.value.shape[-1] for part in parts])

        def back_to(start: int, end: int) -> Back:
            return lambda dy: dy[..., start:end]

        backs = [back_to(e - p.value.shape[-1], e) for p, e in zip(parts, ends, strict=True)]
        joined = np.concatenate([part.value for part in parts], -1)
        return Recorded(joined, tuple(zip(parts, backs, strict=True)))


def loss_and_gradients(
    network: Network, weights: Mapping[str, Array], x: Array, labels: Array
) -> tuple[Array, dict[str, Array]]:
    """Mean softmax cross-entropy of what the network gives, and its gradient by every weight."""
    made_of = {name: Recorded(value) for name, value in weights.items()}
    logits = network(RecordedLayers(), made_of, Recorded(x))
    loss, dy = layer.cross_entropy(logits.value, labels)
    walk_back(logits, dy)
    found = {
        n: np.zeros_like(w.value) if w.gradient is None else w.gradient for n, w in made_of.items()
    }
    return loss, found


def walk_back(result: Recorded, dy: Array) -> None:
    """Give everything that the result was made of its gradient, given that by the result."""
    result.gradient = dy
    waiting = {result.order: result}
    while waiting:
        # What was made last is not used by anything that is still to come.
        node = waiting.pop(max(waiting))
        if node.gradient is None:
            continue
        for source, back in node.sources:
            slope = back(node.gradient)
            source.gradient = slope if source.gradient is None else source.gradient + slope
            waiting[source.order] = source


def _summed(x: Recorded) -> Back:
    """To the shape that was broadcast: summed over the axes that it lacks in front."""
    return lambda dy: np.asarray(dy.sum(axis=tuple(range(dy.ndim - x.value.ndim))))


def _scaled(x: Recorded, scale: Recorded) -> Recorded:
    """Each number times the scale of its channel."""
    axes = tuple(range(x.value.ndim - 1))
    return Recorded(
        x.value * scale.value,
        ((x, lambda dy: dy * scale.value), (scale, lambda dy: (dy * x.value).sum(axes))),
    )


def _normed(x: Recorded, axes: tuple[int, ...], epsilon: float) -> Recorded:
    """Mean 0 and variance 1 over the axes, without Bessel's correction."""
    centred = x.value - x.value.mean(axes, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axes, keepdims=True) + epsilon)
    y = centred / deviation

    def back(dy: Array) -> Array:
        along = y * (dy * y).mean(axes, keepdims=True)
        return np.asarray((dy - dy.mean(axes, keepdims=True) - along) / deviation)

    return Recorded(y, ((x, back),))


def _mean(x: Recorded, axes: tuple[int, ...]) -> Recorded:
    shape = x.value.shape
    number = int(np.prod([shape[axis] for axis in axes]))

    def back(dy: Array) -> Array:
        return np.broadcast_to(np.expand_dims(dy, axes), shape) / number

    return Recorded(x.value.mean(axes), ((x, back),))
