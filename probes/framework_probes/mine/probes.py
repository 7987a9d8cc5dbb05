"""Probes of a file: with their work in a worker, without it in a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np

from framework_probes import protocol
from framework_probes.mine.definition import TARGET
from framework_probes.probe import Adapter, Array, Arrays, Builder, Probe, Program
from framework_probes.results import Framework

#: Of a run, seconds that one probe is expected to take with every contender.
COST_S = 20.0


@dataclass(frozen=True, slots=True)
class Work:
    """What is done: inputs, what must come out, inference by framework, the training step."""

    draw: Callable[[np.random.Generator], dict[str, Array]]
    solve: Callable[[Arrays], dict[str, Array]]
    infer: Mapping[str, Builder]
    train: Builder


def probes_of(told: protocol.Described, work: Work, who: Callable[[str], str]) -> Iterator[Probe]:
    """Inference, and the training step where there is one.

    They inform no decision: nobody knows which project they resemble. ``who``: from a
    probe to its witness.
    """
    inference, *step = told.probes
    stated = told.flops is not None and told.bytes is not None
    made = Probe(
        id=inference,
        title=inference.removeprefix("mine."),
        measures="Your own model.",
        shape=told.shape,
        dtype=told.dtype,
        flops=told.flops or 0,
        bytes=told.bytes or 0,
        reference_kind="roofline" if stated else "none",
        criterion="inference_speed",
        families=(),
        tolerances={told.dtype: told.tolerance},
        cost_s=COST_S,
        trains=told.gradients,
        draw=work.draw,
        solve=work.solve,
        data=tuple(name for name in told.inputs if name != TARGET),
        builders=cast(Mapping[Framework | Literal["numpy"], Builder], work.infer),
    )
    if not told.referenced:
        made = replace(made, compared_with=_compared_with(who(inference)))
    yield made
    for each in step:
        yield replace(
            made,
            id=each,
            title=f"{made.title}, training step",
            criterion="training_speed",
            trains=True,
            reference_kind="none",
            data=told.inputs,
            builders={"keras": work.train},
            compared_with=_compared_with(who(each)),
        )


def _compared_with(who: str) -> str:
    return f"no reference; compared with one another, beginning with {who} eager"


def _draws(_: np.random.Generator) -> dict[str, Array]:
    raise AssertionError("a session draws nothing")


def _solves(_: Arrays) -> dict[str, Array]:
    raise AssertionError("a session computes nothing")


def _builds(_: Adapter, __: Arrays) -> Program:
    raise AssertionError("a session builds nothing")


#: Of a session, which plans and concludes and never executes the file.
NO_WORK = Work(_draws, _solves, {}, _builds)
