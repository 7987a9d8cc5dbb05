"""The catalogue of probes."""

from __future__ import annotations

from collections.abc import Iterator

from framework_probes.catalogue import CATALOGUE
from pages.markdown import header, row


def probes() -> Iterator[str]:
    """What each probe measures, informs and stands for."""
    yield from ("# Probes", "")
    yield from header("probe", "measures", "shape", "FLOPs", "bytes", "informs", "stands for")
    for probe in CATALOGUE.values():
        families = ", ".join(f"{family} {share:g}" for family, share in probe.families)
        yield row(
            f"`{probe.id}`",
            probe.measures,
            f"{probe.shape}, {probe.dtype}",
            f"{probe.flops:,}",
            f"{probe.bytes:,}",
            probe.criterion,
            families,
        )
