"""Results as a table: one row for each, flat."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from framework_advisor.runs.records import RunResults
from framework_probes.results import Result


def csv_table(measured: RunResults) -> str:
    """The results as CSV (RFC 4180) with a header; empty cells where nothing was measured.

    Times are seconds for each iteration, memory is bytes, rates are per second.
    """
    out = io.StringIO()
    rows = [_row(result) for result in measured.results]
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


COLUMNS = (
    "id",
    "run",
    "host",
    "environment",
    "probe",
    "shape",
    "dtype",
    "layout",
    "device",
    "framework",
    "backend",
    "tier",
    "variant",
    "compiler",
    "outcome",
    "reason",
    "seconds",
    "ci95_low",
    "ci95_high",
    "blocks",
    "reference_s",
    "of_roofline",
    "flops_per_s",
    "bytes_per_s",
    "peak_rss_bytes",
    "first_call_s",
    "p50_s",
    "p90_s",
    "p99_s",
)


def _row(result: Result) -> Mapping[str, object]:
    contender, time, rate = result.contender, result.time, result.rate
    row: dict[str, object] = {
        name: getattr(result, name) for name in COLUMNS if name in Result.__slots__
    }
    row |= {"framework": contender.framework, "backend": contender.backend, "tier": contender.tier}
    row["variant"] = contender.variant
    row["blocks"] = len(result.blocks)
    row["reference_s"] = result.reference.seconds if result.reference else None
    if time is not None:
        row["seconds"], (row["ci95_low"], row["ci95_high"]) = time.seconds, time.ci95
        row["first_call_s"] = time.cold.first_call_s
        if time.percentiles is not None:
            for name in ("p50", "p90", "p99"):
                row[f"{name}_s"] = getattr(time.percentiles, name)
    if rate is not None:
        row["of_roofline"] = rate.of_roofline
        row["flops_per_s"], row["bytes_per_s"] = rate.flops_per_s, rate.bytes_per_s
    return row
