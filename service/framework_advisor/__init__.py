"""Framework Advisor: a project profile in, a recommendation out.

>>> from framework_advisor import Advisor, Profile
>>> Advisor().recommend(Profile(stage="education")).verdict.framework in {
...     "pytorch", "tensorflow", "keras", "jax"}
True
"""

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
