"""What a probe is: the neutral description, its inputs, its reference, its implementations."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from framework_probes.results import Framework, Tier

Array = NDArray[Any]
Arrays = Mapping[str, Array]
#: An array or module of some framework. There is no type that all of them share, and this package
#: must type-check where none of them is installed.
Native: TypeAlias = Any
Criterion = Literal["training_speed", "inference_speed", "deployment"]

#: Families of projects, as a profile names them.
FAMILIES = (
    "cnn",
    "transformer",
    "llm",
    "diffusion",
    "rnn",
    "mlp",
    "speech",
    "recommender",
    "gnn",
    "reinforcement_learning",
    "scientific",
    "tabular",
    "other",
)


class DeviceTimer(Protocol):
    """Times the device's own work between two events in its queue."""

    def start(self) -> None:
        """Put the first event behind what is queued."""

    def stop(self) -> None:
        """Put the second one there."""

    def seconds(self) -> float:
        """Between the two, once the device has been waited for."""


class Adapter(Protocol):
    """How one framework is driven, the same for every probe; see ``framework_probes.frameworks``.

    A tier has an adapter of its own.
    """

    subject: str
    tier: Tier
    #: A layout of images that is forced, ``NCHW``; None: the one that suits the framework.
    layout: str | None
    #: The framework's top module.
    module: Native
    #: The framework's module of array functions named as in NumPy: ``matmul``, ``add``.
    operations: Native
    #: The adapter of the framework that computes for Keras; else the adapter itself.
    backend: Adapter

    @property
    def compiler(self) -> str | None:
        """What compiles in the compiled tier, by name; None in the eager tier."""

    def compile(
        self, function: Callable[..., Native], donated: tuple[int, ...] = (), /
    ) -> Callable[..., Native]:
        """The function compiled, or unchanged in the eager tier.

        ``donated``: positions of arguments whose memory the results may reuse, where a framework
        has a word for that.
        """

    def compute_in(self, dtype: str, /) -> None:
        """What is built from now on computes in this dtype, see :class:`Probe`.

        Raises:
            NotImplementedError: the device has no such arithmetic.
        """

    def array(self, value: Array) -> Native:
        """A native array of the same shape and memory order, sharing no memory.

        Floating-point values get the dtype that is computed in, others keep theirs.
        """

    def neutral(self, value: Native) -> Array:
        """A NumPy array, after the value is ready; what is narrower than float32 is widened."""

    def dtype(self, leaf: Native, /) -> str | None:
        """The dtype of an array of floating-point numbers; None for anything else."""

    def wait(self, result: Native, /) -> None:
        """Return when all work that ``result`` stands for is done."""

    def timer(self) -> DeviceTimer | None:
        """A timer by the device's own clock; None where there is no such device or clock."""

    def mode(self, trains: bool, /) -> AbstractContextManager[object]:
        """The context in which a program is built and run, entered outside the timed loop."""

    def placement(self) -> AbstractContextManager[object]:
        """The context in which a program is built, beside :meth:`mode`.

        What its code makes by itself, weights of a layer above all, lies on the device.
        """

    def traces(self) -> int:
        """How often compiled functions were traced so far; grows when shapes were traced anew."""

    def forget(self) -> None:
        """Drop what was compiled so far, so that the next probe starts with a clean compiler."""

    def device(self, leaf: Native, /) -> str | None:
        """The kind of device that holds an array, of ``devices.KINDS``; None for no array."""

    def device_name(self) -> str:
        """The device that is computed on, as the framework names it."""

    def device_peak(self) -> int | None:
        """Peak of the device's allocator in bytes since the start; None on the CPU."""

    def reduced_precision(self) -> tuple[str, ...]:
        """Settings that are set and let a float32 product be computed with less."""

    def packages(self) -> dict[str, str]:
        """Versions of what computes."""

    def settings(self) -> dict[str, str]:
        """Threads and flags as the framework itself reports them."""


#: Dtypes of two bytes.
HALF = frozenset({"bfloat16", "float16"})
#: Added to a seed for the second set of data; far from seeds that people choose.
OTHER = 1_000_003


@dataclass(frozen=True, slots=True)
class Program:
    """One probe in one framework, ready to run.

    Attributes:
        step: one iteration; returns what it computed, perhaps not yet ready.
        read: named NumPy arrays, in the neutral layout, of what ``step`` returned.
        layout: the layout of activations, as the framework's users name it.
        reset: puts the state back to where the inputs left it, for steps that change it.
        on: the same step, compiled once, on other data: what is timed must follow its inputs.
            None where a program cannot be given others.
    """

    step: Callable[[], Native]
    read: Callable[[Native], dict[str, Array]]
    layout: str
    reset: Callable[[], None] = lambda: None
    on: Callable[[Arrays], Callable[[], Native]] | None = None


Builder = Callable[[Adapter, Arrays], Program]


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that is measured, the same for every framework.

    Attributes:
        id: the name of its module; where that holds several cases, the others' is
            ``module.case``.
        measures: one sentence for a person.
        shape: sizes in words; ``dtype``: of inputs, weights and outputs. ``tf32`` is float32 whose
            products may be computed from factors cut to 10 bits, which some devices can. Inputs of
            a float64 probe are drawn in float32 and widened by whoever computes.
        flops: floating-point operations of one iteration, a multiply and an add counted as two;
            a root and an exponential count as one. 0 where memory is all that is moved.
        bytes: what one iteration must at least read and write, each array once.
        reference_kind: what a time is judged against, see ``results.Reference``; ``none``: flops
            and bytes are not known, and there is no rate.
        compared_with: where what must come out is from.
        criterion: which criterion of the knowledge it informs.
        families: family and resemblance to that family's work, 0..1; absent means none.
        tolerances: largest allowed max|error| / max|reference| for each dtype that it can be
            measured in.
        cost_s: estimated seconds in a run with every contender, compiling included.
        trains: whether gradients are taken.
        draw: seeded inputs and weights, equal bytes for everyone.
        solve: what is compared, in float64 NumPy.
        derive: from inputs and outputs, both float64, to what is compared. A training step leaves
            moments and weights; compared are the gradients and changes that led there.
        batch: inputs whose first axis is the batch: the same program takes shorter ones.
        layers: whether Keras makes it of layers, so that its own trainer can run it.
        layouts: that can be forced on it.
        request: whether an iteration answers one request: each call is then waited for and timed by
            itself, and percentiles are told.
        data: which inputs change from block to block; weights stay.
        processors: how many may be had at once: more than one where work is handed to processes or
            threads by design, and then wall time is what is compared.
        builders: how each framework does it; ``numpy`` where the reference is timed.
    """

    id: str
    title: str
    measures: str
    shape: str
    dtype: str
    flops: int
    bytes: int
    reference_kind: Literal["roofline", "numpy", "none"]
    criterion: Criterion
    families: tuple[tuple[str, float], ...]
    tolerances: Mapping[str, float]
    cost_s: float
    trains: bool
    draw: Callable[[np.random.Generator], dict[str, Array]]
    solve: Callable[[Arrays], dict[str, Array]]
    builders: Mapping[Framework | Literal["numpy"], Builder]
    derive: Callable[[Arrays, Arrays], dict[str, Array]] = lambda _, outputs: dict(outputs)
    data: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()
    layers: bool = False
    layouts: tuple[str, ...] = ()
    request: bool = False
    processors: int = 1
    compared_with: str = "NumPy float64"

    @property
    def stored(self) -> str:
        """The dtype that arrays have in memory."""
        return "float32" if self.dtype == "tf32" else self.dtype

    def computed_in(self, dtype: str) -> Probe:
        """The same work in another dtype of its ``tolerances``: a probe of its own."""
        size = np.dtype(np.float16).itemsize if dtype in HALF else np.dtype(np.float32).itemsize
        return replace(
            self,
            id=f"{self.id}.{dtype}",
            title=f"{self.title}, {dtype}",
            dtype=dtype,
            bytes=self.bytes * size // np.dtype(np.float32).itemsize,
        )

    def inputs(self, seed: int) -> dict[str, Array]:
        """The inputs and weights of this probe under this seed, the same bytes for everyone.

        Float32 arrays whose values its dtype holds exactly. The probe's name is part of the seed,
        so that two probes never share a matrix.
        """
        generator = np.random.default_rng([seed, zlib.crc32(self.id.encode())])
        return {name: rounded(value, self.dtype) for name, value in self.draw(generator).items()}

    def reference(self, inputs: Arrays) -> dict[str, Array]:
        """What one iteration must give, computed in float64 from the same inputs."""
        return self.solve(widened(inputs))

    def varied(self, seed: int) -> dict[str, Array]:
        """The inputs of this seed with other data, equally the same for everyone."""
        other = self.inputs(seed + OTHER)
        return self.inputs(seed) | {name: other[name] for name in self.data}

    def halved(self, inputs: Arrays) -> dict[str, Array]:
        """The same inputs with half of the batch: another shape, for which compilers start anew."""
        return {
            name: value[: len(value) // 2] if name in self.batch else value
            for name, value in inputs.items()
        }

    def compared(self, inputs: Arrays, outputs: Arrays) -> dict[str, Array]:
        """A framework's outputs, brought to the form of :meth:`reference`."""
        return self.derive(widened(inputs), widened(outputs))


def normal(
    generator: np.random.Generator, *shape: int, scale: float = 1.0, mean: float = 0.0
) -> Array:
    """Float32 draws from N(mean, scale squared): never all zeros, which some kernels skip."""
    if isinstance(generator, _Undrawn):
        return np.broadcast_to(np.float32(0), shape)
    return (mean + scale * generator.standard_normal(shape)).astype(np.float32)


def rounded(value: Array, dtype: str) -> Array:
    """Float32 values, each the nearest that the dtype holds (ties to even); integers as they are.

    NumPy has no bfloat16, which is a float32 without its last 16 bits.
    """
    if dtype not in HALF or value.dtype != np.float32:
        return value
    if dtype == "float16":
        return value.astype(np.float16).astype(np.float32)
    bits = value.view(np.uint32)
    even = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return ((bits + even) & np.uint32(0xFFFF0000)).view(np.float32)


def leaves(value: Native) -> Iterator[Native]:
    """What is neither a mapping nor a sequence in nested results, in order."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        for part in value:
            yield from leaves(part)
    else:
        yield value


class _Undrawn(np.random.Generator):
    """For which :func:`normal` draws nothing: an array that takes no memory, of the same shape."""


def shapes_of(draw: Callable[[np.random.Generator], dict[str, Array]]) -> dict[str, Array]:
    """What is drawn, by name, shape and dtype alone.

    The catalogue is read by a service that measures nothing: it does not draw millions of numbers.
    """
    return draw(_Undrawn(np.random.PCG64(0)))


def total_bytes(arrays: Arrays) -> int:
    """Size of all arrays together."""
    return sum(value.nbytes for value in arrays.values())


def widened(arrays: Arrays) -> dict[str, Array]:
    """The same arrays with floating-point ones in float64."""
    return {
        name: value.astype(np.float64) if np.issubdtype(value.dtype, np.floating) else value
        for name, value in arrays.items()
    }
