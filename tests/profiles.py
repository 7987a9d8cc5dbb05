"""Profiles for property tests: any that the contract allows, small enough to decide quickly."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from framework_advisor.profile import Profile
from framework_knowledge.models import (
    CriterionId,
    Family,
    FrameworkId,
    OperatingSystem,
    Stage,
    Target,
)


def some(literal: Any, minimum: int = 0, maximum: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(
        st.sampled_from(get_args(literal)), unique=True, min_size=minimum, max_size=maximum
    )


def _drop_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: st.none() | strategy for name, strategy in fields.items()}
    ).map(_drop_none)


profiles: st.SearchStrategy[Profile] = (
    st.fixed_dictionaries({"stage": st.sampled_from(get_args(Stage)) | some(Stage, minimum=1)})
    .flatmap(
        lambda base: optional(
            workload=optional(
                family=st.sampled_from(get_args(Family)),
                custom_research_code=st.booleans(),
                dynamic_shapes=st.booleans(),
            ),
            scale=optional(training_devices=st.integers(0, 64)),
            platform=optional(
                accelerators=st.sampled_from([["none"], ["nvidia"], ["tpu"], ["apple", "amd"]]),
                os=some(OperatingSystem),
            ),
            targets=some(Target),
            team=optional(
                skills=st.dictionaries(st.sampled_from(get_args(FrameworkId)), st.floats(0, 1)),
                beginners=st.booleans(),
            ),
            preferences=optional(
                ranking=some(CriterionId),
                swings=st.dictionaries(
                    st.sampled_from(get_args(CriterionId)[:6]), st.floats(0, 100), max_size=3
                ),
            ),
            seed=st.integers(0, 2**40),
        ).map(lambda rest: base | rest)
    )
    .map(Profile.model_validate)
)
