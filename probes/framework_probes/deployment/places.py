"""Which interpreter serves an exporter or a runtime, or the command that installs one."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from framework_probes import environments
from framework_probes.deployment.paths import Part, Way
from framework_probes.protocol import Refused


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part runs. ``folder``: of the environment that was built for it, None: no such."""

    python: str
    folder: Path | None


def place(part: Part) -> Place | Refused:
    """This interpreter where it has all that is needed, else the environment that is declared."""
    declared = environments.declared().get(part.environment or "")
    built = declared is not None and declared.built
    absent = _absent(part.needs)
    if not absent and (part.needs or declared is None):
        return Place(sys.executable, declared.folder if declared and built else None)
    if declared is None:
        return Refused("not_installed", f"no module named {', '.join(absent)} in {sys.executable}")
    if not built:
        command = f"framework-advisor probe environments --build {declared.name}"
        what = (
            f"no module named {', '.join(absent)} here" if absent else f"{declared.name} is absent"
        )
        return Refused("not_installed", f"{what}: {command}")
    return Place(str(declared.python), declared.folder)


def missing(way: Way) -> Refused | None:
    """Why a path cannot be tried here, before anything is started."""
    parts = [*way.exporters, *([way.runtime] if way.runtime else [])]
    return next((found for found in map(place, parts) if isinstance(found, Refused)), None)


@cache
def _absent(modules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(module for module in modules if find_spec(module) is None)
