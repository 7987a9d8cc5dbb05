"""A profile with an open question answered."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from framework_advisor.decision.priors import DecisionFacet
from framework_advisor.decision.team_fit import FLUENT
from framework_advisor.profile import Platform, Profile, Scale, Team, Workload

Part = TypeVar("Part", bound=BaseModel)

#: A number of devices and of machines of each scale.
DEVICES = {"single": (1, 1), "multi_device": (4, 1), "multi_node": (16, 2)}


def answered(profile: Profile, facet: DecisionFacet, value: str) -> Profile:
    """The profile as it would be if it said that the facet has that value.

    Raises ValueError for a facet that no field of the profile speaks of.
    """
    match facet:
        case "target":
            return _set(profile, targets=(value,))
        case "accelerator":
            return _set(
                profile, platform=_set(profile.platform or Platform(), accelerators=(value,))
            )
        case "os":
            return _set(profile, platform=_set(profile.platform or Platform(), os=(value,)))
        case "family":
            return _set(profile, workload=_set(profile.workload or Workload(), family=value))
        case "execution":
            own = value == "own_code"
            workload = _set(profile.workload or Workload(), custom_research_code=own)
            return _set(profile, workload=workload)
        case "scale":
            devices, nodes = DEVICES[value]
            scale = _set(profile.scale or Scale(), training_devices=devices, training_nodes=nodes)
            return _set(profile, scale=scale)
        case "fluency":
            return _set(profile, team=_set(profile.team or Team(), skills={value: FLUENT}))
        case _:
            raise ValueError(f"no field of the profile answers {facet}")


def _set(model: Part, **fields: Any) -> Part:
    return model.model_copy(update=fields)
