"""The application in process, and as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.app import create_app
from framework_advisor.settings import Settings
from processes import Server

#: A name that the service goes by.
BASE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    """One application for a module's tests; each looks only at what it made itself."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data")))
    with TestClient(app, BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as server:
        yield server


@pytest.fixture
def profile() -> dict[str, Any]:
    return {"stage": "production", "targets": ["android"], "name": "an app"}
