"""The store on this machine, for commands that list or change what is kept in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from framework_advisor.cli.extra import need_server
from framework_advisor.errors import NotFound
from framework_advisor.runs.records import Page

if TYPE_CHECKING:
    from framework_advisor.store import Store

Value = TypeVar("Value")
Function = TypeVar("Function", bound=Callable[..., Any])
#: A list of nothing.
NOTHING: Page[Any] = Page(items=(), total=0, next=None)


def with_store(
    purpose: str,
    act: Callable[[Store], Awaitable[Value]],
    *,
    empty: Value | None = None,
    make: bool = False,
) -> Value:
    """What ``act`` does with the store; where there is none yet, ``empty``.

    With ``make`` a store that is not there is made: looking leaves none behind.

    Raises:
        NotInstalled: what the store needs is missing; ``purpose`` says what for.
        NotFound: there is no store, and nothing to say instead.
    """
    need_server(purpose)
    from framework_advisor.settings import load_settings

    settings = load_settings()
    if not (make or settings.has_store):
        if empty is None:
            raise NotFound("Nothing is kept here yet.")
        return empty
    from framework_advisor.store import Store

    async def run() -> Value:
        async with Store(settings) as store:
            return await act(store)

    return asyncio.run(run())


def paged(command: Function) -> Function:
    """The options of a list, newest first: how long, and where it goes on."""
    limit = click.option(
        "--limit",
        type=click.IntRange(1, 100),
        default=20,
        help="So many, the newest first.  [default: 20]",
    )
    cursor = click.option("--cursor", type=click.IntRange(1), help="Go on as the last list said.")
    return limit(cursor(command))


def next_page(path: str, cursor: int | None, limit: int) -> str | None:
    """Where HTTP has the following page; None after the last one."""
    return None if cursor is None else f"{path}?limit={limit}&cursor={cursor}"


def say_more(shown: int, total: int, cursor: int | None) -> None:
    """Say how to see the rest of a list."""
    if cursor is not None:
        click.echo(f"{shown} of {total}; go on with --cursor {cursor}", err=True)
