"""Proving, inside a worker, that a program computes what was asked, before and after its timing.

A time is worth nothing if the work was not done: every way in which that has happened to somebody
is looked for here, and found, ends as ``wrong_result`` without a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from framework_probes import timing
from framework_probes.equality import WrongResult, compare, identical
from framework_probes.probe import Adapter, Array, Native, Probe, Program, leaves
from framework_probes.results import Equality

#: How often results are read right after waiting, to see whether they were ready.
READS = 9
#: So often it is looked at whether waiting waits before a framework is refused for it.
LOOKS = 3
#: Reading may take so much longer the first time, seconds: lazy views and cold caches.
READING_S = 100e-6


@dataclass(frozen=True, slots=True)
class Drawn:
    """Inputs of a probe with what they must give; twice, with other data the second time."""

    probe: str
    seed: int
    sets: tuple[tuple[dict[str, Array], dict[str, Array]], ...]

    @classmethod
    def of(cls, probe: Probe, seed: int) -> Drawn:
        """Draw, and compute the references in float64."""
        inputs = [probe.inputs(seed)]
        if probe.data:
            inputs.append(probe.varied(seed))
        return cls(probe.id, seed, tuple((each, probe.reference(each)) for each in inputs))


@dataclass(frozen=True, slots=True)
class Proven:
    """What was found equal, the steps for each set of data, and what the calls took."""

    equality: Equality
    steps: tuple[Callable[[], Native], ...]
    calls_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """What every array of a result must be: its dtype, and the kind of device that holds it."""

    dtype: str
    device: str

    def holds(self, adapter: Adapter, result: Native) -> None:
        """Raises WrongResult where it does not."""
        found = list(leaves(result))
        devices = {kind for leaf in found if (kind := adapter.device(leaf)) is not None}
        if devices != {self.device}:
            seen = ", ".join(sorted(devices)) or "no device"
            raise WrongResult(f"the result is on {seen}, expected {self.device}")
        dtypes = {kind for leaf in found if (kind := adapter.dtype(leaf)) is not None}
        if dtypes - {self.dtype}:
            seen = ", ".join(sorted(dtypes))
            raise WrongResult(f"the result has dtype {seen}, expected {self.dtype}")


def prove(adapter: Adapter, probe: Probe, program: Program, drawn: Drawn, device: str) -> Proven:
    """Run the program and compare everything it gives with the reference.

    Raises:
        WrongResult: it is not what was asked for, with the reason.
    """
    calls: list[float] = []
    where = Where(probe.stored, device)
    outputs = _outputs(adapter, program, where, calls)
    inputs, reference = drawn.sets[0]
    if adapter.tier == "eager":
        again = _outputs(adapter, program, where, calls)
        if device != "cpu":
            # Devices add in the order in which their threads arrive: equal but for rounding.
            compare(probe, inputs, reference, again)
        elif not identical(outputs, again):
            raise WrongResult("two runs on the same inputs gave different results")
    equality = compare(probe, inputs, reference, outputs)
    steps = [program.step]
    if program.on is not None:
        for other, expected in drawn.sets[1:]:
            step = program.on(other)
            found = _outputs(adapter, replace(program, step=step), where, calls)
            try:
                compare(probe, other, expected, found)
            except WrongResult as error:
                raise WrongResult(f"on other data, by the same program: {error}") from None
            steps.append(step)
    _ready_when_waited(adapter, program)
    _precise(adapter, probe, equality)
    program.reset()
    return Proven(equality, tuple(steps), tuple(calls))


@dataclass(frozen=True, slots=True)
class Timed:
    """What a timed block left: a result of one of its samples, picked at random.

    Attributes:
        result: of that sample's last iteration; of the block's last one where steps keep state.
        iterations: steps since the reset, the discarded ones among them, up to that result.
        which: the set of data.
    """

    result: Native
    iterations: int
    which: int


def check(
    adapter: Adapter,
    probe: Probe,
    program: Program,
    steps: tuple[Callable[[], Native], ...],
    drawn: Drawn,
    timed: Timed,
    device: str,
) -> None:
    """Compare what was computed while it was timed.

    A step without state must have given what the reference says. One with state is run again from
    the start, waited for each time, and must arrive where the timed steps did.

    Raises:
        WrongResult: it did not.
    """
    where = Where(probe.stored, device)
    found = program.read(timed.result)
    where.holds(adapter, timed.result)
    inputs, reference = drawn.sets[timed.which]
    if not probe.trains:
        compare(probe, inputs, reference, found)
        return
    again = replace(program, step=steps[timed.which])
    compare(probe, inputs, reference, _outputs(adapter, again, where, []))
    program.reset()
    for _ in range(timed.iterations):
        result, _ = timing.call(adapter, again)
    tolerance = probe.tolerances[probe.dtype]
    for name, value in program.read(result).items():
        if not np.isfinite(found[name]).all():
            raise WrongResult(f"{name} holds NaN or infinity after timing")
        scale = float(np.abs(value).max()) or 1.0
        error = float(np.abs(found[name] - value).max()) / scale
        if error > tolerance:
            raise WrongResult(
                f"{name} is off by {error:.2g} after {timed.iterations} timed steps from what as "
                f"many steps give that are waited for, tolerance {tolerance:.2g}"
            )


def _outputs(
    adapter: Adapter, program: Program, where: Where, calls: list[float]
) -> dict[str, Array]:
    program.reset()
    result, seconds = timing.call(adapter, program)
    calls.append(seconds)
    where.holds(adapter, result)
    return program.read(result)


def _ready_when_waited(adapter: Adapter, program: Program) -> None:
    """Whether waiting waits: reading a result right afterwards must cost no more than once more.

    What an asynchronous framework had not done when the clock stopped, it does while its result
    is read the first time. The lower quartiles of several tries: on a busy machine
    single ones look ready, as the work went on while this thread was put off its core, and many
    look late where copying takes milliseconds. Looked at again before it is refused: a framework
    that never waits is late in every look, and a busy machine is not.
    """
    for _ in range(LOOKS):
        left, waited = _left_and_waited(adapter, program)
        if left <= READING_S + 0.5 * waited:
            return
    raise WrongResult(
        f"its result was not ready when waiting had ended: {left * 1e6:.0f} µs of work "
        f"were left after {waited * 1e6:.0f} µs"
    )


def _left_and_waited(adapter: Adapter, program: Program) -> tuple[float, float]:
    """Seconds that a first reading takes longer than another one, and of the shortest call."""
    firsts, agains, called = [], [], []
    for _ in range(READS):
        program.reset()
        result, seconds = timing.call(adapter, program)
        read = partial(program.read, result)
        first, again = timing.seconds(read), timing.seconds(read)
        called.append(seconds)
        firsts.append(first)
        agains.append(again)
    return _lower_quartile(firsts) - _lower_quartile(agains), min(called)


def _lower_quartile(values: list[float]) -> float:
    return sorted(values)[len(values) // 4]


def _precise(adapter: Adapter, probe: Probe, equality: Equality) -> None:
    """Whether float32 means float32, and TF32 means TF32: by the settings and by the error."""
    reduced = adapter.reduced_precision()
    if probe.dtype != "tf32":
        if reduced:
            raise WrongResult(f"float32 may be computed with less: {', '.join(reduced)}")
    elif not reduced or equality.error <= probe.tolerances["float32"]:
        raise NotImplementedError(
            f"asked for TF32, it is as exact as float32: off by {equality.error:.2g}"
        )
