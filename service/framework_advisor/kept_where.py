"""Where the store is, for whoever only asks whether there is one: settings load slowly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

#: What the names of settings begin with in the environment.
PREFIX = "FRAMEWORK_ADVISOR_"


def default_data_dir() -> Path:
    """``$XDG_DATA_HOME/framework-advisor``, or below ``~/.local/share`` where that is not set."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "framework-advisor"


def store_file(data_dir: Path) -> Path:
    """The store, unless a database is named."""
    return data_dir / "advisor.sqlite3"


def may_have_store(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the settings could find a store; False only where they would find none."""
    given = os.environ if environment is None else environment
    # Settings are found in capitals and in small letters.
    variables = {name.upper(): value for name, value in given.items()}
    if f"{PREFIX}DATABASE_URL" in variables:
        return True
    named = variables.get(f"{PREFIX}DATA_DIR")
    return store_file(default_data_dir() if named is None else Path(named)).exists()
