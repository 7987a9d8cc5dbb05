"""Somebody's own model on every path: a Python file that gives what the reference models give.

It is executed anew wherever it is asked for, so that each process has the frameworks that it needs
and no other; see ``mine.source``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from framework_probes.mine.source import BadFile, Executed, Source
from framework_probes.probe import Array, Native
from framework_probes.results import Framework

#: Functions of a file to the frameworks that they build the model in.
BUILDERS: Mapping[str, Framework] = MappingProxyType(
    {
        "torch_model": "pytorch",
        "tensorflow_model": "tensorflow",
        "keras_model": "keras",
        "jax_model": "jax",
    }
)
NEEDED = ("rows", "in_numpy")
FLAGS = ("IMAGES", "SCORES")
TEMPLATE = "framework-advisor probe mine --template deployment writes a file to start from"


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A ``models.Model`` of a file: ``rows``, ``weights`` and ``in_numpy`` of it need NumPy alone.

    Its methods raise BadFile where the file gives something else than it must.
    """

    source: Source
    executed: Executed

    @property
    def id(self) -> str:
        """The file's name without its ending."""
        return self.source.path.stem

    @property
    def images(self) -> bool:
        """``IMAGES`` of the file."""
        return bool(self.executed.get("IMAGES", False))

    @property
    def scores(self) -> bool:
        """``SCORES`` of the file."""
        return bool(self.executed.get("SCORES", False))

    @property
    def frameworks(self) -> tuple[Framework, ...]:
        """Those that it can be built in."""
        return tuple(f for name, f in BUILDERS.items() if self.executed.has(name))

    def rows(self, count: int, seed: int) -> Array:
        """So many inputs, float32, the rows along the first axis."""
        drawn = np.asarray(self._called("rows", count, np.random.default_rng([seed, 2])))
        if drawn.shape[:1] != (count,) or drawn.dtype.kind != "f":
            raise BadFile(
                f"{self.source.name}: rows({count}, rng) returned {drawn.dtype} of shape "
                f"{drawn.shape}, expected floating-point numbers of shape ({count}, ...)"
            )
        if self.images and drawn.ndim != 4:
            raise BadFile(
                f"{self.source.name}: IMAGES is set and rows have shape {drawn.shape[1:]}, "
                "expected (height, width, channels)"
            )
        return np.array(drawn, np.float32, order="C")

    def reference(self, rows: Array, seed: int) -> Array:
        """What ``in_numpy`` gives in float64."""
        weights = {name: value.astype(np.float64) for name, value in self._weights(seed).items()}
        result = np.asarray(self._called("in_numpy", rows.astype(np.float64), weights))
        if result.shape[:1] != rows.shape[:1] or result.dtype != np.float64:
            raise BadFile(
                f"{self.source.name}: in_numpy(x, weights) returned {result.dtype} of shape "
                f"{result.shape}, expected float64 with {len(rows)} rows"
            )
        return result

    def build(self, framework: str, module: Native, seed: int) -> Native:  # noqa: ARG002
        """What the file builds, now that the framework is imported."""
        here = OwnModel(self.source, self.source.execute())
        (function,) = (name for name, each in BUILDERS.items() if each == framework)
        if function in here.executed.absent:
            raise BadFile(f"{self.source.name}: {function} needs a framework that is not here")
        return here._called(function, here._weights(seed))

    def _weights(self, seed: int) -> dict[str, Array]:
        if not self.executed.has("weights"):
            return {}
        drawn = self._called("weights", np.random.default_rng([seed, 1]))
        return {str(name): np.asarray(value, np.float32) for name, value in drawn.items()}

    def _called(self, name: str, *arguments: Any) -> Any:
        function: Callable[..., Any] = self.executed.get(name)
        try:
            return function(*arguments)
        except BadFile:
            raise
        except Exception as error:
            raise BadFile(self.source.said(error)) from error


def read(path: Path) -> OwnModel:
    """The model of a file, which is executed without a framework where none is imported.

    Raises:
        BadFile: it cannot be read or executed, or lacks a function.
    """
    return _executed(Source.read(path))


@cache
def _executed(source: Source) -> OwnModel:
    model = OwnModel(source, source.execute())
    lacking = [name for name in NEEDED if not callable(model.executed.get(name))]
    if lacking:
        raise BadFile(
            f"{source.name}: no {lacking[0]}; expected rows(count, rng) and in_numpy(x, weights). "
            f"{TEMPLATE}"
        )
    if not model.frameworks:
        raise BadFile(
            f"{source.name}: nothing to export; expected one of {', '.join(BUILDERS)}. {TEMPLATE}"
        )
    return model
