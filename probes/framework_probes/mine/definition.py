"""What a file defines: its kind, its frameworks, its inputs, its numbers. All checked by name."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from framework_probes.mine.source import BadFile, Executed, Source
from framework_probes.probe import Array, Arrays
from framework_probes.results import Framework

Kind = Literal["callables", "keras", "torch-and-keras"]
#: Functions of a file to the frameworks that they are written in.
CALLABLES: Mapping[str, Framework] = {
    "in_pytorch": "pytorch",
    "in_tensorflow": "tensorflow",
    "in_jax": "jax",
    "in_keras": "keras",
}
REFERENCE = "in_numpy"
#: The input that a training step is given beside the model's own.
TARGET = "target"
FUNCTIONS = (*CALLABLES, REFERENCE, "inputs", "keras_model", "torch_model", "training")
NUMBERS = ("TOLERANCE", "DTYPE", "FLOPS", "BYTES", "GRADIENTS")
MAPS = ("WEIGHTS", "TO_TORCH", "FROM_TORCH")
#: Largest allowed max|error| / max|reference| where the file does not say. A model is longer than
#: an operation: five times what those are allowed in float32.
TOLERANCES = {"float32": 1e-4, "float64": 1e-12}
TEMPLATE = "framework-advisor probe mine --template writes a file to start from"


@dataclass(frozen=True, slots=True)
class Definition:
    """A file that was executed, understood.

    Attributes:
        executed: its module.
        kind: what it brings.
        tolerance: largest allowed error; ``dtype``: of floating-point inputs and results.
        flops: of one iteration, as the file states it with ``bytes``; None where it does not.
        gradients: whether its callables take gradients.
    """

    executed: Executed
    kind: Kind
    tolerance: float
    dtype: str
    flops: int | None
    bytes: int | None
    gradients: bool

    @property
    def source(self) -> Source:
        """The file."""
        return self.executed.source

    @property
    def frameworks(self) -> tuple[Framework, ...]:
        """Those that it can be measured in."""
        if self.kind == "keras":
            return ("keras",)
        if self.kind == "torch-and-keras":
            return ("pytorch", "keras")
        return tuple(f for name, f in CALLABLES.items() if self.executed.has(name))

    @property
    def referenced(self) -> bool:
        """Whether it says in NumPy what must come out."""
        return self.executed.has(REFERENCE)

    @property
    def trains(self) -> bool:
        """Whether it has a training step beside its inference."""
        return self.executed.has("training")

    def function(self, name: str) -> Any:
        """What the file calls so, where this process has it."""
        if name in self.executed.absent:
            raise BadFile(f"{self.source.name}: {name} needs a framework that is not here")
        return self.executed.get(name)

    def inputs(self, generator: np.random.Generator) -> dict[str, Array]:
        """What the file draws: floating-point arrays as float32, whole numbers as int32."""
        name = self.source.name
        try:
            drawn = self.executed.get("inputs")(generator)
        except Exception as error:
            raise BadFile(f"{self.source.said(error)}; inputs(rng) must return arrays") from error
        if not isinstance(drawn, dict) or not drawn:
            raise BadFile(
                f"{name}: inputs(rng) returned {type(drawn).__name__}, expected a dict from "
                'argument names to NumPy arrays: {"x": rng.standard_normal((32, 64))}'
            )
        return {str(key): _narrowed(name, key, value) for key, value in drawn.items()}

    def solve(self, inputs: Arrays) -> dict[str, Array]:
        """What the file's NumPy function gives, in float64."""
        found = named(self.function(REFERENCE)(**inputs))
        return {key: np.asarray(value, np.float64) for key, value in found.items()}


def define(executed: Executed) -> Definition:
    """What the file defines.

    Raises:
        BadFile: something is missing, misspelt or of another kind than expected.
    """
    name = executed.source.name
    _spelt(executed)
    if not callable(executed.get("inputs")):
        raise BadFile(
            f"{name}: no inputs(rng); expected a function that returns a dict of NumPy arrays "
            f"drawn from rng. {TEMPLATE}"
        )
    kind = _kind(executed)
    dtype = executed.get("DTYPE", "float32")
    if dtype not in TOLERANCES or (dtype != "float32" and kind != "callables"):
        raise BadFile(f"{name}: DTYPE is {dtype!r}, expected 'float32', or 'float64' for callables")
    if (executed.get("FLOPS") is None) != (executed.get("BYTES") is None):
        raise BadFile(f"{name}: FLOPS and BYTES of one iteration go together; state both or none")
    tolerance = executed.get("TOLERANCE", TOLERANCES[dtype])
    if not isinstance(tolerance, float) or not 0 < tolerance < 1:
        raise BadFile(
            f"{name}: TOLERANCE is {tolerance!r}, expected a number between 0 and 1: the largest "
            "error as a share of the result's largest entry"
        )
    return Definition(
        executed,
        kind,
        tolerance,
        dtype,
        _whole(name, "FLOPS", executed.get("FLOPS")),
        _whole(name, "BYTES", executed.get("BYTES")),
        bool(executed.get("GRADIENTS", False)),
    )


def check(definition: Definition, first: Arrays, again: Arrays, other: Arrays) -> None:
    """Whether inputs are what they must be, and every callable takes them.

    ``first`` and ``again`` are of the same seed, ``other`` is of another.

    Raises:
        BadFile: they are not.
    """
    name = definition.source.name
    for key, value in first.items():
        if key not in again or not np.array_equal(value, again[key], equal_nan=True):
            raise BadFile(
                f"{name}: inputs(rng) gave another {key!r} for the same seed; draw everything "
                "from rng, not from np.random"
            )
        if key not in other or value.shape != other[key].shape:
            raise BadFile(
                f"{name}: inputs(rng) gave {key!r} another shape for another seed; shapes must "
                "not depend on rng"
            )
    if definition.trains and TARGET not in first:
        raise BadFile(
            f"{name}: training() is given, and inputs(rng) has no {TARGET!r}; add what the loss "
            "compares with"
        )
    for function in (*CALLABLES, REFERENCE):
        if callable(found := definition.executed.get(function)):
            _takes(name, function, found, first)


def named(result: Any) -> dict[str, Any]:
    """Results by name: a dict as it is, several as ``result 1`` and so on, one as ``result``."""
    if isinstance(result, dict):
        return {str(key): value for key, value in result.items()}
    if isinstance(result, list | tuple):
        return {f"result {number}": value for number, value in enumerate(result, 1)}
    return {"result": result}


def probe_id(path: Path) -> str:
    """``mine.graph_network``, of which a training step is ``mine.graph_network.train``."""
    return f"mine.{path.stem}"


def _kind(executed: Executed) -> Kind:
    name = executed.source.name
    mine = [f for f in (*CALLABLES, REFERENCE) if executed.has(f)]
    models = [function for function in ("keras_model", "torch_model") if executed.has(function)]
    if mine and models:
        raise BadFile(f"{name}: has {mine[0]} and {models[0]}; expected callables or models")
    if models == ["torch_model"]:
        raise BadFile(
            f"{name}: has torch_model and no keras_model beside it; for PyTorch alone write "
            "in_pytorch"
        )
    if models:
        if len(models) > 1 and not isinstance(executed.get("WEIGHTS"), dict):
            raise BadFile(
                f"{name}: no WEIGHTS; expected a dict from names in torch's state_dict to "
                'names of Keras weights: {"hidden.weight": "hidden/kernel"}'
            )
        return "torch-and-keras" if len(models) > 1 else "keras"
    if not set(mine) - {REFERENCE}:
        raise BadFile(
            f"{name}: nothing to measure; expected one of {', '.join(CALLABLES)}, or keras_model, "
            f"or torch_model beside keras_model. {TEMPLATE}"
        )
    return "callables"


def _spelt(executed: Executed) -> None:
    """Refuse what is called almost like something that is looked for."""
    given = [n for n in vars(executed.module) if not n.startswith("_")]
    for found in (*given, *sorted(executed.absent)):
        known = NUMBERS + MAPS if found.isupper() else FUNCTIONS
        if found in known:
            continue
        near = difflib.get_close_matches(found, known, 1, 0.85)
        if near or (found.startswith("in_") and callable(executed.get(found))):
            expected = near[0] if near else "one of " + ", ".join((*CALLABLES, REFERENCE))
            raise BadFile(
                f"{executed.source.name}: {found} is not looked at; expected {expected}. Rename "
                "it, or begin it with an underscore if it is yours"
            )


def _takes(name: str, function: str, found: Any, inputs: Arrays) -> None:
    signature = inspect.signature(found)
    try:
        signature.bind(**dict.fromkeys(inputs))
    except TypeError as error:
        line = found.__code__.co_firstlineno if hasattr(found, "__code__") else "?"
        raise BadFile(
            f"{name} line {line}: {function}{signature} is called with {', '.join(inputs)}, the "
            f"names in inputs(rng): {error}"
        ) from None


def _narrowed(name: str, key: Any, value: Any) -> Array:
    if not isinstance(value, np.ndarray | np.generic | int | float):
        raise BadFile(
            f"{name}: inputs(rng) gave {key!r} as {type(value).__name__}, expected a NumPy array"
        )
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return np.array(array, np.float32, order="C")
    if array.dtype.kind in "iu":
        return np.array(array, np.int32, order="C")
    if array.dtype.kind == "b":
        return np.array(array, order="C")
    raise BadFile(f"{name}: inputs(rng) gave {key!r} with dtype {array.dtype}, expected numbers")


def _whole(name: str, what: str, value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise BadFile(f"{name}: {what} is {value!r}, expected a number of one iteration, or none")
    return int(value)
