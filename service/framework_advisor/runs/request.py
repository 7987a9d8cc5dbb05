"""What may be asked of a probe run."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.profile import NonEmptyUnique
from framework_knowledge.models import FrameworkId
from framework_probes import devices
from framework_probes.deployment import SUITE as DEPLOYMENT
from framework_probes.offered import ASKED, SUITES, suits
from framework_probes.results import RunRequest


def _known_suite(name: str) -> str:
    if name not in SUITES:
        raise _unknown(_any_of(SUITES))
    return name


def _known_probe(name: str) -> str:
    if name not in ASKED:
        # There are hundreds: the nearest are told, and where all of them stand.
        near = get_close_matches(name, ASKED, _NEAREST)
        meant = f"{_any_of(near)}; the probes" if near else "one of the probes that"
        raise _unknown(f"{meant} are listed by GET /v1/probes and framework-advisor probe list")
    return name


def _any_of(names: Iterable[str]) -> str:
    *most, last = (f"'{name}'" for name in names)
    return f"{', '.join(most)} or {last}" if most else last


def _unknown(expected: str) -> PydanticCustomError:
    return PydanticCustomError("unknown_name", "unknown", {"expected": expected})


_NEAREST = 3
SuiteName = Annotated[
    str, AfterValidator(_known_suite), Field(json_schema_extra={"enum": list(SUITES)})
]
ProbeId = Annotated[
    str, AfterValidator(_known_probe), Field(json_schema_extra={"enum": list(ASKED)})
]
#: Kinds of device that a probe can be run on, see ``framework_probes.devices``.
Device = Literal["cpu", "cuda", "rocm", "mps", "tpu", "xpu"]


class ProbeRunRequest(BaseModel):
    """What to measure on this host. A field that is absent means all of the suite."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: SuiteName = Field(default="quick", description="which probes, and how thoroughly")
    frameworks: NonEmptyUnique[FrameworkId] | None = None
    probes: NonEmptyUnique[ProbeId] | None = Field(
        default=None, description="ids from the catalogue"
    )
    device: Device = Field(
        default="cpu", description="what to compute on; it has to be on this host"
    )
    budget_s: StrictFloat | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="seconds; what does not fit becomes not_run. Absent: the suite's",
    )

    @field_validator("probes")
    @classmethod
    def _of_the_suite(
        cls, probes: tuple[str, ...] | None, info: ValidationInfo
    ) -> tuple[str, ...] | None:
        suite = info.data.get("suite", "quick")
        if wrong := [probe for probe in probes or () if not suits(probe, suite)]:
            other = "exports" if suite == DEPLOYMENT else "no export, which suite 'deployment' has"
            expected = f"of suite '{suite}' {other}, and not '{wrong[0]}'"
            raise _unknown(expected)
        return probes

    @field_validator("device")
    @classmethod
    def _on_the_processor(cls, device: Device, info: ValidationInfo) -> Device:
        if info.data.get("suite") == DEPLOYMENT and device != "cpu":
            expected = "'cpu': exports are run on the processor"
            raise _unknown(expected)
        return device

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


def need_device(request: ProbeRunRequest) -> None:
    """The device that is asked for has to be on this host.

    Raises:
        InvalidInput: it is not; says what is there.
    """
    if (why := devices.absent(request.device)) is not None:
        present = ", ".join(f"'{kind}'" for kind in devices.here())
        detail = f"there is no '{request.device}' on this host: {why}"
        raise InvalidInput((FieldError("/device", detail, f"one of {present}"),))
