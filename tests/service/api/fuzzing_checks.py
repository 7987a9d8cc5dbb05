"""Beside schemathesis' own checks: what the schema allows is refused for facts alone.

Loaded by its command line (``SCHEMATHESIS_HOOKS``).
"""

from __future__ import annotations

import re

import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import (
    ensure_resource_availability,
    positive_data_acceptance,
    use_after_free,
)

#: What no schema can say: which days, runs and devices there are, what was asked before under a
#: key, and what contradicts what.
FACTS = re.compile(
    r"\?as_of|/as_of|/evidence/(as_of|probe_run|hosts/\d+)|/must_use|/must_not_use|/candidates"
    # A document that is made up has no checksum that fits.
    r"|/sha256|Idempotency-Key|/platform/accelerators|/preferences/swings|/targets/\d+|/device"
)


@schemathesis.check
def refused_for_facts_alone(ctx: CheckContext, response: Response, case: Case) -> bool | None:
    """As ``positive_data_acceptance``, but for what no schema can say."""
    try:
        return positive_data_acceptance(ctx, response, case)
    except Failure:
        pointers = [error["pointer"] for error in response.json().get("errors", ())]
        if response.status_code == 422 and pointers and all(map(FACTS.fullmatch, pointers)):
            return None
        raise


@schemathesis.check
def what_was_kept_is_there(ctx: CheckContext, response: Response, case: Case) -> bool | None:
    """As ``ensure_resource_availability``; a what-if has an id too, and is not kept."""
    parent = ctx.internals.find_parent(case_id=case.id)
    made = ctx.internals.find_response(case_id=parent.id) if parent else None
    if made is not None and made.status_code == 200:
        return None
    return ensure_resource_availability(ctx, response, case)


@schemathesis.check
def what_was_forgotten_is_gone(ctx: CheckContext, response: Response, case: Case) -> bool | None:
    """As ``use_after_free``; to cancel a run is not to forget it."""
    if case.path.startswith("/v1/probe-runs/"):
        return None
    return use_after_free(ctx, response, case)
