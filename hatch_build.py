"""A step of the build: the knowledge is read and checked once, so that no command has to again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("knowledge/framework_knowledge")


class PreparedKnowledge(BuildHookInterface[Any]):
    """Lays what is read of the tables into the wheel, beside them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Write the file; for an editable installation, into the working tree."""
        folder = Path(self.root) / FOLDER
        sys.path.insert(0, str(folder.parent))
        try:
            from framework_knowledge import load, prepared

            prepared.write(folder, load(folder))
        finally:
            sys.path.remove(str(folder.parent))
        build_data["artifacts"].append(f"/{FOLDER / prepared.FILE}")
