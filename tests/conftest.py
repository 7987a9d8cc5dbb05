"""For all tests: what they measure does not wait for what else goes on on this machine."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

LOCK_DIR = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give this session's processes a machine's lock of their own."""
    config.stash[LOCK_DIR] = tempfile.mkdtemp(prefix="advisor-lock-")
    os.environ["FRAMEWORK_ADVISOR_LOCK_DIR"] = config.stash[LOCK_DIR]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take it away."""
    shutil.rmtree(config.stash[LOCK_DIR])
