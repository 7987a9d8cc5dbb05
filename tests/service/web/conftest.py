"""The pages as a browser asks for them, in process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.app import create_app
from framework_advisor.settings import Settings

BASE = "http://127.0.0.1"
#: What a browser says of a form on a page of ours.
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    """One application for a module's tests; redirects are looked at, not followed."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("pages")))
    with TestClient(app, BASE, raise_server_exceptions=False) as client:
        client.follow_redirects = False
        client.headers.update(OURS)
        yield client
