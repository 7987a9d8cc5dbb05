"""Published figures made again from the raw blocks that stand beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from framework_probes.conclusions import Whereof, pairs_of, percentiles, steady
from framework_probes.results import Pair, Result, Time


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What blocks say.

    Attributes:
        times: by id of the result; costs that are paid once are taken over, they have no blocks.
        pairs: of every two results that are ``ok`` and belong together.
    """

    times: dict[str, Time]
    pairs: tuple[Pair, ...]


def recompute(results: Iterable[Result]) -> Recomputed:
    """Times and pairs of the results, from nothing but their blocks.

    A result without a time (it failed, or was left out) gets none.

    Raises:
        NotRecomputable: the blocks were kept by a version that recorded neither rounds nor both
            statistics; see :mod:`framework_probes.comparison`.
    """
    times: dict[str, Time] = {}
    groups: dict[Whereof, list[Result]] = {}
    for result in results:
        if result.time is None:
            continue
        published = result.time
        made = steady(result.blocks)
        if published.percentiles is not None:
            made = replace(made, percentiles=percentiles(result.blocks))
        times[result.id] = replace(made, cold=published.cold, memory=published.memory)
        if result.outcome == "ok":
            whereof = Whereof(result.run, result.host, result.probe, result.dtype, result.device)
            groups.setdefault(whereof, []).append(result)
    pairs = [
        pair
        for whereof, members in groups.items()
        for pair in pairs_of(whereof, [(each.contender, each.blocks) for each in members])
    ]
    return Recomputed(times, tuple(pairs))
