"""The log of the service: lines for a person, or JSON for a collector, on standard error."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from framework_advisor.keys import without_keys


def configure_logging(form: Literal["console", "json"], level: str = "info") -> None:
    """Set up structlog, and the standard library's loggers through it, for this process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    last.append(_no_keys)
    # Our own lines, one for each request, go there without the detour through the other loggers.
    structlog.configure(
        processors=[*shared, *last],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Alembic names every migration at INFO, twice; uvicorn says what `serve` says better; the
    # others tell at DEBUG what they were given, which is not for a log.
    for name in (
        "alembic",
        "uvicorn.error",
        "sqlalchemy",
        "aiosqlite",
        "asyncio",
        "multipart",
        "httpx",
    ):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def log_of_a_command() -> None:
    """What goes wrong, on standard error: standard output is for what the command has to say."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        # Looked up when something is logged: whoever runs a command may replace the stream.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _no_keys(_logger: object, _method: str, line: Any) -> Any:
    """The last look at a line, also at one with a traceback: no key of our making is in it."""
    return without_keys(line) if isinstance(line, str) else line
