"""The databases that the service can keep its store in, both of them real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import new_database, server
from framework_advisor.settings import Settings


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A maintenance database; the server is started once for all tests."""
    with server() as url:
        yield url


@pytest.fixture
def postgresql(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    with new_database(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An empty store in each of the databases."""
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    return Settings(data_dir=tmp_path, database_url=request.getfixturevalue("postgresql"))
