"""What may be asked of a probe run."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictFloat, ValidationError
from pydantic_core import PydanticCustomError

from framework_advisor.errors import InvalidInput
from framework_advisor.profile import Unique, field_errors
from framework_knowledge.models import FrameworkId
from framework_probes.catalogue import CATALOGUE, SUITES
from framework_probes.results import RunRequest

#: Kinds of device that a probe can be run on.
Device = Literal["cpu"]


def _known_suite(name: str) -> str:
    return _known(name, SUITES)


def _known_probe(name: str) -> str:
    return _known(name, CATALOGUE)


def _known(name: str, names: Iterable[str]) -> str:
    if name not in names:
        expected = ", ".join(f"'{each}'" for each in names)
        raise PydanticCustomError("unknown_name", "unknown", {"expected": f"one of {expected}"})
    return name


class ProbeRunRequest(BaseModel):
    """What to measure on this host. A field that is absent means all of the suite."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: Annotated[str, AfterValidator(_known_suite)] = Field(
        default="quick", description="which probes, how long"
    )
    frameworks: Annotated[Unique[FrameworkId], Field(min_length=1)] | None = None
    probes: (
        Annotated[Unique[Annotated[str, AfterValidator(_known_probe)]], Field(min_length=1)] | None
    ) = Field(default=None, description="ids from the catalogue, GET /v1/probes")
    device: Device = "cpu"
    budget_s: StrictFloat | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="seconds; what is left is not_run"
    )

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


def parse_request(body: bytes | str) -> ProbeRunRequest:
    """The request in a JSON text.

    Raises:
        InvalidInput: not JSON, or a field that breaks the contract; one entry for each.
    """
    try:
        return ProbeRunRequest.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(tuple(field_errors(error.errors()))) from None
