"""What the environment says: ``FRAMEWORK_ADVISOR_…``, read once and checked as a whole."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.kept_where import PREFIX, default_data_dir, store_file
from framework_advisor.keys import ApiKey, keys_in
from framework_advisor.known import overlay_paths
from framework_advisor.settings_file import apply_settings_file
from framework_advisor.validation import field_errors


def _folders(given: object) -> object:
    return overlay_paths(given) if isinstance(given, str) else given


def _keys(given: object) -> object:
    return keys_in(given) if isinstance(given, str) else given


def _names(given: object) -> object:
    if isinstance(given, str):
        return tuple(name.strip().lower() for name in given.split(",") if name.strip())
    return given


#: Requests in a minute, where a service that others reach names no limit.
DEFAULT_RATE = 600
#: What was given there is never repeated.
SECRETS = ("/api_keys", "/session_secret")
#: The names under which a service on loopback is called.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """Everything that can be set. An argument wins over the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",
        validate_default=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Where the store and a lock live; made if it is absent.",
    )
    lock_dir: Path | None = Field(
        default=None,
        description="Where the machine's lock lies, for one measurement at a time. Absent: "
        "/run/lock or /tmp. Containers on one machine should share one.",
    )
    database_url: str | None = Field(
        default=None,
        min_length=1,
        description="SQLAlchemy URL with an asynchronous driver. Absent: SQLite in data_dir.",
    )
    keep_recommendations_days: PositiveInt | None = Field(
        default=None,
        le=36_500,
        description="Recommendations are forgotten so many days after they were given. "
        "Absent: they are kept.",
    )
    keep_runs_days: PositiveInt | None = Field(
        default=None,
        le=36_500,
        description="Probe runs are forgotten, with all they measured, so many days after their "
        "end. Absent: they are kept.",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0: any free one."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = Field(
        default=(),
        description="Names that a request may call this service by, separated by commas; "
        "`*.example.org` allows every name below, `*` any. Absent: those of loopback and of the "
        "address; any where it is 0.0.0.0 or ::.",
    )
    require_key: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="Whether a request needs an API key. auto: on any address but loopback, and "
        "wherever API_KEYS is set. Behind a proxy on the same machine: always.",
    )
    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(_keys)] = Field(
        default=(),
        description="Keys beside those of `framework-advisor key create`: KEY, KEY:read or "
        "KEY:write, separated by commas; 16 characters or more each.",
    )
    session_secret: str | None = Field(
        default=None,
        min_length=32,
        description="What signs the cookies of those who sign in to the pages with an API key; "
        "the same on every server of one store. Absent: random, and everybody signs in again "
        "after a restart.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="console: lines for a person; json: for a collector."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged: this and anything graver."
    )
    rate_limit: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="Requests below /v1 that one API key, or one address where no key is needed, "
        "may make in a minute; 0: any number. Absent: 600, and any number on loopback.",
    )
    max_connections: PositiveInt = Field(
        default=1000, description="More connections at once are refused with 503."
    )
    max_body_bytes: PositiveInt = Field(
        default=1024 * 1024, description="A larger request body is refused with 413."
    )
    max_import_bytes: PositiveInt = Field(
        default=64 * 1024 * 1024,
        description="A probe run to import that is larger is refused with 413.",
    )
    max_body_depth: PositiveInt = Field(
        default=32, description="A JSON body whose arrays and objects nest deeper is refused."
    )

    knowledge_overlays: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_folders)] = Field(
        default=(),
        description="Folders of an organisation's own knowledge, laid over ours in this order: "
        "divided as in PATH, or a JSON list.",
    )

    @property
    def keys_required(self) -> bool:
        """Whether a request needs an API key."""
        if self.require_key == "auto":
            return bool(self.api_keys) or not self._on_loopback
        return self.require_key == "always"

    @property
    def requests_per_minute(self) -> int:
        """How many requests one caller may make in a minute; 0: any number."""
        if self.rate_limit is None:
            return 0 if self._on_loopback else DEFAULT_RATE
        return self.rate_limit

    @property
    def host_names(self) -> tuple[str, ...]:
        """The names that a request may call this service by, in the form of ``allowed_hosts``."""
        if self.allowed_hosts:
            return self.allowed_hosts
        if self.host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
            return ("*",)
        return (*LOOPBACK, self.host.lower()) if self._on_loopback else (self.host.lower(),)

    @property
    def _on_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    @property
    def store_url(self) -> str:
        """The database to open."""
        return self.database_url or f"sqlite+aiosqlite:///{self._default_store}"

    @property
    def has_store(self) -> bool:
        """Whether there is something to open: a database that was named, or the file."""
        return self.database_url is not None or self._default_store.exists()

    @property
    def _default_store(self) -> Path:
        return store_file(self.data_dir)

    def make_data_dir(self) -> None:
        """Create the data directory, for its owner alone.

        Raises:
            InvalidInput: it cannot be made.
        """
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidInput(
                (
                    FieldError(
                        f"{PREFIX}DATA_DIR",
                        f"{self.data_dir} cannot be made: {error.strerror}",
                        "a directory that this user may write",
                    ),
                )
            ) from None


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings of this process; ``overrides`` (field name to value) win.

    Raises:
        InvalidInput: a value is wrong; names the variable.
    """
    apply_settings_file()
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise InvalidInput(
            tuple(
                FieldError(
                    PREFIX + e.pointer.lstrip("/").upper(),
                    "cannot be used" if e.pointer in SECRETS else e.detail,
                    e.expected,
                )
                for e in field_errors(error.errors())
            )
        ) from None
