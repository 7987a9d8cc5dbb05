"""A JavaScript runtime in Node."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from framework_probes.deployment.artefacts import Served, Task, bytes_in
from framework_probes.deployment.web.libraries import (
    HERE,
    for_node,
    job,
    node_modules,
    package_versions,
    served,
)
from framework_probes.deployment.web.programs import program

#: Seconds for all that it does.
PATIENCE_S = 180.0


def run(task: Task) -> Served:
    """Load the library and the artefact in a process of Node, one thread; run and time there."""
    node = program("Node.js", "node", "nodejs")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "rows").write_bytes(np.ascontiguousarray(task.rows, np.float32).tobytes())
        reply = _work(node, task, folder)
        answers = np.fromfile(folder / "answers", reply["dtype"]).reshape(reply["dims"])
    task.keep(answers)
    packages = package_versions(task)
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    return served(
        reply["said"],
        packages | {"node": said.stdout.strip().removeprefix("v")},
        installed_bytes=sum(bytes_in(node_modules(task) / name) for name in packages),
        peak_rss=reply["said"]["peak_rss"],
    )


def _work(node: str, task: Task, folder: Path) -> dict[str, Any]:
    places = {name: str(folder / name) for name in ("rows", "answers", "reply")}
    told = job(task) | for_node(task) | places
    told |= {"folder": str(task.folder), "node_modules": str(node_modules(task))}
    (folder / "job").write_text(json.dumps(told), encoding="utf-8")
    command = [node, str(HERE / "node.mjs"), str(folder / "job")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    try:
        reply: dict[str, Any] = json.loads((folder / "reply").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        last = lines[-1] if lines else "no message"
        raise RuntimeError(f"Node ended with {done.returncode}: {last}") from None
    if "error" in reply:
        raise RuntimeError(f"in Node: {reply['error']}")
    return reply
