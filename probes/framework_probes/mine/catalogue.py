"""A file as a catalogue for workers: executed once, when its first probe is wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from framework_probes import protocol
from framework_probes.mine import callables, keras_step, models
from framework_probes.mine.definition import Definition, check, define, probe_id
from framework_probes.mine.probes import Work, probes_of
from framework_probes.mine.source import BadFile, Source
from framework_probes.mine.witness import Witness
from framework_probes.probe import OTHER, Probe

#: What a catalogue's name begins with where it is a file; a :class:`Brief` follows.
PREFIX = "mine:"


@dataclass(frozen=True, slots=True)
class Brief:
    """What a worker is told of a file.

    Attributes:
        file: where it is; ``sha256``: what it held when the run began.
        folder: where the witness leaves its results.
    """

    file: str
    sha256: str
    folder: str

    def named(self) -> str:
        """As the name of a catalogue."""
        return PREFIX + json.dumps(asdict(self))

    @classmethod
    def of(cls, name: str) -> Self:
        """The way back."""
        return cls(**json.loads(name.removeprefix(PREFIX)))


class FileCatalogue(Mapping[str, Probe]):
    """The probes of a file, for one worker."""

    def __init__(self, brief: Brief) -> None:
        """Nothing is read yet: the framework comes first."""
        self.brief = brief
        self.witness = Witness(Path(brief.folder))

    @cached_property
    def definition(self) -> Definition:
        """What the file defines. Raises BadFile."""
        source = Source.read(Path(self.brief.file))
        if source.sha256 != self.brief.sha256:
            raise BadFile(f"{source.name} was changed while it was measured; start again")
        return define(source.execute())

    @cached_property
    def told(self) -> protocol.Described:
        """What a session must know of it."""
        definition = self.definition
        id_ = probe_id(definition.source.path)
        inputs = definition.inputs(np.random.default_rng(0))
        shapes = ("x".join(map(str, value.shape)) or "1" for value in inputs.values())
        return protocol.Described(
            probes=(id_, f"{id_}.train") if definition.trains else (id_,),
            frameworks=definition.frameworks,
            kind=definition.kind,
            referenced=definition.referenced,
            inputs=tuple(inputs),
            shape=", ".join(f"{n} {s}" for n, s in zip(inputs, shapes, strict=True))[:200],
            dtype=definition.dtype,
            tolerance=definition.tolerance,
            gradients=definition.gradients,
            flops=definition.flops,
            bytes=definition.bytes,
        )

    @cached_property
    def probes(self) -> dict[str, Probe]:
        """Its inference, and its training step where it has one."""
        definition, witness = self.definition, self.witness
        if definition.kind == "callables":
            infer = dict.fromkeys(map(str, definition.frameworks), callables.builder(definition))
        else:
            infer = models.builders(definition, witness)
        solve = definition.solve if definition.referenced else witness.results
        work = Work(definition.inputs, solve, infer, keras_step.builder(definition, witness))
        return {p.id: p for p in probes_of(self.told, work, witness.who)}

    def __getitem__(self, name: str) -> Probe:
        return self.probes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.probes)

    def __len__(self) -> int:
        return len(self.probes)

    def describe(self) -> protocol.Described:
        """What is in the file, checked as far as that goes without a framework."""
        definition, first = self.definition, self[self.told.probes[0]]
        inputs = first.inputs(0)
        check(definition, inputs, first.inputs(0), first.inputs(OTHER))
        if definition.referenced:
            try:
                first.reference(inputs)
            except Exception as error:
                said = definition.source.said(error)
                raise BadFile(f"{said}; in_numpy is given the inputs in float64") from error
        return self.told

    def place(self, error: BaseException) -> str | None:
        """Where in the file an error came about."""
        known = "definition" in vars(self)
        return self.definition.source.place(error) if known else None
