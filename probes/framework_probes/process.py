"""A worker seen from the session: started with an explicit environment, always reaped."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from framework_probes import devices, host, protocol
from framework_probes.results import Outcome
from framework_probes.serialization import MalformedLine, from_line, to_line

#: What a worker may inherit. Everything else, thread counts and flags above all, is set by us:
#: a stray XLA_FLAGS or OMP_WAIT_POLICY changes a verdict.
INHERITED = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "CC",
    "CXX",
    "SYSTEMROOT",
)
#: glibc hands large blocks back to the kernel and fetches them again in each iteration; the page
#: faults, not the framework, then decide. Pinned thresholds keep the memory.
ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
}
#: Of the memory that is free a worker may have so much; the rest keeps the machine going.
MEMORY_SHARE = 0.8
#: An import of TensorFlow and a compilation by XLA want so much. On a machine that has less free,
#: the kernel decides.
LEAST_MEMORY = 3 << 30
ALLOCATOR_NAME = "glibc malloc, mmap and trim threshold 4 GiB, top pad 64 MiB"


def settings(threads: int, device: str = "cpu") -> dict[str, str]:
    """The environment variables that decide speed, for a worker of ``threads`` CPU threads."""
    count = str(threads)
    return ALLOCATOR | {
        "OMP_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        # What XLA sizes its thread pool by; its own flag for one thread cripples it instead.
        "NPROC": count,
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
        "PYTHONHASHSEED": "0",
        **devices.settings(device),
    }


def environment(interpreter: str, folder: Path, import_paths: Sequence[Path]) -> dict[str, str]:
    """What a worker inherits, and the folders that it calls its own.

    Compilers find an empty cache in ``folder``, so that a first call costs what it costs.
    """
    variables = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # Another interpreter must not see packages that were put on this one's path.
    inherited = os.environ.get("PYTHONPATH") if interpreter == sys.executable else None
    places = [*map(str, import_paths), *([inherited] if inherited else [])]
    return variables | {
        "PYTHONPATH": os.pathsep.join(places),
        "PYTHONUNBUFFERED": "1",
        "KERAS_HOME": str(folder / "keras"),
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor"),
        "TRITON_CACHE_DIR": str(folder / "triton"),
        "CUDA_CACHE_PATH": str(folder / "cuda"),
        "TMPDIR": str(folder),
    }


def allowance() -> int:
    """Bytes that a worker that is started now may have: most of what is free, and enough to work.

    Counted is what it maps for itself, which is more than it touches.
    """
    return max(LEAST_MEMORY, int(host.free_memory() * MEMORY_SHARE))


class WorkerProcess:
    """One worker process and the three pipes to it.

    Use as a context manager, or call :meth:`close`: the process group is killed and waited for.
    """

    def __init__(
        self,
        interpreter: str,
        folder: Path,
        *,
        catalogue: str,
        import_paths: Sequence[Path] = (),
        threads: int = 1,
        memory_bytes: int | None = None,
        device: str = "cpu",
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Start the worker.

        Args:
            interpreter: the Python that has the framework, NumPy and nothing else of ours.
            folder: an empty folder of its own, for caches and its log.
            catalogue: the module that holds the catalogue.
            import_paths: where that module is found, if not in this package.
            threads: how many threads the framework may use.
            memory_bytes: how much memory of its own it may have; None: most of what is free now.
            device: the kind of device that it computes on.
            variables: of the environment, beside those that every worker has.

        Raises:
            OSError: the interpreter cannot be started.
        """
        folder.mkdir(parents=True, exist_ok=True)
        # The worker's first import path is its working folder. A link there shows it this package
        # and nothing else of this interpreter's packages, which another one must not see.
        package = folder / "framework_probes"
        if not package.exists():
            package.symlink_to(Path(__file__).resolve().parent, target_is_directory=True)
        every = environment(interpreter, folder, import_paths) | settings(threads, device)
        self._log = folder / "log"
        self._buffer = b""
        self._oom_kills = _oom_kills()
        self._open(
            interpreter,
            folder,
            every | dict(variables or {}),
            catalogue,
            memory_bytes or allowance(),
        )

    def _open(
        self,
        interpreter: str,
        folder: Path,
        variables: Mapping[str, str],
        catalogue: str,
        memory: int,
    ) -> None:
        commands, self._commands = os.pipe()
        self._replies, replies = os.pipe()
        lifeline, self._lifeline = os.pipe()
        theirs = (commands, replies, lifeline)
        try:
            with self._log.open("ab") as log:
                self.process = subprocess.Popen(
                    [
                        interpreter,
                        "-m",
                        "framework_probes.worker",
                        f"--commands={commands}",
                        f"--replies={replies}",
                        f"--lifeline={lifeline}",
                        f"--catalogue={catalogue}",
                        f"--memory={memory}",
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=folder,
                    env=dict(variables),
                    pass_fds=theirs,
                    # A group of its own: compilers that it starts are killed with it, and a
                    # Ctrl-C at the terminal reaches the session alone.
                    start_new_session=True,
                )
        except OSError:
            for descriptor in (self._commands, self._replies, self._lifeline):
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def fileno(self) -> int:
        """The descriptor that becomes readable when a reply arrives or the worker ends."""
        return self._replies

    def send(self, command: protocol.Command) -> None:
        """Send one command. A worker that is dead is noticed at :meth:`receive`."""
        with suppress(BrokenPipeError):
            os.write(self._commands, to_line(command).encode() + b"\n")

    def receive(self) -> protocol.Reply | None:
        """What has arrived: a reply, None if it is not whole yet. Call when readable."""
        data = os.read(self._replies, 1 << 16)
        if not data:
            return protocol.Refused(*self._ended())
        self._buffer += data
        line, newline, rest = self._buffer.partition(b"\n")
        if not newline:
            return None
        self._buffer = rest
        try:
            reply: protocol.Reply = from_line(line.decode(), protocol.REPLIES)
        except MalformedLine as error:
            self.kill()
            return protocol.Refused("crash", f"the worker's reply cannot be read: {error}")
        return reply

    def ask(self, command: protocol.Command, timeout_s: float) -> protocol.Reply:
        """Send a command and wait for its reply, blocking. Kills the worker on a timeout."""
        self.send(command)
        end = time.monotonic() + timeout_s
        while True:
            readable, _, _ = select.select([self], [], [], max(0.0, end - time.monotonic()))
            if not readable:
                return self.timed_out(command, timeout_s)
            reply = self.receive()
            if reply is not None:
                return reply

    def timed_out(self, command: protocol.Command, timeout_s: float) -> protocol.Refused:
        """Kill the worker, because it did not answer in time; the reply that stands for that."""
        self.kill()
        name = type(command).__name__.lower()
        return protocol.Refused("timeout", f"{name}: no answer within {timeout_s:.3g} s")

    def kill(self) -> None:
        """Kill the process group and wait for it. Safe to call again."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """Kill, reap, and close every pipe. Safe to call again."""
        self.kill()
        for name in ("_commands", "_replies", "_lifeline"):
            descriptor = getattr(self, name)
            if descriptor >= 0:
                os.close(descriptor)
                setattr(self, name, -1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ended(self) -> tuple[Outcome, str]:
        """Outcome and reason of a worker that closed its pipe."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5.0)
        self.kill()
        code = self.process.returncode
        if code == -signal.SIGKILL and _oom_kills() > self._oom_kills:
            return "oom", "killed by the kernel because memory ran out"
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        said = self._last_words()
        outcome: Outcome = "oom" if protocol.is_out_of_memory(said) else "crash"
        return outcome, f"{how}: {said}" if said else how

    def _last_words(self) -> str:
        try:
            lines = self._log.read_bytes()[-4096:].decode(errors="replace").splitlines()
        except OSError:
            return ""
        words = [line.strip() for line in lines if line.strip()]
        return words[-1][:300] if words else ""


def _oom_kills() -> int:
    """How often the kernel has killed for memory: on this machine, and in this control group."""
    return sum(
        counts.get("oom_kill", 0)
        for counts in map(_counts, ("/proc/vmstat", "/sys/fs/cgroup/memory.events"))
    )


def _counts(path: str) -> dict[str, int]:
    """A file of names and numbers; empty where there is none."""
    try:
        words = Path(path).read_text().split()
    except OSError:
        return {}
    return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=False)}
