"""What a recorded run says to the decision core."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import measuring
from framework_advisor.measured import RecordedRun, measurements_from


def test_variants_of_compiling_are_told_and_not_weighed() -> None:
    """An XLA time must not stand for the usual way; a run of variants alone says nothing."""
    usual = measuring.result()
    variant = replace(usual, id="res_v", contender=replace(usual.contender, variant="xla"))
    pairs = (measuring.pair(), replace(measuring.pair(), a=variant.contender))
    run = RecordedRun(
        "run_1",
        measuring.HOST,
        datetime(2026, 11, 23, tzinfo=UTC),
        (usual, variant),
        pairs,
        (measuring.ENVIRONMENT,),
    )
    (probe,) = measurements_from([run]).probes
    assert [time.id for time in probe.times] == [usual.id]
    assert len(probe.pairs) == 1
    alone = replace(run, results=(variant,), pairs=())
    assert measurements_from([alone]).probes == ()
