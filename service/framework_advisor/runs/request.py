"""What may be asked of a probe run."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Annotated, Literal

from framework_knowledge.models import FrameworkId
from framework_probes.catalogue import CATALOGUE, SUITES
from framework_probes.results import RunRequest
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.profile import Unique, field_errors

#: Kinds of device that a probe can be run on.
Device = Literal["cpu"]


class ProbeRunRequest(BaseModel):
    """What to measure on this host. A field that is absent means all of the suite."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str = Field(default="quick", description="which probes, how long")
    frameworks: Annotated[Unique[FrameworkId], Field(min_length=1)] | None = None
    probes: Annotated[Unique[str], Field(min_length=1)] | None = Field(
        default=None, description="ids from the catalogue, GET /v1/probes"
    )
    device: Device = "cpu"
    budget_s: StrictFloat | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="seconds; what is left is not_run"
    )

    @model_validator(mode="after")
    def _known(self) -> ProbeRunRequest:
        unknown = tuple(_unknown(self))
        if unknown:
            raise PydanticCustomError("unknown", "names are unknown", {"errors": unknown})
        return self

    def to_run(self, seed: int = 0) -> RunRequest:
        """The same request under a new run id."""
        return RunRequest(
            run=f"run_{secrets.token_hex(8)}",
            suite=self.suite,
            frameworks=self.frameworks,
            probes=self.probes,
            device=self.device,
            budget_s=self.budget_s,
            seed=seed,
        )


def _unknown(request: ProbeRunRequest) -> Iterator[FieldError]:
    if request.suite not in SUITES:
        yield FieldError("/suite", f"there is no suite {request.suite}", _one_of(SUITES))
        return
    for index, probe in enumerate(request.probes or ()):
        if probe not in CATALOGUE:
            yield FieldError(f"/probes/{index}", f"there is no probe {probe}", _one_of(CATALOGUE))


def _one_of(names: object) -> str:
    return "one of " + ", ".join(f"'{name}'" for name in names)  # type: ignore[attr-defined]


def parse_request(body: bytes | str) -> ProbeRunRequest:
    """The request in a JSON text.

    Raises:
        InvalidInput: not JSON, or a field that breaks the contract; one entry for each.
    """
    try:
        return ProbeRunRequest.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(tuple(field_errors(error.errors()))) from None
