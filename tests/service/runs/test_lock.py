"""One measurement at a time on a host."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from framework_advisor.runs.lock import HostLock
from processes import environment, eventually

HOLD = """
import pathlib, sys, time
from framework_advisor.runs.lock import HostLock
lock = HostLock(*[pathlib.Path(sys.argv[1])] * 2)
print(lock.acquire("run_theirs"), flush=True)
time.sleep(600)
"""


def test_whoever_comes_second_is_told_who_measures(tmp_path: Path) -> None:
    first, second = HostLock(tmp_path, tmp_path), HostLock(tmp_path, tmp_path)
    assert first.acquire("run_ours")
    assert not second.acquire("run_theirs")
    assert "run_ours" in second.holder()
    first.release()
    assert second.acquire("run_theirs")
    second.release()


def test_either_directory_in_common_is_enough(tmp_path: Path) -> None:
    """The machine's, for processes of several stores; the data's, for containers that share it."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    first = HostLock(ours, tmp_path)
    assert first.acquire("run_ours")
    for second in (HostLock(theirs, tmp_path), HostLock(ours, theirs)):
        assert not second.acquire("run_theirs")
        assert "run_ours" in second.holder()
    first.release()
    for second in (HostLock(theirs, tmp_path), HostLock(ours, theirs)):
        assert second.acquire("run_theirs")
        second.release()


def test_other_users_take_the_same_lock(tmp_path: Path) -> None:
    everybodys = tmp_path / "everybodys"
    everybodys.mkdir()
    everybodys.chmod(0o1777)
    lock = HostLock(tmp_path, everybodys)
    assert lock.acquire("run_ours")
    (file,) = everybodys.iterdir()
    assert file.stat().st_mode & 0o777 == 0o666
    lock.release()
    assert (tmp_path / "host.lock").stat().st_mode & 0o777 == 0o600


def test_a_link_in_a_directory_of_all_is_not_followed(tmp_path: Path) -> None:
    everybodys, target = tmp_path / "everybodys", tmp_path / "target"
    everybodys.mkdir()
    (everybodys / "framework-advisor.lock").symlink_to(target)
    lock = HostLock(tmp_path, everybodys)
    assert lock.acquire("run_ours")
    assert not target.exists()
    lock.release()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    lock = HostLock(tmp_path, tmp_path)
    assert not lock.acquire("run_ours")
    assert f"run_theirs (process {holder.pid})" in lock.holder()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    eventually(lambda: lock.acquire("run_ours"), 5)
    lock.release()
