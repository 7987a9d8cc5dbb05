"""What a test needs of the machine: skipped where that is missing, failed where it must be there.

``FRAMEWORK_ADVISOR_TEST_REQUIRE`` names, divided by commas, what has to be there.
"""

from __future__ import annotations

import os
import shutil

import pytest


def missing(what: str, reason: str) -> None:
    """Skip the test, or fail it where the machine was meant to have that."""
    required = os.environ.get("FRAMEWORK_ADVISOR_TEST_REQUIRE", "").split(",")
    if what in (name.strip() for name in required):
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)


def browser() -> str:
    """The path of a Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    missing("browser", "there is no Chromium on the path")
    raise AssertionError
