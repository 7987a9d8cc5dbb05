"""Runs ``framework_probes`` in a process that ends when its supervisor does.

Started by path, with ``-P``, so that neither this package nor its folder is on the import path:
the parent of the measuring workers stays as small as it can be.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

#: prctl(2): the signal that this process gets when its parent dies.
PR_SET_PDEATHSIG = 1


def die_with(supervisor: int) -> None:
    """Have the kernel send SIGTERM when the supervisor ends, even if it is killed.

    Elsewhere than on Linux the probes notice it by their events finding no reader.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:  # it ended before the line above
        sys.exit(1)


if __name__ == "__main__":
    die_with(int(sys.argv.pop(1)))
    runpy.run_module("framework_probes", run_name="__main__", alter_sys=True)
