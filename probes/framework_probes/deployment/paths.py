"""The ways that ``paths.toml`` declares, and where their parts find what they need."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from framework_probes.deployed import Precision, Target
from framework_probes.results import Contender, Framework

DECLARED = Path(__file__).with_name("paths.toml")
#: What a path takes part in: it is run, or goes no further than a compiler.
Kind = Literal["run", "compile"]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What passes in a precision; see ``deployed.Parity``."""

    relative: float
    top1_at_least: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One exporter or one runtime.

    Attributes:
        name: of it; ``module``: in ``exporters`` or ``runtimes``, which does it.
        needs: modules that its interpreter must have.
        environment: of ``environments.toml``, where this interpreter lacks them.
        options: for the module.
        artefact: what an exporter writes.
        targets, installs, proves: of a runtime, see ``deployed.Deployed``; ``installs`` are the
            distributions that have to be on the target.
        tells: of an exporter, distributions whose versions are told.
        holds_framework: of a runtime that is the framework itself: of every other one it is an
            error to have imported what was exported from.
        cost_s: estimated seconds for one model, imports included.
    """

    name: str
    module: str
    needs: tuple[str, ...] = ()
    environment: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    artefact: str = ""
    targets: tuple[Target, ...] = ()
    installs: tuple[str, ...] = ()
    proves: str = ""
    tells: tuple[str, ...] = ()
    holds_framework: bool = False
    cost_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """A path from a framework to a runtime.

    Attributes:
        id: of the path, the variant of its results.
        exporters: in order; ``runtime``: None where nothing beyond the exporters is done.
        models: on which it is tried; empty: on all.
        options: for the runtime, beside its own.
    """

    id: str
    framework: Framework
    backend: Framework | None
    exporters: tuple[Part, ...]
    runtime: Part | None
    precision: Precision
    targets: tuple[Target, ...]
    proves: str
    kind: Kind = "run"
    models: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def contender(self) -> Contender:
        """As results name it."""
        return Contender(self.framework, self.backend, "compiled", self.id)

    @property
    def artefact(self) -> str:
        """The format of what is shipped."""
        return self.exporters[-1].artefact

    @property
    def cost_s(self) -> float:
        """Estimated seconds for one model."""
        runtime = self.runtime.cost_s if self.runtime else 0.0
        return sum(part.cost_s for part in self.exporters) + runtime


@dataclass(frozen=True, slots=True)
class Declared:
    """All that the data file says."""

    tolerances: Mapping[Precision, Tolerance]
    ways: Mapping[str, Way]


@cache
def declared(path: Path = DECLARED) -> Declared:
    """The data file, resolved. Raises ValueError where it contradicts itself."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    exporters = {name: _part(name, each) for name, each in content["exporters"].items()}
    runtimes = {name: _part(name, each) for name, each in content["runtimes"].items()}
    ways: dict[str, Way] = {}
    for each in content["paths"]:
        if each["id"] in ways:
            raise ValueError(f"{path.name}: two paths are called {each['id']}")
        try:
            ways[each["id"]] = _way(each, exporters, runtimes)
        except KeyError as error:
            raise ValueError(
                f"{path.name}: {each['id']} names {error}, which is not there"
            ) from None
    tolerances = {name: Tolerance(**each) for name, each in content["tolerances"].items()}
    return Declared(tolerances, ways)


def _part(name: str, content: Mapping[str, Any]) -> Part:
    made: dict[str, Any] = {"name": name, "module": name}
    made |= {key: tuple(v) if isinstance(v, list) else v for key, v in content.items()}
    return Part(**made)


def _way(
    content: Mapping[str, Any], exporters: Mapping[str, Part], runtimes: Mapping[str, Part]
) -> Way:
    runtime = runtimes[content["runtime"]] if "runtime" in content else None
    return Way(
        id=content["id"],
        framework=content["framework"],
        backend=content.get("backend"),
        exporters=tuple(exporters[name] for name in content["exporters"]),
        runtime=runtime,
        precision=content.get("precision", "float32"),
        targets=tuple(content.get("targets", runtime.targets if runtime else ())),
        proves=content.get("proves", runtime.proves if runtime else ""),
        kind=content.get("kind", "run"),
        models=tuple(content.get("models", ())),
        options=content.get("options", {}),
    )
