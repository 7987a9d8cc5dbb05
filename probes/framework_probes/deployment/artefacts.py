"""What an exporter is given and gives back; what a runtime is given and gives back.

Standard library and NumPy: this is imported wherever something is exported or run. A module in
``exporters`` has ``export(making) -> Artefact``; one in ``runtimes`` has ``run(task) -> Served``,
and most of them only say how one call is made: ``return task.serve(call)``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np

from framework_probes.deployment.models import CALIBRATION, Model, model_of
from framework_probes.probe import Array, Native

#: Beside the artefact's folder: what the exporter says of it, and what was put in and came out.
FACTS, INPUTS, OUTPUTS = "facts.json", "inputs.npy", "outputs.npy"
#: Rows of a batch.
BATCH = 32
#: Seconds that single requests, and batches, are timed; fewest and most calls of each.
TIMED_S, FEWEST_CALLS, MOST_CALLS = 0.5, 10, 1000


@dataclass(frozen=True, slots=True)
class Artefact:
    """What an exporter says of the files that it wrote into ``making.folder``, all of which count.

    Attributes:
        batches: whether a batch of any length may be given; else one row at a time.
        channels_first: whether images are to be given as NCHW.
        facts: for the runtime, the name of an input for example.
        notes: what went on beside, for a person.
    """

    batches: bool = False
    channels_first: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Making:
    """What an exporter is given.

    Attributes:
        folder: empty; all that is to be shipped goes there, and nothing else.
        before: folder and artefact of the exporter before this one, where there was one.
        environment: folder of the environment that was built for this, where one was.
    """

    model: Model
    framework: str
    backend: str | None
    folder: Path
    options: Mapping[str, str]
    seed: int
    before: tuple[Path, Artefact] | None = None
    environment: Path | None = None

    def source(self) -> Native:
        """The model in its framework, with its weights: a torch module, a Keras model and so on."""
        return self.model.build(self.framework, import_module(MODULES[self.framework]), self.seed)

    def example(self, rows: int = 1) -> Array:
        """Rows to trace with, as the source takes them."""
        return turned(self.model.rows(rows, self.seed), self.channels_first)

    def calibration(self) -> Array:
        """Rows to calibrate a quantization with; none of them is among those that are compared."""
        return turned(self.model.rows(CALIBRATION, self.seed + 1), self.channels_first)

    @property
    def channels_first(self) -> bool:
        """Whether the source takes NCHW."""
        return self.model.images and self.framework == "pytorch"


MODULES = {"pytorch": "torch", "tensorflow": "tensorflow", "jax": "jax", "keras": "keras"}


def turned(rows: Array, channels_first: bool) -> Array:
    """From NHWC to NCHW where it is asked; a copy, as some exporters look at strides."""
    return np.array(rows.transpose(0, 3, 1, 2), order="C", copy=True) if channels_first else rows


@dataclass(frozen=True, slots=True)
class Served:
    """What a runtime says, its outputs apart, which it leaves in a file.

    Attributes:
        p50, p90: seconds of single requests; ``calls``: how many; None where none was made.
        per_s: rows a second in a batch of ``batch``.
        load_s: from the files to the first answer.
        arena_bytes: of an interpreter that has one.
        installed_bytes, peak_rss: where another process than this one ran it.
        versions: beyond those of ``Part.installs``.
        notes: for a person.
    """

    p50: float | None = None
    p90: float | None = None
    calls: int = 0
    per_s: float | None = None
    batch: int | None = None
    load_s: float | None = None
    arena_bytes: int | None = None
    installed_bytes: int | None = None
    peak_rss: int | None = None
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What a runtime is given.

    Attributes:
        folder: of the artefact; ``artefact``: what its exporter said.
        rows: as the artefact takes them.
        outputs: the file for what comes out, float32 in the order of the rows.
        environment: folder of the environment that was built for this, where one was.
    """

    folder: Path
    artefact: Artefact
    rows: Array
    outputs: Path
    options: Mapping[str, str]
    model: str
    framework: str
    backend: str | None
    seed: int
    environment: Path | None = None

    def source(self) -> Native:
        """The model in its framework: for what runs the source itself."""
        module = import_module(MODULES[self.framework])
        return model_of(self.model).build(self.framework, module, self.seed)

    def one(self) -> Path:
        """The only file of the artefact, or the only one with that suffix."""
        files = sorted(path for path in self.folder.iterdir() if path.is_file())
        if len(files) != 1:
            names = ", ".join(path.name for path in files) or "none"
            raise FileNotFoundError(f"the exporter wrote {names}; one file was expected")
        return files[0]

    def serve(self, call: Callable[[Array], Array], started: float | None = None) -> Served:
        """Keep what comes out of every row, and time single requests and a batch.

        Args:
            call: from rows to outputs, both NumPy, waiting included.
            started: of ``time.perf_counter``, before the artefact was loaded.
        """
        first = self.rows[:1]
        answers = [np.asarray(call(first))]
        load_s = None if started is None else time.perf_counter() - started
        answers += [np.asarray(call(row[None])) for row in self.rows[1:]]
        self.keep(np.concatenate(answers))
        times = _timed(call, first)
        per_s = None
        if self.artefact.batches:
            many = np.ascontiguousarray(np.resize(self.rows, (BATCH, *self.rows.shape[1:])))
            if np.asarray(call(many)).shape[0] == BATCH:
                per_s = BATCH / float(np.median(_timed(call, many)))
        return Served(
            p50=float(np.quantile(times, 0.5)),
            p90=float(np.quantile(times, 0.9)),
            calls=len(times),
            per_s=per_s,
            batch=BATCH if per_s else None,
            load_s=load_s,
        )

    def keep(self, answers: Array) -> None:
        """Write what came out, in the dtype that it has."""
        np.save(self.outputs, answers)


def _timed(call: Callable[[Array], Array], rows: Array) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + TIMED_S
    while len(times) < FEWEST_CALLS or (len(times) < MOST_CALLS and time.perf_counter() < end):
        start = time.perf_counter()
        call(rows)
        times.append(time.perf_counter() - start)
    return times


def noted(folder: Path, artefact: Artefact) -> None:
    """Keep what is said of an artefact, beside its folder."""
    content = {
        "batches": artefact.batches,
        "channels_first": artefact.channels_first,
        "facts": artefact.facts,
        "notes": artefact.notes,
    }
    folder.with_name(f"{folder.name}.{FACTS}").write_text(json.dumps(content), encoding="utf-8")


def note_of(folder: Path) -> Artefact:
    """What was said of the artefact in that folder."""
    said = json.loads(folder.with_name(f"{folder.name}.{FACTS}").read_text(encoding="utf-8"))
    return Artefact(**(said | {"notes": tuple(said["notes"])}))


def bytes_in(folder: Path) -> int:
    """Of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
