"""Exporters and runtimes at work: each in a process of its own; who can shares an export."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from framework_probes import protocol
from framework_probes.deployment.artefacts import MODULES, Artefact, noted
from framework_probes.deployment.models import ROWS, model_of
from framework_probes.deployment.paths import Part, Way
from framework_probes.deployment.places import Place, place
from framework_probes.environments import interpreter
from framework_probes.probe import Array
from framework_probes.process import WorkerProcess
from framework_probes.protocol import Refused
from framework_probes.results import Framework
from framework_probes.seats import Setup, refusal

#: Framework, backend, model and exporters: who has the same shares the artefact.
Key = tuple[str, str | None, str, tuple[str, ...]]
#: Where the framework itself is asked, this runtime is.
SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Written:
    """An artefact: its folder, and what each exporter on the way to it said."""

    folder: Path
    replies: tuple[protocol.Exported, ...]

    @property
    def export_s(self) -> float:
        """Seconds of all exporters together."""
        return sum(reply.export_s for reply in self.replies)

    @property
    def versions(self) -> dict[str, str]:
        """Of all that took part."""
        return {name: v for reply in self.replies for name, v in reply.versions.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What each exporter said, once."""
        return tuple(dict.fromkeys(note for reply in self.replies for note in reply.notes))


@dataclass(frozen=True, slots=True)
class Ran:
    """What a runtime said, and the outputs that it left, None where it left none."""

    said: protocol.Answered
    answers: Array | None


@dataclass(slots=True)
class Bench:
    """The processes of one run, and what they have made. Close it."""

    folder: Path
    setup: Setup
    seed: int
    written: dict[Key, Written | Refused] = field(default_factory=dict)
    sources: dict[tuple[str, str | None, str], Ran | Refused] = field(default_factory=dict)
    #: The exporting process of the moment, for what the same exporter does with the next model.
    exporting: tuple[object, WorkerProcess] | None = None
    started: int = 0

    def close(self) -> None:
        """End and reap what still runs."""
        if self.exporting is not None:
            self.exporting[1].close()
            self.exporting = None

    def inputs(self, model: str) -> Path:
        """The file of the rows that are compared, drawn once."""
        path = self.folder / f"{model_of(model).id}.inputs.npy"
        if not path.exists():
            np.save(path, model_of(model).rows(ROWS, self.seed))
        return path

    def export(self, way: Way, model: str) -> Written | Refused:
        """What the path's exporters write of a model, one after the other; kept for the next."""
        before: Written | None = None
        for number, part in enumerate(way.exporters, 1):
            names = tuple(each.name for each in way.exporters[:number])
            key = (way.framework, way.backend, model, names)
            if key not in self.written:
                self.written[key] = self._export(way, model, part, before)
            found = self.written[key]
            if isinstance(found, Refused):
                return found
            before = found
        if before is None:
            raise ValueError(f"{way.id} has no exporter")
        return before

    def _export(
        self, way: Way, model: str, part: Part, before: Written | None
    ) -> Written | Refused:
        where = place(part)
        if isinstance(where, Refused):
            return where
        folder = self._new("artefact")
        command = protocol.Export(
            model=model,
            framework=way.framework,
            backend=way.backend,
            exporter=part.module,
            folder=str(folder),
            seed=self.seed,
            before=None if before is None else str(before.folder),
            options=dict(part.options),
            needs=part.needs,
            distributions=part.tells,
            environment=None if where.folder is None else str(where.folder),
        )
        worker = self._exporter(way, part, where)
        if isinstance(worker, Refused):
            return worker
        reply = worker.ask(command, self.setup.prepare_s)
        if not isinstance(reply, protocol.Exported):
            shutil.rmtree(folder, ignore_errors=True)
            self.close()
            return refusal(reply)
        return Written(folder, (*(before.replies if before else ()), reply))

    def _exporter(self, way: Way, part: Part, where: Place) -> WorkerProcess | Refused:
        """The process that exports by this exporter, for one model after the other."""
        key = (way.framework, way.backend, part.name)
        if self.exporting is not None and self.exporting[0] == key and self.exporting[1].alive:
            return self.exporting[1]
        self.close()
        worker = self._worker(where.python, way.backend)
        if isinstance(worker, WorkerProcess):
            self.exporting = (key, worker)
        return worker

    def serve(self, way: Way, runtime: Part, written: Written, model: str) -> Ran | Refused:
        """Run an artefact in its runtime."""
        where = place(runtime)
        if isinstance(where, Refused):
            return where
        options = dict(runtime.options) | dict(way.options)
        return self._serve(
            runtime.module,
            where,
            written.folder,
            model,
            (way.framework, way.backend),
            options=options,
            installs=runtime.installs,
            backend=options.get("backend", way.backend),
        )

    def source(self, framework: Framework, backend: Framework | None, model: str) -> Ran | Refused:
        """Ask the framework itself, once a run."""
        key = (framework, backend, model)
        if key not in self.sources:
            folder = self._new("source")
            first = model_of(model).images and framework == "pytorch"
            noted(folder, Artefact(batches=True, channels_first=first))
            where = Place(interpreter(framework, backend), None)
            self.sources[key] = self._serve(
                SOURCE, where, folder, model, (framework, backend), backend=backend
            )
        return self.sources[key]

    def _serve(
        self,
        module: str,
        where: Place,
        folder: Path,
        model: str,
        subject: tuple[Framework, Framework | None],
        *,
        backend: str | None,
        options: dict[str, str] | None = None,
        installs: tuple[str, ...] = (),
    ) -> Ran | Refused:
        outputs = self._new("answer").with_suffix(".npy")
        command = protocol.Serve(
            model=model,
            framework=subject[0],
            backend=subject[1],
            runtime=module,
            folder=str(folder),
            inputs=str(self.inputs(model)),
            outputs=str(outputs),
            seed=self.seed,
            options=options or {},
            installs=installs,
            environment=None if where.folder is None else str(where.folder),
        )
        worker = self._worker(where.python, backend)
        if isinstance(worker, Refused):
            return worker
        with worker:
            reply = worker.ask(command, self.setup.prepare_s)
        if not isinstance(reply, protocol.Answered):
            return refusal(reply)
        return Ran(reply, np.load(outputs, allow_pickle=False) if outputs.exists() else None)

    def _worker(self, python: str, backend: str | None) -> WorkerProcess | Refused:
        try:
            return WorkerProcess(
                python,
                self._new("process"),
                catalogue=self.setup.catalogue,
                import_paths=self.setup.import_paths,
                threads=self.setup.threads,
                memory_bytes=self.setup.memory_bytes,
                variables=_keras(backend),
            )
        except OSError as error:
            return Refused("crash", f"the process did not start: {error}")

    def _new(self, kind: str) -> Path:
        self.started += 1
        return self.folder / f"{kind}-{self.started}"


def _keras(backend: str | None) -> dict[str, str]:
    """What Keras reads before it is imported, and then calls PyTorch by its module's name."""
    return {} if backend is None else {"KERAS_BACKEND": MODULES.get(backend, backend)}
