"""Profiles to start from, by name."""

from __future__ import annotations

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

#: In an installed distribution; in a checkout they lie where a reader looks for them.
_PACKED = files("framework_advisor.web").joinpath("examples")
_CHECKED_OUT = Path(__file__).parents[4] / "examples"


def _read(folder: Traversable) -> dict[str, dict[str, Any]]:
    named = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json"))
    return {
        name.removesuffix(".json"): json.loads(folder.joinpath(name).read_text("utf-8"))
        for name in named
    }


EXAMPLES = _read(_PACKED if _PACKED.is_dir() else _CHECKED_OUT)
