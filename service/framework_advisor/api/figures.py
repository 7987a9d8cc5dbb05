"""What this process has done, as figures for Prometheus."""

from __future__ import annotations

import math

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from framework_advisor.runs.records import Run
from framework_probes.results import Event, Result

PREFIX = "framework_advisor"
#: A decision takes tens of milliseconds, what is remembered less, an import of a run seconds.
REQUEST_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: An iteration of a probe, from a dispatch to a training step.
PROBE_BUCKETS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0)
#: Anything else is "other", so that nobody can make label values.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
#: What stands for a path that nobody serves.
NO_ROUTE = "none"


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Histogram(
            f"{PREFIX}_http_request_seconds",
            "Requests, with the time until their response began",
            ("method", "route", "status"),
            registry=registry,
            buckets=REQUEST_BUCKETS,
        )
        self._recommendations = Counter(
            f"{PREFIX}_recommendations",
            "Decisions by their verdict",
            ("status",),
            registry=registry,
        )
        self._runs = Counter(
            f"{PREFIX}_probe_runs",
            "Probe runs that this process executed, by how they ended",
            ("status",),
            registry=registry,
        )
        self._results = Counter(
            f"{PREFIX}_probe_results",
            "Probe results that this process took, by outcome",
            ("outcome",),
            registry=registry,
        )
        self._result_seconds = Histogram(
            f"{PREFIX}_probe_result_seconds",
            "Time of one iteration of a probe, as it was measured",
            ("probe", "framework"),
            registry=registry,
            buckets=PROBE_BUCKETS,
        )
        self._run_seconds = Histogram(
            f"{PREFIX}_probe_run_seconds",
            "Probe runs that this process executed, from their start to their end",
            registry=registry,
            buckets=(1.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 7200.0),
        )
        self._open = Gauge(
            f"{PREFIX}_probe_runs_open",
            "Probe runs of this host that have not ended",
            ("status",),
            registry=registry,
        )

    def request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """A response began. ``route``: the template of its path, never the path itself."""
        named = method if method in METHODS else "other"
        self._requests.labels(named, route or NO_ROUTE, str(status)).observe(seconds)

    def decided(self, status: str) -> None:
        """A recommendation was made."""
        self._recommendations.labels(status).inc()

    def probe_event(self, event: Event) -> None:
        """A run that is executed here said something."""
        if isinstance(event, Result):
            self._results.labels(event.outcome).inc()
            if event.time is not None:
                self._result_seconds.labels(event.probe, event.contender.framework).observe(
                    event.time.seconds
                )

    def run_ended(self, run: Run) -> None:
        """A run that was executed here has ended."""
        self._runs.labels(run.status).inc()
        if run.started_at and run.finished_at:
            self._run_seconds.observe((run.finished_at - run.started_at).total_seconds())

    def waiting(self, open_runs: tuple[Run, ...] | None) -> None:
        """Which runs of this host have not ended; None: nobody knows."""
        for status in ("queued", "running"):
            number = math.nan if open_runs is None else sum(r.status == status for r in open_runs)
            self._open.labels(status).set(number)
