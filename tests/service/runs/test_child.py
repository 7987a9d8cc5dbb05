"""The probes' process ends with its supervisor, however silent it is and however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from framework_advisor.runs.process import PROBES
from processes import alive, descendants, eventually

SUPERVISOR = """
import os, subprocess, sys
subprocess.run([*sys.argv[1:], str(os.getpid())])
"""


@pytest.fixture
def silent_probes(tmp_path: Path) -> dict[str, str]:
    """An environment in which the probes say that they are there, and then nothing for long."""
    package = tmp_path / "framework_probes"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import time; print('up', flush=True); time.sleep(600)")
    return os.environ | {"PYTHONPATH": str(tmp_path)}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word for it is Linux's own")
def test_a_killed_supervisor_takes_the_silent_probes_with_it(
    silent_probes: dict[str, str],
) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, *PROBES],
        env=silent_probes,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "up\n"
    below = descendants(supervisor.pid)
    assert len(below) == 1
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    try:
        eventually(lambda: not alive(below), 5)
    finally:
        for pid in alive(below):
            os.kill(pid, signal.SIGKILL)


def test_probes_whose_supervisor_is_gone_already_do_not_begin(
    silent_probes: dict[str, str],
) -> None:
    done = subprocess.run(
        [*PROBES, "1"], env=silent_probes, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout) == (1, "")
