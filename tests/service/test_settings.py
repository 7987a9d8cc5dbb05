"""Every setting is documented, and said to be what it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from framework_advisor.settings import PREFIX, Settings
from framework_knowledge.models import FrameworkId

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "service.md").read_text()
ROWS = dict(re.findall(r"^\| `FRAMEWORK_ADVISOR_(\w+)` \| (.+?) \| ", PAGE, re.MULTILINE))


def test_the_table_holds_every_setting_and_no_other() -> None:
    assert set(ROWS) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "name",
    [name for name, field in Settings.model_fields.items() if isinstance(field.default, str | int)],
)
def test_the_table_says_the_default(name: str) -> None:
    assert ROWS[name.upper()] == f"`{Settings.model_fields[name].default}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    assert Settings.model_fields[name].description


def test_every_variable_that_the_code_reads_is_documented() -> None:
    """Also those that are read past the settings, such as the probes'."""
    sources = [
        path.read_text() for room in ("service", "probes") for path in (ROOT / room).rglob("*.py")
    ]
    read = {name for text in sources for name in re.findall(rf"(?<!_){PREFIX}[A-Z_]*[A-Z]", text)}
    # Where a name is put together, a framework follows.
    read |= {f"{PREFIX}PYTHON_{framework.upper()}" for framework in get_args(FrameworkId)}
    assert {name for name in read if name not in PAGE} == set()
