"""Framework Advisor: a project profile in, a recommendation out.

>>> from framework_advisor import Advisor, Profile
>>> Advisor().recommend(Profile(stage="education")).verdict.framework in {
...     "pytorch", "tensorflow", "keras", "jax"}
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framework_advisor.advisor import Advisor
    from framework_advisor.errors import (
        AdvisorError,
        BrokenKnowledge,
        Conflict,
        FieldError,
        InvalidInput,
        NotFound,
        NotInstalled,
    )
    from framework_advisor.profile import Profile, parse_profile
    from framework_advisor.recommendation import Recommendation

__all__ = [
    "Advisor",
    "AdvisorError",
    "BrokenKnowledge",
    "Conflict",
    "FieldError",
    "InvalidInput",
    "NotFound",
    "NotInstalled",
    "Profile",
    "Recommendation",
    "parse_profile",
]

#: Where a public name is; every other one is an error.
_HOMES = {
    "Advisor": "advisor",
    "Profile": "profile",
    "Recommendation": "recommendation",
    "parse_profile": "profile",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for: a command's help needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
