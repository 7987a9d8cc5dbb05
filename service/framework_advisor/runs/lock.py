"""One measurement at a time on a host: a lock file in the data directory.

The kernel drops the lock when its holder ends, however it ends, so there is nothing to clean up.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path


class HostLock:
    """The right to measure on this host. The file says which run has it."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "host.lock"
        self._fd: int | None = None

    def acquire(self, run: str) -> bool:
        """Take the lock for that run; False where another holder has it."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{run} {os.getpid()}".encode(), 0)
        self._fd = fd
        return True

    def release(self) -> None:
        """Give it back; nothing happens where it is not held."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def holder(self) -> str:
        """Who holds it, in words: the run and its process, as far as the file says."""
        with contextlib.suppress(OSError):
            run, _, process = self._path.read_text().partition(" ")
            if run and process:
                return f"probe run {run} (process {process})"
        return "another probe run"
