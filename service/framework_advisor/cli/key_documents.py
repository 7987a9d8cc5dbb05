"""What ``key`` prints with ``--json``; nothing of it is served over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from framework_advisor.api.schemas import Document
from framework_advisor.keys import ApiKey, Scope


class ApiKeyDocument(Document):
    """An API key without its secret."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyDocument:
        """The document of what is kept of it."""
        return ApiKeyDocument(
            id=key.id,
            name=key.name,
            scopes=key.scopes,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )


class NewApiKey(ApiKeyDocument):
    """An API key that was just made, with the secret that nobody can read again."""

    key: str

    @classmethod
    def of_new(cls, made: ApiKey, secret: str) -> Self:
        """The document of both."""
        return cls(**ApiKeyDocument.of(made).model_dump(), key=secret)


class ApiKeyList(Document):
    """Every API key, the oldest first."""

    items: tuple[ApiKeyDocument, ...]
    total: int
