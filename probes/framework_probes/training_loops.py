"""The training loops that each framework documents, for any network. See ``training``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Native, Program
from framework_probes.training import BETA1, BETA2, EPSILON, NEUTRAL, RATE, Turns, adam, in_place

TORCH_LAYOUT = "NCHW, channels_last memory"


def to_torch(name: str, weight: Array) -> Array:
    """Kernels HWIO to OIHW in channels_last memory, (in, out) to (out, in); others as they are."""
    if not name.endswith("kernel"):
        return weight
    if weight.ndim == 4:
        return np.ascontiguousarray(weight.transpose(3, 0, 1, 2)).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(weight.T)


def from_torch(name: str, weight: Array) -> Array:
    """The way back from :func:`to_torch`."""
    if not name.endswith("kernel"):
        return weight
    return weight.transpose(2, 3, 1, 0) if weight.ndim == 4 else weight.T


TORCH_TURNS = Turns(to_torch, from_torch)


def torch_adam(
    weights: Sequence[Native],
    gradients: Sequence[Native],
    firsts: Sequence[Native],
    seconds: Sequence[Native],
    t: Native,
) -> None:
    """The formula of ``training.adam`` as PyTorch's users write it: everything changes in place."""
    t.add_(1.0)
    for w, g, m, v in zip(weights, gradients, firsts, seconds, strict=True):
        m.mul_(BETA1).add_(g, alpha=1 - BETA1)
        v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
        corrected = (v / (1 - BETA2**t)).sqrt_().add_(EPSILON)
        w.sub_((m / (1 - BETA1**t)).div_(corrected).mul_(RATE))


def torch_in_place(
    adapter: Adapter,
    inputs: Arrays,
    weights: dict[str, Native],
    loss: Callable[[Native, Native], Native],
    layout: str,
    turns: Turns = NEUTRAL,
) -> Program:
    """PyTorch's loop: loss, ``autograd.grad``, Adam in place on parameters.

    Compiled, the loss and the update are compiled, and the backward pass with the loss: what
    ``torch.compile`` makes of a module that somebody else wrote.

    Args:
        adapter: of PyTorch, or of Keras on it.
        inputs: x, labels and state.
        weights: parameters by name, in the order of the state.
        loss: (x, labels) to the mean loss.
        layout: as in :class:`~framework_probes.probe.Program`.
        turns: of weights and their moments.
    """
    torch = adapter.backend.module
    parameters = list(weights.values())
    compiled_loss = adapter.compile(loss)

    def update(gradients: Native, firsts: Native, seconds: Native, t: Native) -> None:
        torch_adam(parameters, gradients, firsts, seconds, t)

    compiled_update = adapter.compile(update)

    def stepper(firsts: Native, seconds: Native, t: Native) -> Callable[..., Native]:
        def advance(x: Native, labels: Native) -> Native:
            result = compiled_loss(x, labels)
            gradients = torch.autograd.grad(result, parameters)
            with torch.no_grad():
                compiled_update(gradients, firsts, seconds, t)
            return result

        return advance

    def assign(target: Native, value: Native) -> None:
        with torch.no_grad():
            target.copy_(value)

    return in_place(adapter, inputs, weights, stepper, adapter.array, assign, layout, turns)


def tensorflow_in_place(
    adapter: Adapter,
    inputs: Arrays,
    weights: dict[str, Native],
    forward: Callable[[Native], Native],
    layout: str,
    turns: Turns = NEUTRAL,
) -> Program:
    """TensorFlow's loop: a gradient tape and variables; compiled, all of it is one function.

    ``forward``: x to logits; reads ``weights``, which are variables by name.
    """
    tf = adapter.backend.module
    variables = list(weights.values())

    def stepper(
        firsts: Sequence[Native], seconds: Sequence[Native], t: Native
    ) -> Callable[..., Native]:
        def advance(x: Native, labels: Native) -> Native:
            with tf.GradientTape() as tape:
                logits = forward(x)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
                loss = tf.reduce_mean(losses)
            # Those of an embedding come as the rows that were looked up; Adam changes all of them.
            gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]
            step = t.assign_add(1.0)
            for w, g, m, v in zip(variables, gradients, firsts, seconds, strict=True):
                new = adam(w, g, m, v, step, tf.sqrt)
                for target, value in zip((w, m, v), new, strict=True):
                    target.assign(value)
            return loss

        return adapter.compile(advance)

    return in_place(
        adapter,
        inputs,
        weights,
        stepper,
        tf.Variable,
        lambda target, value: target.assign(value),
        layout,
        turns,
    )


def jax_gradient(
    jax: Native, forward: Callable[[Native, Native], Native]
) -> Callable[[Native, Native, Native], tuple[Native, Native]]:
    """JAX's loop: (weights, x, labels) to loss and gradients, from (weights, x) to logits."""

    def loss(w: Native, x: Native, labels: Native) -> Native:
        log_probability = jax.nn.log_softmax(forward(w, x))
        chosen = jax.numpy.take_along_axis(log_probability, labels[:, None], axis=1)
        return -chosen.mean()

    gradient: Callable[[Native, Native, Native], tuple[Native, Native]] = jax.value_and_grad(loss)
    return gradient
