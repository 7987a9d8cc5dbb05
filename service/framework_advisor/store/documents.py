"""Dataclasses of a run as JSON text and back, validated."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import TypeAdapter

from framework_advisor.runs.records import RunEvent
from framework_probes.results import Environment, Host, Pair, Peaks, Result, RunRequest

Record = TypeVar("Record")


class Document(Generic[Record]):
    """How one kind of dataclass is written to a text column and read back."""

    def __init__(self, kind: type[Record]) -> None:
        self._adapter: TypeAdapter[Record] = TypeAdapter(kind)

    def write(self, record: Record) -> str:
        """The record as JSON."""
        return self._adapter.dump_json(record).decode()

    def read(self, text: str) -> Record:
        """The record of that JSON."""
        return self._adapter.validate_json(text)


EVENT = Document(RunEvent)
ENVIRONMENT = Document(Environment)
HOST = Document(Host)
PAIR = Document(Pair)
PEAKS = Document(Peaks)
REQUEST = Document(RunRequest)
RESULT = Document(Result)
