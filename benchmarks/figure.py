"""One figure: ours beside a baseline, taken in turn in the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """Medians of ours and of the baseline, and the quartiles of their ratio pair by pair."""

    name: str
    unit: str
    ours: float
    baseline: float | None
    baseline_name: str
    ratio_quartiles: tuple[float, float, float] | None
    samples: int

    def line(self) -> str:
        """The figure in words."""
        text = f"{self.name}: {self.ours:.4g} {self.unit}"
        if self.baseline is None or self.ratio_quartiles is None:
            return text
        low, middle, high = self.ratio_quartiles
        return (
            f"{text}; {self.baseline_name} {self.baseline:.4g} {self.unit}; "
            f"ratio {middle:.2f} (quartiles {low:.2f} to {high:.2f}, {self.samples} pairs)"
        )


def paired(
    name: str,
    unit: str,
    ours: Callable[[], float],
    baseline: Callable[[], float],
    baseline_name: str,
    samples: int,
) -> Figure:
    """Take both in turn, so that what the host does meets them alike; the first pair is warm-up."""
    ours(), baseline()
    pairs = [
        (ours(), baseline()) if i % 2 == 0 else (baseline(), ours())[::-1] for i in range(samples)
    ]
    low, middle, high = quantiles([a / b for a, b in pairs], n=4)
    return Figure(
        name=name,
        unit=unit,
        ours=median(a for a, _ in pairs),
        baseline=median(b for _, b in pairs),
        baseline_name=baseline_name,
        ratio_quartiles=(low, middle, high),
        samples=samples,
    )
