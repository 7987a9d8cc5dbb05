"""The extra ``server``: what of the command line needs it, and whether it is there."""

from __future__ import annotations

from importlib.util import find_spec

from framework_advisor.errors import NotInstalled

MODULES = (
    "advanced_alchemy",
    "aiosqlite",
    "alembic",
    "dotenv",
    "litestar",
    "pydantic_settings",
    "structlog",
    "uvicorn",
)


def has_server() -> bool:
    """Whether every package of the extra can be imported."""
    return all(find_spec(name) is not None for name in MODULES)


def need_server(purpose: str) -> None:
    """Have the log of what the extra does go to standard error.

    Raises:
        NotInstalled: the extra is missing.
    """
    if not has_server():
        raise NotInstalled("server", purpose)
    from framework_advisor.api.logs import log_of_a_command

    log_of_a_command()
