"""What an exporter's or a runtime's error means, and its words that tell something."""

from __future__ import annotations

import re

from framework_probes import protocol
from framework_probes.protocol import Refused
from framework_probes.results import Outcome

#: How libraries say that they do not do that, which is no accident.
DECLINED = (
    "not supported",
    "unsupported",
    "not implemented",
    "unimplemented",
    "not_implemented",
    "does not support",
    "is not available",
    "export requires",
    "no registered",
    "no translation",
    "no conversion",
)
#: Lines that say that something failed, and not what.
EMPTY = re.compile(
    r"in user code:|traceback|file \"|.*\(most recent call last\)|the above exception|"
    r"during handling|exception encountered|check '.*' failed at|frontend api failed|"
    r"model wasn't fully converted|exception from ",
    re.IGNORECASE,
)
QUOTES = re.compile(r"in user code:|traceback", re.IGNORECASE)
#: A line so short goes on with the next one: "Unsupported operations:" and then which.
BRIEF = 60
#: Folders of the run, which name nothing that outlives it, and those of this host's installation.
FOLDERS = re.compile(
    r"/\S*framework-deployment-\w+/(?:process|artefact)-\d+/?|/\S*/(?:site|dist)-packages/"
)


def refused(error: BaseException) -> Refused:
    """An exception as an outcome, with a reason of one line."""
    said = telling(error)
    return Refused(_outcome(error, f"{said} {error}".lower()), said)


def telling(error: BaseException) -> str:
    """The exception's type, and what of its message says what was wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Where a message begins by quoting a traceback, what was wrong stands at its end.
    quotes = bool(lines) and QUOTES.match(lines[0]) is not None
    found = [line for line in (lines[::-1] if quotes else lines) if not EMPTY.match(line)]
    said = found[0] if found else "no message"
    for line in [] if quotes else found[1:]:
        if len(said) >= BRIEF and not said.endswith(":"):
            break
        said = f"{said} {line}"
    said = FOLDERS.sub("", said)
    kind = type(error).__name__
    return (said if said.startswith(f"{kind}:") else f"{kind}: {said}")[:400]


def _outcome(error: BaseException, said: str) -> Outcome:
    if isinstance(error, MemoryError) or protocol.is_out_of_memory(said):
        return "oom"
    if isinstance(error, ImportError):
        return "not_installed"
    if isinstance(error, NotImplementedError) or any(words in said for words in DECLINED):
        return "unsupported"
    return "crash"
