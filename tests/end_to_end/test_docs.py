"""The pages that are made from data say what the data say."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES: dict[Path, str] = runpy.run_path(str(DOCS / "generate.py"))["pages"]()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS.parent)))
def test_a_page_does_not_lag_behind_its_data(page: Path) -> None:
    assert page.exists(), "run make docs"
    assert page.read_text() == PAGES[page], f"{page.name} lags behind the data: run make docs"
