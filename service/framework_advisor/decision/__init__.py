"""The decision core: pure functions over frozen models. No I/O, no clock, no global random state.

Read in this order: ``circumstances`` (what the profile says, and the priors for what it leaves
open), ``requirements`` (who is ruled out), ``weights``, ``values``, ``acceptability`` (SMAA),
``flips``, ``next_evidence``, ``stacks``, and ``decide``, which puts them together.
"""

from framework_advisor.decision.decide import decide

__all__ = ["decide"]
