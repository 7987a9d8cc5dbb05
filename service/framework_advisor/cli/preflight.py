"""What has to be there before the service starts."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

from sqlalchemy import make_url

from framework_advisor.errors import AdvisorError, FieldError, InvalidInput
from framework_advisor.kept_where import PREFIX
from framework_advisor.known import knowledge_with
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.failures import cannot_open
from framework_knowledge import KnowledgeError


def mistakes(
    settings: Settings, listen: Callable[[], object]
) -> Iterator[AdvisorError | KnowledgeError]:
    """Everything that would keep the service from starting or from being of use; nothing, if none.

    The store is opened as it would be for serving: made where it is absent, and brought up to date.
    ``listen`` takes the address and gives it back.
    """
    for look in (
        lambda: knowledge_with(settings.knowledge_overlays),
        lambda: open_store(settings),
        listen,
    ):
        try:
            look()
        except (AdvisorError, KnowledgeError) as error:
            yield error


def open_store(settings: Settings) -> None:
    """The store can be opened and answers, and holds a key where one is needed.

    Raises:
        InvalidInput: it cannot, or there is no key.
    """
    settings.make_data_dir()
    if settings.store_url.startswith("sqlite"):
        url = make_url(settings.store_url)
        try:
            _open_file(url.database)
        except sqlite3.Error as error:
            raise cannot_open(url, error) from None
    asyncio.run(_ping(settings))
    need_keys(settings)


def _open_file(path: str | None) -> None:
    # Without the asynchronous driver, whose thread outlives a failure to open and then complains.
    if path and path != ":memory:":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA schema_version")


async def _ping(settings: Settings) -> None:
    async with Store(settings) as store:
        await store.ping()


def need_keys(settings: Settings) -> None:
    """Where requests need an API key, there has to be one.

    Raises:
        InvalidInput: there is none.
    """
    if settings.keys_required and not settings.api_keys and not asyncio.run(_stored(settings)):
        raise InvalidInput(
            (
                FieldError(
                    f"{PREFIX}API_KEYS",
                    f"requests to {settings.host} need an API key, and there is none",
                    "one made with `framework-advisor key create NAME`, or "
                    f"{PREFIX}REQUIRE_KEY=never where everybody who reaches it may use it",
                ),
            )
        )


async def _stored(settings: Settings) -> bool:
    async with Store(settings) as store:
        return any(key.revoked_at is None for key in await store.keys.all())
