"""What is known, on pages: the same that the API says."""

from __future__ import annotations

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"framework": "jax", "as_of": "2024-01-31"},
        {"criterion": "deployment", "status": "holds"},
        {"framework": "keras", "criterion": "security", "status": "muted"},
    ],
)
def test_a_filter_leaves_what_the_api_leaves(pages: Client, given: dict[str, str]) -> None:
    found = pages.get("/v1/knowledge/claims", params=given).json()
    # A browser sends the fields that were left open too.
    page = pages.get("/knowledge", params={"framework": "", "criterion": "", "status": "", **given})
    assert page.status_code == 200
    shown = re.findall(r'<tr id="([^"]+)">', page.text)
    assert shown == [claim["id"] for claim in found["items"]]
    assert f"{found['total']} claim" in page.text


@pytest.mark.parametrize(
    "given", [{"as_of": "soon"}, {"as_of": "1999-01-01"}, {"framework": "caffe"}]
)
def test_a_filter_that_is_none_is_told(pages: Client, given: dict[str, str]) -> None:
    page = pages.get("/knowledge", params=given)
    assert page.status_code == 422
    assert page.text.count('class="error"') == 1
    assert '<tr id="' not in page.text


def test_every_cell_of_the_tables_stands_with_how_it_stands(pages: Client) -> None:
    page = pages.get("/knowledge/tables").text
    tables = pages.get("/v1/knowledge/tables").json()["items"]
    cells = [cell for table in tables for row in table["rows"] for cell in row["cells"]]
    assert re.findall(r'<td id="([^"]+)">', page) == [cell["id"] for cell in cells]


def test_every_source_can_be_linked_to(pages: Client) -> None:
    page = pages.get("/knowledge/sources").text
    sources = pages.get("/v1/knowledge/sources").json()["items"]
    assert re.findall(r'<tr id="([^"]+)">', page) == [source["id"] for source in sources]
