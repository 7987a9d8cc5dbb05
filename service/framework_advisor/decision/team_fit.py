"""How well a stack fits the team: computed from what the profile says of people and code."""

from __future__ import annotations

from collections.abc import Mapping

from framework_advisor.decision.distributions import Clipped
from framework_advisor.decision.requirements import Stack
from framework_advisor.profile import Profile, Team
from framework_knowledge.models import FrameworkId

#: Share of one framework's skill that carries over to another: tf.keras is Keras 3.
CARRY_OVER: Mapping[tuple[FrameworkId, FrameworkId], float] = {
    ("tensorflow", "keras"): 0.75,
    ("keras", "tensorflow"): 0.5,
}
#: Standard deviation of a skill that the profile states, and of one that it leaves out.
STATED_SPREAD, OPEN_SPREAD = 0.05, 0.20
#: Code in a framework means that the team can read and run it, not that it is fluent.
CODE_VALUE = 0.75
#: A skill that the profile leaves out while it names others: little, but seldom nothing.
UNNAMED = 0.25
#: Where nothing is said of the team: fluent in one framework, at home in none of the others.
FLUENT, FOREIGN = 0.75, 0.25


def team_fit(profile: Profile, stack: Stack, fluent_in: str) -> Clipped:
    """How well the stack fits the team, in [0, 1].

    ``fluent_in`` is the framework that the team knows best where the profile leaves it open.
    """
    team = profile.team or Team()
    if not team.skills and not team.existing_code:
        centre = FLUENT if fluent_in == stack.framework else FOREIGN
        carried = CARRY_OVER.get((_framework(fluent_in), stack.framework), 0.0) * FLUENT
        centre, spread = max(centre, carried), OPEN_SPREAD
    else:
        centre, spread = _stated_fit(team, stack.framework)
    return Clipped(centre, ((spread, ("team", stack.framework)),))


def _stated_fit(team: Team, framework: FrameworkId) -> tuple[float, float]:
    skills = team.skills or {}
    kept = set(team.existing_code or ()) - set(team.leaving or ())
    levels: Mapping[FrameworkId, float] = {
        f: max(skills.get(f, 0.0), CODE_VALUE if f in kept else 0.0) for f in {*skills, *kept}
    }
    carried = max(
        (CARRY_OVER.get((known, framework), 0.0) * level for known, level in levels.items()),
        default=0.0,
    )
    if framework in levels:
        return max(levels[framework], carried), STATED_SPREAD
    return max(UNNAMED, carried), OPEN_SPREAD


def _framework(name: str) -> FrameworkId:
    return name  # type: ignore[return-value]  # names come from the prior over frameworks
