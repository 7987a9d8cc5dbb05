"""What a worker does when it is asked to export or to run an artefact."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from framework_probes import protocol, timing
from framework_probes.deployment import failures
from framework_probes.deployment.artefacts import (
    MODULES,
    Artefact,
    Making,
    Served,
    Task,
    bytes_in,
    note_of,
    noted,
    turned,
)
from framework_probes.deployment.models import model_of


def answer(command: protocol.Export | protocol.Serve) -> protocol.Reply:
    """Do it. Exporters written in other languages raise what is no Exception."""
    try:
        return export(command) if isinstance(command, protocol.Export) else serve(command)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return failures.refused(error)


def export(command: protocol.Export) -> protocol.Exported | protocol.Refused:
    """Import what the exporter needs, then export and time that alone."""
    start = time.perf_counter()
    # First, as it may have to prepare what it needs.
    module = _module("exporters", command.exporter)
    for needed in command.needs:
        import_module(needed)
    import_s = time.perf_counter() - start
    folder = Path(command.folder)
    folder.mkdir(parents=True)
    before = Path(command.before) if command.before else None
    making = Making(
        model=model_of(command.model),
        framework=command.framework,
        backend=command.backend,
        folder=folder,
        options=command.options,
        seed=command.seed,
        before=(before, note_of(before)) if before else None,
        environment=Path(command.environment) if command.environment else None,
    )
    start = time.perf_counter()
    artefact: Artefact = module.export(making)
    seconds = time.perf_counter() - start
    noted(folder, artefact)
    if not bytes_in(folder):
        return protocol.Refused("wrong_result", "the exporter reported success and wrote nothing")
    return protocol.Exported(
        export_s=seconds,
        import_s=import_s,
        bytes=bytes_in(folder),
        python=platform.python_version(),
        versions=versions(command.distributions),
        notes=artefact.notes,
    )


def serve(command: protocol.Serve) -> protocol.Answered:
    """Load an artefact in its runtime, run every row, and time single requests."""
    module = _module("runtimes", command.runtime)
    folder = Path(command.folder)
    artefact = note_of(folder)
    task = Task(
        folder=folder,
        artefact=artefact,
        rows=turned(np.load(command.inputs), artefact.channels_first),
        outputs=Path(command.outputs),
        options=command.options,
        model=command.model,
        framework=command.framework,
        backend=command.backend,
        seed=command.seed,
        environment=Path(command.environment) if command.environment else None,
    )
    served: Served = module.run(task)
    return protocol.Answered(
        p50=served.p50,
        p90=served.p90,
        calls=served.calls,
        per_s=served.per_s,
        batch=served.batch,
        load_s=served.load_s,
        arena_bytes=served.arena_bytes,
        installed_bytes=served.installed_bytes or installed_bytes(command.installs),
        peak_rss=served.peak_rss or timing.peak_memory(),
        python=platform.python_version(),
        frameworks=tuple(name for name, each in MODULES.items() if each in sys.modules),
        versions=versions(command.installs) | served.versions,
        notes=served.notes,
    )


def _module(kind: str, name: str) -> Any:
    """One of this package's, by its name, or anybody's, by a name with a dot."""
    return import_module(name if "." in name else f"framework_probes.deployment.{kind}.{name}")


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Of those that are installed here."""
    found = {}
    for name in distributions:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def installed_bytes(distributions: Iterable[str]) -> int | None:
    """What they take on disk together, without what they depend on; None where none is here."""
    total = 0
    for name in distributions:
        try:
            files = metadata.files(name) or ()
        except metadata.PackageNotFoundError:
            continue
        for each in files:
            path = Path(str(each.locate()))
            total += path.stat().st_size if path.is_file() else 0
    return total or None
