"""Building an environment that is declared, and checking that its frameworks see their devices."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from framework_probes import devices, protocol
from framework_probes.environments import MARK, Declared
from framework_probes.process import WorkerProcess
from framework_probes.results import Framework, Outcome

#: Seconds that importing a framework may take.
LOAD_S = 180.0


class BuildFailed(RuntimeError):
    """An environment could not be built; nothing of it is left. The message is one line."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a subject could be loaded on a kind of device, as a worker of a run loads it.

    ``device_name``: as the framework names what it found; None on the processor.
    """

    subject: str
    device: str
    outcome: Outcome
    reason: str | None = None
    device_name: str | None = None
    packages: dict[str, str] = field(default_factory=dict)


def build(wanted: Declared, say: Callable[[str], None], index: str | None = None) -> None:
    """Make the environment anew and install what it requires; ``say`` gets each line of it.

    Args:
        wanted: what is built.
        say: told how it goes on.
        index: of further packages, as pip's ``--extra-index-url``.

    Raises:
        BuildFailed: a step failed; what there was of it is removed.
    """
    shutil.rmtree(wanted.folder, ignore_errors=True)
    further = ["--extra-index-url", index] if index else []
    pip = [str(wanted.python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    steps = (
        [sys.executable, "-m", "venv", str(wanted.folder)],
        [*pip, *further, *wanted.requirements],
    )
    try:
        for step in steps:
            _run(step, say)
        content = {"requirements": wanted.requirements, "python": platform.python_version()}
        (wanted.folder / MARK).write_text(json.dumps(content) + "\n")
    finally:
        if not wanted.built:
            shutil.rmtree(wanted.folder, ignore_errors=True)


def check(wanted: Declared) -> Iterator[Checked]:
    """Load each subject of a built environment on each of its devices that this host has."""
    present = devices.here()
    with tempfile.TemporaryDirectory(prefix="framework-probes-") as folder:
        for subject in wanted.serves:
            for device in (kind for kind in wanted.devices if kind in present):
                yield _checked(wanted, subject, device, Path(folder) / f"{subject}-{device}")


def _checked(wanted: Declared, subject: str, device: str, folder: Path) -> Checked:
    framework, _, backend = subject.partition(":")
    load = protocol.Load(framework, cast(Framework, backend) if backend else None, device)
    catalogue = "framework_probes.catalogue"
    with WorkerProcess(str(wanted.python), folder, catalogue=catalogue, device=device) as worker:
        reply = worker.ask(load, LOAD_S)
    if isinstance(reply, protocol.Loaded):
        name = reply.settings.get("device")
        return Checked(subject, device, "ok", None, name, reply.packages)
    if isinstance(reply, protocol.Refused):
        return Checked(subject, device, reply.outcome, reply.reason)
    return Checked(subject, device, "crash", "the worker answered something else")


def _run(command: list[str], say: Callable[[str], None]) -> None:
    last = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as step:
        for line in step.stdout or ():
            if line.strip():
                say(line.rstrip())
                # pip says what is wrong, and afterwards perhaps what else could be done.
                last = line.strip() if line.startswith("ERROR") or not last else last
    if step.returncode != 0:
        raise BuildFailed(f"{' '.join(command[1:4])} ended with {step.returncode}: {last}"[:400])
