"""What is said of this machine, and of what is installed on it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framework_probes import environments, host


def test_a_fingerprint_is_the_same_twice() -> None:
    first = host.fingerprint()
    assert first == host.fingerprint()
    assert first.id.startswith("host_")
    assert first.cores == len(os.sched_getaffinity(0))
    assert first.memory_bytes > 2**28
    assert first.cpu


def test_another_machine_has_another_id(monkeypatch: pytest.MonkeyPatch) -> None:
    here = host.fingerprint().id
    monkeypatch.setattr(host, "usable_cores", lambda: tuple(range(999)))
    assert host.fingerprint().id != here


def test_a_renamed_machine_keeps_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    here = host.fingerprint().id
    monkeypatch.setattr(host.platform, "node", lambda: "another")
    assert host.fingerprint().name == "another"
    assert host.fingerprint().id == here


def test_versions_are_found_without_importing() -> None:
    code = (
        "import sys; from framework_probes import host; found = host.installed(); "
        "print(sorted(found), {'torch', 'tensorflow', 'jax', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")
    assert done.stdout.startswith(str(sorted(host.installed())))


def test_pinning_binds_and_releases() -> None:
    before = host.usable_cores()
    try:
        assert host.pin(before[:1]) == before[:1]
    finally:
        assert host.pin(before) == before


def test_nothing_is_missing_from_an_interpreter_that_has_it() -> None:
    assert environments.missing("jax", None) is None
    assert environments.missing("keras", "jax") is None


def test_a_missing_back_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environments.MODULES, "tensorflow", "no_such_module")
    assert "no module named no_such_module" in str(environments.missing("keras", "tensorflow"))


def test_an_interpreter_without_the_framework_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = tmp_path / "python"
    # -I -S: no site-packages, as an interpreter without the framework has it.
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setenv("FRAMEWORK_ADVISOR_PYTHON_PYTORCH", str(bare))
    assert environments.interpreter("pytorch") == str(bare)
    assert environments.missing("pytorch", None) == f"no module named torch, numpy in {bare}"
