"""Building an environment that is declared, and checking that its frameworks see their devices."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
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
    steps = [
        [sys.executable, "-m", "venv", str(wanted.folder)],
        [*pip, *further, *wanted.requirements],
    ]
    if wanted.alone:
        steps.append([*pip, *further, "--no-deps", *wanted.alone])
    if wanted.packages:
        steps.append(_npm(wanted))
    try:
        for step in steps:
            _run(step, say)
        content = {"requirements": wanted.requirements, "python": platform.python_version()}
        (wanted.folder / MARK).write_text(json.dumps(content) + "\n")
    finally:
        if not wanted.built:
            shutil.rmtree(wanted.folder, ignore_errors=True)


def _npm(wanted: Declared) -> list[str]:
    """No install scripts: one of them would download builds for accelerators."""
    named = [f"{name}@{version}" for name, version in wanted.packages.items()]
    quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--save-exact"]
    return ["npm", "install", f"--prefix={wanted.folder}", "--ignore-scripts", *quiet, *named]


def check(wanted: Declared) -> Iterator[Checked]:
    """Load what a built environment is for: its subjects on its devices here, modules, packages."""
    present = devices.here()
    kinds = [kind for kind in wanted.devices if kind in present]
    subjects = [(subject, kind) for subject in wanted.serves for kind in kinds]
    yield from check_subjects(str(wanted.python), subjects)
    for module in wanted.imports:
        yield _imported(wanted, module)
    for name, version in wanted.packages.items():
        yield _package(wanted, name, version)


def check_subjects(python: str, subjects: Iterable[tuple[str, str]]) -> Iterator[Checked]:
    """Load each subject on a kind of device, in a worker of this interpreter."""
    with tempfile.TemporaryDirectory(prefix="framework-probes-") as folder:
        for subject, device in subjects:
            yield _checked(python, subject, device, Path(folder) / f"{subject}-{device}")


def _checked(python: str, subject: str, device: str, folder: Path) -> Checked:
    framework, _, backend = subject.partition(":")
    load = protocol.Load(framework, cast(Framework, backend) if backend else None, device)
    catalogue = "framework_probes.catalogue"
    try:
        with WorkerProcess(python, folder, catalogue=catalogue, device=device) as worker:
            reply = worker.ask(load, LOAD_S)
    except OSError as error:
        return Checked(subject, device, "crash", f"{python} cannot be run: {error.strerror}")
    if isinstance(reply, protocol.Loaded):
        name = reply.settings.get("device")
        return Checked(subject, device, "ok", None, name, reply.packages)
    if isinstance(reply, protocol.Refused):
        return Checked(subject, device, reply.outcome, reply.reason)
    return Checked(subject, device, "crash", "the worker answered something else")


_IMPORT = """
import sys
from importlib import import_module, metadata
top = sys.argv[1].partition(".")[0]
import_module(sys.argv[1])
print()
for name in metadata.packages_distributions().get(top, ()):
    print(name, metadata.version(name))
"""


def _imported(wanted: Declared, module: str) -> Checked:
    """Import a module of a built environment, in a process of its own."""
    command = [str(wanted.python), "-P", "-c", _IMPORT, module]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Checked(module, "cpu", "crash", str(error)[:400])
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return Checked(module, "cpu", "crash", said[-1][:400])
    last = done.stdout.rpartition("\n\n")[2].splitlines()
    packages = dict(line.split(" ", 1) for line in last if " " in line)
    return Checked(module, "cpu", "ok", packages=packages)


def _package(wanted: Declared, name: str, version: str) -> Checked:
    """Whether a package of npm is there, in its version."""
    try:
        content = json.loads((wanted.node_modules / name / "package.json").read_text())
    except (OSError, ValueError) as error:
        return Checked(name, "cpu", "crash", str(error)[:400])
    if content.get("version") != version:
        reason = f"it is version {content.get('version')}, and {version} is declared"
        return Checked(name, "cpu", "crash", reason)
    return Checked(name, "cpu", "ok", packages={name: version})


def _run(command: list[str], say: Callable[[str], None]) -> None:
    last = ""
    if shutil.which(command[0]) is None:
        raise BuildFailed(f"there is no {command[0]} on the path; install it, then build again")
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
