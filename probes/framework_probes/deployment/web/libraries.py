"""The JavaScript libraries: where a page and Node find them, and what a job says to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from framework_probes.deployment import artefacts
from framework_probes.deployment.artefacts import Served, Task

HERE = Path(__file__).parent
_MODULES = "/node_modules"


@dataclass(frozen=True, slots=True)
class Library:
    """One package of npm.

    Attributes:
        module: of this folder, which speaks to it.
        pages: its file for a page, by provider, "" for any other; ``symbol``: the name that a
            classic script puts there, None: it is a module.
        wasm: the folder of its WebAssembly, or of nothing.
        extra: further packages that a provider wants, with the file for a page.
    """

    module: str
    pages: Mapping[str, str] = field(default_factory=dict)
    symbol: str | None = None
    wasm: str | None = None
    extra: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_WASM_OF_TFJS = "@tensorflow/tfjs-backend-wasm"
LIBRARIES: Mapping[str, Library] = MappingProxyType(
    {
        "onnxruntime-node": Library("onnxruntime"),
        "onnxruntime-web": Library(
            "onnxruntime",
            {"": "dist/ort.wasm.min.mjs", "webgpu": "dist/ort.webgpu.min.mjs"},
            wasm="onnxruntime-web/dist/",
        ),
        "@litertjs/core": Library("litert", {"": "dist/index.js"}, wasm="@litertjs/core/wasm/"),
        "@tensorflow/tfjs": Library(
            "tfjs",
            {"": "dist/tf.min.js"},
            symbol="tf",
            wasm=f"{_WASM_OF_TFJS}/dist/",
            extra={"wasm": (_WASM_OF_TFJS, "dist/tf-backend-wasm.min.js")},
        ),
    }
)


def job(task: Task) -> dict[str, Any]:
    """What both a page and Node are told: the runtime, the files and how long to time."""
    return {
        "module": LIBRARIES[task.options["library"]].module,
        "provider": task.options["provider"],
        "files": sorted(
            path.relative_to(task.folder).as_posix()
            for path in task.folder.rglob("*")
            if path.is_file()
        ),
        "shape": task.rows.shape,
        "batches": task.artefact.batches,
        "batch": artefacts.BATCH,
        "timed_s": artefacts.TIMED_S,
        "fewest": artefacts.FEWEST_CALLS,
        "most": artefacts.MOST_CALLS,
    }


def for_page(task: Task) -> dict[str, Any]:
    """Where a page finds the library."""
    name, provider = task.options["library"], task.options["provider"]
    library = LIBRARIES[name]
    file = library.pages.get(provider, library.pages[""])
    told: dict[str, Any] = {
        "library": {"url": f"{_MODULES}/{name}/{file}", "global": library.symbol},
        "wasm": f"{_MODULES}/{library.wasm}",
    }
    if provider in library.extra:
        package, further = library.extra[provider]
        told["backend"] = {"url": f"{_MODULES}/{package}/{further}", "global": library.symbol}
    return told


def for_node(task: Task) -> dict[str, Any]:
    """By what name Node finds the library."""
    name, provider = task.options["library"], task.options["provider"]
    library = LIBRARIES[name]
    told: dict[str, Any] = {"library": {"url": name}}
    if provider in library.extra:
        package, _ = library.extra[provider]
        told["backend"] = {"url": package}
        # Node's build of it looks beside itself, and a page's folder is none.
        told["wasm"] = str(node_modules(task) / package / "dist") + "/"
    return told


def node_modules(task: Task) -> Path:
    """Where the environment's packages of npm are."""
    if task.environment is None:
        raise RuntimeError("no environment with packages of npm was named")
    return task.environment / "node_modules"


def package_versions(task: Task) -> dict[str, str]:
    """Of the packages of npm that take part."""
    name, provider = task.options["library"], task.options["provider"]
    extra = LIBRARIES[name].extra.get(provider)
    names = (name, extra[0]) if extra else (name,)
    return {each: _version(node_modules(task) / each / "package.json") for each in names}


def _version(path: Path) -> str:
    return str(json.loads(path.read_text(encoding="utf-8"))["version"])


def served(said: Mapping[str, Any], versions: Mapping[str, str], **more: Any) -> Served:
    """What ``serve.mjs`` measured, as a runtime says it."""
    fields = ("p50", "p90", "calls", "per_s", "batch", "load_s")
    return Served(
        **{name: said[name] for name in fields},
        versions=dict(versions),
        notes=tuple(said["notes"]),
        **more,
    )
