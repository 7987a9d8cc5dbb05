"""Which interpreter serves which framework, and what it has, without importing anything heavy.

In this order: the one that the framework's variable names; an environment that was built for the
device; this interpreter. On the processor this interpreter comes before what was built, where it
has the framework.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from framework_probes.results import Framework

#: Framework to the module that must be found.
MODULES: dict[Framework, str] = {
    "pytorch": "torch",
    "tensorflow": "tensorflow",
    "jax": "jax",
    "keras": "keras",
}
_LOOK = (
    "import json, sys; from importlib.util import find_spec; "
    "print(json.dumps([m for m in sys.argv[1:] if find_spec(m) is not None]))"
)


DECLARED = Path(__file__).with_name("environments.toml")
#: Written last, when an environment is built: without it, what is there is half an environment.
MARK = "framework-advisor.json"


@dataclass(frozen=True, slots=True)
class Declared:
    """An environment as the data file declares it.

    Attributes:
        name: of it; ``serves``: subjects, see ``results.Contender``; ``devices``: kinds.
        requirements: exact, as pip takes them.
        index: whose packages they are, where the usual index has others; None: the usual one.
        alone: further requirements, installed without what they ask for themselves.
        packages: of npm, name to exact version, in its folder ``node_modules``.
        imports: modules that have to be importable, of one that serves no subject.
    """

    name: str
    serves: tuple[str, ...]
    devices: tuple[str, ...]
    requirements: tuple[str, ...]
    index: str | None = None
    alone: tuple[str, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where it is built."""
        return data_dir() / "environments" / self.name

    @property
    def python(self) -> Path:
        """Its interpreter, once it is built."""
        return self.folder / "bin" / "python"

    @property
    def built(self) -> bool:
        """Whether it is there, whole."""
        return (self.folder / MARK).exists()

    @property
    def node_modules(self) -> Path:
        """Where its packages of npm are, once it is built."""
        return self.folder / "node_modules"

    @property
    def how_to_build(self) -> str:
        """The one command."""
        return f"framework-advisor probe environments --build {self.name}"


@cache
def declared(path: Path = DECLARED) -> Mapping[str, Declared]:
    """The environments of the data file, by name."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Declared(
            name,
            tuple(each["serves"]),
            tuple(each["devices"]),
            tuple(each["requirements"]),
            each.get("index"),
            tuple(each.get("alone", ())),
            each.get("packages", {}),
            tuple(each.get("imports", ())),
        )
        for name, each in content.items()
    }


def data_dir() -> Path:
    """Where what is built and kept lives; the service's own setting, read without the service."""
    named = os.environ.get("FRAMEWORK_ADVISOR_DATA_DIR")
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "framework-advisor"


def meant_for(framework: Framework, backend: Framework | None, device: str) -> Declared | None:
    """The environment that is declared for a subject on a kind of device, a built one first."""
    subject = f"{framework}:{backend}" if backend else framework
    fit = [e for e in declared().values() if subject in e.serves and device in e.devices]
    return next((each for each in fit if each.built), fit[0] if fit else None)


def how_to_install(framework: Framework, backend: Framework | None, device: str) -> str:
    """The one command that installs a subject for a kind of device; empty where none is known."""
    fit = meant_for(framework, backend, device)
    return fit.how_to_build if fit else ""


def variable(framework: Framework) -> str:
    """The environment variable that names another interpreter for a framework."""
    return f"FRAMEWORK_ADVISOR_PYTHON_{framework.upper()}"


def interpreter(framework: Framework, backend: Framework | None = None, device: str = "cpu") -> str:
    """The Python that serves a framework, on a back end and a kind of device."""
    if named := os.environ.get(variable(framework)):
        return named
    here = device == "cpu" and _found(sys.executable, tuple(_needed(framework, backend)))
    if here and len(here) == len(_needed(framework, backend)):
        return sys.executable
    fit = meant_for(framework, backend, device)
    return str(fit.python) if fit is not None and fit.built else sys.executable


def missing(framework: Framework, backend: Framework | None, device: str = "cpu") -> str | None:
    """Why a framework cannot be measured here, in one line; None if all its packages are there.

    Only looks for the packages: one that is there but broken is found out by a worker.
    """
    python = interpreter(framework, backend, device)
    needed = _needed(framework, backend)
    try:
        found = _found(python, tuple(needed))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return f"{variable(framework)}={python} cannot be run: {reason}"
    absent = [module for module in needed if module not in found]
    if not absent:
        return None
    said = f"no module named {', '.join(absent)} in {python}"
    command = how_to_install(framework, backend, device)
    # Who named an interpreter means that one: another environment would not be looked at.
    return f"{said}: {command}" if command and not os.environ.get(variable(framework)) else said


def _needed(framework: Framework, backend: Framework | None) -> list[str]:
    return [MODULES[part] for part in (framework, backend) if part is not None] + ["numpy"]


def _found(python: str, modules: tuple[str, ...]) -> frozenset[str]:
    if python == sys.executable:
        return frozenset(module for module in modules if find_spec(module) is not None)
    answer = subprocess.run(
        [python, "-c", _LOOK, *modules], capture_output=True, text=True, check=True, timeout=30
    )
    return frozenset(json.loads(answer.stdout))


def main(framework: str, device: str) -> int:
    """Write the requirements of a subject on a kind of device in one line, for an image."""
    fit = (e for e in declared().values() if framework in e.serves and device in e.devices)
    found = next(fit, None)
    if found is None:
        sys.stderr.write(f"no environment is declared for '{framework}' on '{device}'\n")
        return 2
    sys.stdout.write(" ".join(found.requirements) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
