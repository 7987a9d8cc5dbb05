"""From process start to the first ready answer, and the memory then, beside a bare Litestar."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.figure import Figure, paired

SAMPLES = 7
ASKED = 60
PROFILE = Path(__file__).parents[1] / "examples" / "llm_fine_tune.json"
BARE = """
import sys, uvicorn
from litestar import Litestar, get
@get("/health/ready")
async def ready() -> str:
    return "ok"
uvicorn.run(Litestar([ready]), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


def measure() -> list[Figure]:
    """Seconds to ready and MiB resident; ours with its store migrated beforehand."""
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "framework_advisor.cli", "serve", "--port"]
        bare = [sys.executable, "-c", BARE]
        name = "a bare Litestar application"
        return [
            paired(
                "boot to ready",
                "s",
                lambda: _boot(ours, folder)[0],
                lambda: _boot(bare, folder)[0],
                name,
                SAMPLES,
            ),
            paired(
                "memory when ready",
                "MiB",
                lambda: _boot(ours, folder)[1],
                lambda: _boot(bare, folder)[1],
                name,
                SAMPLES,
            ),
            paired(
                f"memory after {ASKED} recommendations",
                "MiB",
                lambda: _boot(ours, folder, ASKED)[1],
                lambda: _boot(bare, folder)[1],
                f"{name}, asked nothing",
                3,
            ),
        ]


def _boot(command: list[str], folder: str, asked: int = 0) -> tuple[float, float]:
    """Seconds to ready, and MiB resident then or after so many recommendations, four at a time."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    start = time.perf_counter()
    server = subprocess.Popen(
        [*command, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"FRAMEWORK_ADVISOR_DATA_DIR": folder},
    )
    try:
        while not _ready(port):
            if server.poll() is not None:
                raise RuntimeError(f"{command[-2:]} ended before it was ready")
        seconds = time.perf_counter() - start
        with ThreadPoolExecutor(4) as clients:
            list(clients.map(_ask, [port] * asked))
        status = Path(f"/proc/{server.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return seconds, int(resident.split()[1]) / 1024
    finally:
        server.terminate()
        server.wait()


def _ask(port: int) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/recommendations?store=false",
        data=PROFILE.read_bytes(),
        headers={"content-type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=60).read()  # noqa: S310


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        time.sleep(0.01)  # not to take the core that the server boots on
        return False
