"""Which interpreter serves which framework, and what it has, without importing anything heavy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec

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


def variable(framework: Framework) -> str:
    """The environment variable that names another interpreter for a framework."""
    return f"FRAMEWORK_ADVISOR_PYTHON_{framework.upper()}"


def interpreter(framework: Framework) -> str:
    """The Python that serves a framework: the named one, else this one."""
    return os.environ.get(variable(framework)) or sys.executable


def missing(framework: Framework, backend: Framework | None) -> str | None:
    """Why a framework cannot be measured here, in one line; None if all its packages are there.

    Only looks for the packages: one that is there but broken is found out by a worker.
    """
    python = interpreter(framework)
    needed = [MODULES[part] for part in (framework, backend) if part is not None] + ["numpy"]
    try:
        found = _found(python, tuple(needed))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return f"{variable(framework)}={python} cannot be run: {reason}"
    absent = [module for module in needed if module not in found]
    return f"no module named {', '.join(absent)} in {python}" if absent else None


def _found(python: str, modules: tuple[str, ...]) -> frozenset[str]:
    if python == sys.executable:
        return frozenset(module for module in modules if find_spec(module) is not None)
    answer = subprocess.run(
        [python, "-c", _LOOK, *modules], capture_output=True, text=True, check=True, timeout=30
    )
    return frozenset(json.loads(answer.stdout))
