"""Counting how often a tracing compiler went over a function."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from framework_probes.probe import Native


class Tracing:
    """Counts the runs of Python functions that a compiler traces.

    ``jax.jit`` and ``tf.function`` run the Python function only to trace it: each run is one
    compilation, without asking either of them for its internals.
    """

    def __init__(self) -> None:
        self.count = 0

    def counted(self, function: Callable[..., Native]) -> Callable[..., Native]:
        """The same function, counted whenever its Python code runs."""

        @wraps(function)
        def traced(*arguments: Native) -> Native:
            self.count += 1
            return function(*arguments)

        return traced
