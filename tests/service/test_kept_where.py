"""Where the store is, asked without the settings, is where the settings have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from framework_advisor.kept_where import may_have_store
from framework_advisor.settings import Settings


@pytest.mark.parametrize("name", ["FRAMEWORK_ADVISOR_DATA_DIR", "framework_advisor_data_dir"])
@pytest.mark.parametrize("there", [True, False])
def test_it_is_where_the_settings_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, there: bool
) -> None:
    monkeypatch.delenv("FRAMEWORK_ADVISOR_DATA_DIR", raising=False)
    monkeypatch.setenv(name, str(tmp_path))
    if there:
        (tmp_path / "advisor.sqlite3").touch()
    assert (may_have_store(), Settings().has_store) == (there, there)


@pytest.mark.parametrize("there", [True, False])
def test_it_is_where_the_settings_have_it_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.delenv("FRAMEWORK_ADVISOR_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if there:
        (tmp_path / "framework-advisor").mkdir()
        (tmp_path / "framework-advisor" / "advisor.sqlite3").touch()
    assert (may_have_store(), Settings().has_store) == (there, there)


def test_a_database_that_is_named_may_hold_one(tmp_path: Path) -> None:
    environment = {
        "FRAMEWORK_ADVISOR_DATA_DIR": str(tmp_path),
        "FRAMEWORK_ADVISOR_DATABASE_URL": "postgresql+asyncpg://host/db",
    }
    assert may_have_store(environment)
