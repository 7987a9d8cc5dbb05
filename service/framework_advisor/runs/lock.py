"""One measurement at a time on a machine: locked files.

The kernel drops a lock when its holder ends, however it ends, so there is nothing to clean up.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from pathlib import Path

#: Where every user may make a file; a service manager gives each service a /tmp of its own.
SHARED = (Path("/run/lock"), Path("/tmp"))  # noqa: S108 - opened without following links
_EVERYBODYS = stat.S_ISVTX | stat.S_IWOTH
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def shared_dir() -> Path:
    """The directory of the machine's lock, the same for every user."""
    for path in SHARED:
        with contextlib.suppress(OSError):
            if path.stat().st_mode & _EVERYBODYS == _EVERYBODYS:
                return path
    return Path(tempfile.gettempdir())


def this_machine() -> str:
    """A name that this machine has until it is started again, and no other has.

    Containers on it have the same. Where the system tells none, the name in the network.
    """
    with contextlib.suppress(OSError):
        return _BOOT.read_text().strip()
    return os.uname().nodename[:40]


class HostLock:
    """The right to measure on this machine. Its files say which run has it.

    There are two: the machine's, for processes with whatever data directory; and the data
    directory's, for containers, which may share that and nothing else.
    """

    def __init__(self, data_dir: Path, lock_dir: Path | None = None) -> None:
        self._paths = (
            data_dir / "host.lock",
            (lock_dir or shared_dir()) / "framework-advisor.lock",
        )
        self._refused = self._paths[0]
        self._fds: list[int] = []
        #: Who executes runs under this lock: the machine, and the files that exclude each other.
        #: Known from the first time that the lock was had.
        self.executor = ""

    def acquire(self, run: str) -> bool:
        """Take the lock for that run; False where another holder has it."""
        for path in self._paths:
            try:
                fd = _opened(path)
            except OSError:
                # The machine's may be out of reach, as in a container whose file system is fixed.
                if path == self._paths[0]:
                    raise
                continue
            self._fds.append(fd)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._fds.pop())
                self._refused = path
                self.release()
                return False
        for fd in self._fds:
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{run} {os.getpid()}".encode(), 0)
        last = os.fstat(self._fds[-1])
        self.executor = f"{this_machine()} {last.st_dev}:{last.st_ino}"
        return True

    def release(self) -> None:
        """Give it back; nothing happens where it is not held."""
        while self._fds:
            fd = self._fds.pop()
            os.ftruncate(fd, 0)
            os.close(fd)

    def holder(self) -> str:
        """Who holds it, in words: the run and its process, as far as the file says."""
        with contextlib.suppress(OSError):
            run, _, process = self._refused.read_text().partition(" ")
            if run and process:
                return f"probe run {run} (process {process})"
        return "another probe run"


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    with contextlib.suppress(FileNotFoundError):
        # Without O_CREAT, with which Linux refuses another user's file in a directory of all.
        return os.open(path, flags)
    try:
        fd = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # made by somebody else a moment ago
        return os.open(path, flags)
    if path.parent.stat().st_mode & _EVERYBODYS == _EVERYBODYS:
        os.fchmod(fd, 0o666)  # whatever the mask: other users take the same lock
    return fd
