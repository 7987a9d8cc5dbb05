"""``key``: API keys of the service whose store is on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import rich_click as click

from framework_advisor.cli.extra import need_server
from framework_advisor.cli.key_documents import ApiKeyDocument, ApiKeyList, NewApiKey
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.cli.terminal import columns, show
from framework_advisor.keys import SCOPES, Scope

if TYPE_CHECKING:
    from framework_advisor.store import Store

Value = TypeVar("Value")


@click.group()
def key() -> None:
    """Make, list and revoke API keys."""


@key.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    default=SCOPES,
    help="read: GET alone; write: everything else. Can be given twice.  [default: both]",
)
@as_json
def create(*, name: str, scopes: tuple[Scope, ...], as_json: bool) -> None:
    """Make a key for NAME and print it. It cannot be shown again: only its digest is kept."""
    made, secret = _with_store(lambda store: store.keys.create(name, scopes))
    if as_json:
        echo_document(NewApiKey.of_new(made, secret))
        return
    click.echo(secret)
    click.echo(f"{made.id} for {name}: {', '.join(made.scopes)}. Keep it now.", err=True)


@key.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """List the keys, never the secrets in them."""
    keys = _with_store(lambda store: store.keys.all())
    if as_json:
        items = tuple(map(ApiKeyDocument.of, keys))
        echo_document(ApiKeyList(items=items, total=len(items)))
        return
    rows = (
        (
            each.id,
            each.name,
            ", ".join(each.scopes),
            f"{each.created_at:%Y-%m-%d}",
            f"{each.revoked_at:%Y-%m-%d}" if each.revoked_at else "",
        )
        for each in keys
    )
    show(columns(("id", "name", "scopes", "made", "revoked"), rows))


@key.command()
@click.argument("id_", metavar="ID")
@as_json
def revoke(*, id_: str, as_json: bool) -> None:
    """Have the key open nothing from now on, also in a service that is running."""
    revoked = _with_store(lambda store: store.keys.revoke(id_))
    if as_json:
        echo_document(ApiKeyDocument.of(revoked))
    else:
        click.echo(f"{revoked.id} ({revoked.name}) is revoked.", err=True)


def _with_store(act: Callable[[Store], Awaitable[Value]]) -> Value:
    need_server("Keeping API keys")
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    async def run() -> Value:
        async with Store(load_settings()) as store:
            return await act(store)

    return asyncio.run(run())
