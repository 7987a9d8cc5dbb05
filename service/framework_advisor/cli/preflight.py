"""What has to be there before the service starts."""

from __future__ import annotations

import asyncio

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.settings import PREFIX, Settings
from framework_advisor.store import Store


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
