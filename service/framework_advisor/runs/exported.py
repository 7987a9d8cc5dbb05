"""Runs as documents that travel: written for another machine, and read from one with care."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_jsonable_python

from framework_advisor.errors import Conflict, FieldError, InvalidInput
from framework_advisor.runs.records import Run, RunResults
from framework_advisor.validation import field_errors
from framework_probes.export import SCHEMA, Ended, MeasuredHost, checksum, document, identity
from framework_probes.results import Environment, Pair, Result, RunRequest
from framework_probes.verification import Content, flaws

#: What a document of this kind is called in HTTP.
MEDIA_TYPE = "application/vnd.framework-advisor.probe-run+json"
#: As many mistakes of a document are told.
MOST_ERRORS = 100
#: Clocks of two machines may disagree by so much.
CLOCKS = timedelta(days=1)


class Part(BaseModel):
    """Base: frozen, and nothing is taken for what it is not."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ExportedRun(Part):
    """What was asked, and how it ended."""

    id: str
    status: Ended
    request: RunRequest
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime
    message: str = ""


class ProbeRunExport(Part):
    """A probe run that stands alone: what was measured, where, in what, with every raw block."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Literal["probe-run-export/1"] = Field(alias="schema")
    sha256: str = Field(
        pattern="^[0-9a-f]{64}$",
        description="of the document without this field, as canonical JSON: sorted keys, no "
        "spaces, UTF-8, numbers as Python writes them",
    )
    run: ExportedRun
    hosts: tuple[MeasuredHost, ...] = Field(min_length=1, max_length=1)
    environments: tuple[Environment, ...]
    results: tuple[Result, ...] = Field(min_length=1)
    pairs: tuple[Pair, ...] = Field(description="ratio is the time of b over the time of a")


@dataclass(frozen=True, slots=True)
class Imported:
    """A run from elsewhere that adds up. ``content`` is a digest of what was measured."""

    export: ProbeRunExport
    content: str


def export_of(run: Run, measured: RunResults) -> str:
    """The document of a run that has ended.

    Raises:
        Conflict: it has not, or it measured nothing.
    """
    if run.finished_at is None:
        raise Conflict(f"Probe run {run.id} is {run.status}; it can be exported once it has ended.")
    if not measured.results:
        raise Conflict(f"Probe run {run.id} is {run.status} and measured nothing to export.")
    told = {
        "id": run.id,
        "status": run.status,
        "request": run.request,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "message": run.message,
    }
    return document(
        to_jsonable_python(told),
        to_jsonable_python([MeasuredHost(measured.host, run.peaks)]),
        to_jsonable_python(measured.environments),
        to_jsonable_python(measured.results),
        to_jsonable_python(measured.pairs),
    )


def content_of(measured: RunResults) -> str:
    """The digest by which a run is known again, whatever it is called."""
    return identity(to_jsonable_python(measured.results))


def parse_export(body: bytes) -> Imported:
    """The run in a document.

    Raises:
        InvalidInput: it is no such document, was altered, or does not add up; one entry for each
            thing that is wrong.
    """
    raw = _object_in(body)
    if raw.get("schema") != SCHEMA:
        said = f"{raw['schema']!r:.60} is not known here" if "schema" in raw else "it is missing"
        raise _invalid("/schema", said, f"{SCHEMA!r}; a newer version of this project may know it")
    try:
        export = ProbeRunExport.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(tuple(islice(_field_errors(error), MOST_ERRORS))) from None
    if (made := checksum(raw)) != export.sha256:
        said = f"it is that of another content: this one's is {made}"
        raise _invalid("/sha256", said, "the file as it was exported, unaltered")
    if export.run.finished_at > datetime.now(UTC) + CLOCKS:
        raise _invalid("/run/finished_at", "it lies in the future", "a moment that has passed")
    content = Content(
        export.run.id, export.hosts, export.environments, export.results, export.pairs
    )
    wrong = tuple(
        FieldError(flaw.pointer, flaw.said, flaw.expected)
        for flaw in islice(flaws(content), MOST_ERRORS)
    )
    if wrong:
        raise InvalidInput(wrong)
    return Imported(export, identity(to_jsonable_python(export.results)))


def _object_in(body: bytes) -> Mapping[str, Any]:
    whole = "the whole file, as it was exported"
    try:
        raw = json.loads(body, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        said = "it is cut off" if cut and body.strip() else f"it is not JSON: {error}"
        raise _invalid("", said, whole) from None
    except (ValueError, RecursionError) as error:
        raise _invalid("", f"it is not JSON: {error}", whole) from None
    if not isinstance(raw, dict):
        raise _invalid("", "it is JSON, but no object", f"an object with the schema {SCHEMA}")
    return raw


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _field_errors(error: ValidationError) -> Any:
    for each in field_errors(error.errors(include_url=False)):
        if each.detail == "the field is unknown":
            yield FieldError(each.pointer, each.detail, f"the fields of {SCHEMA}, and no other")
        else:
            yield each


def _invalid(pointer: str, detail: str, expected: str) -> InvalidInput:
    return InvalidInput((FieldError(pointer, detail, expected),))
