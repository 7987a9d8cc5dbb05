"""What is known of one path with one model, gathered as it goes, and the result in the end."""

from __future__ import annotations

from dataclasses import replace

from framework_probes import process
from framework_probes.deployed import Deployed, Latency, Parity
from framework_probes.deployment.judging import parity
from framework_probes.deployment.models import model_of
from framework_probes.deployment.paths import declared
from framework_probes.deployment.planning import Trial
from framework_probes.deployment.trying import Ran, Written
from framework_probes.probe import Array
from framework_probes.protocol import Refused
from framework_probes.results import Environment, Equality, Result, RunRequest
from framework_probes.serialization import with_id

REFERENCE = "NumPy float64"


class Conclusion:
    """Grows by what is done; ``refused`` is the last word, whatever comes after it."""

    def __init__(self, trial: Trial) -> None:
        way = trial.way
        self.trial = trial
        self.failure: Refused | None = None
        self.environment: Environment | None = None
        self.answers: Array | None = None
        self.deployed = Deployed(
            path=way.id,
            model=model_of(trial.model).id,
            exporter=" + ".join(part.name for part in way.exporters),
            artefact=way.artefact,
            runtime=way.runtime.name if way.runtime else "",
            targets=way.targets,
            precision=way.precision,
            proves=way.proves,
        )

    def refused(self, why: Refused) -> Conclusion:
        """It came to nothing."""
        self.failure = why
        return self

    def wrote(self, written: Written) -> None:
        """There is an artefact."""
        last = written.replies[-1]
        self.environment = self._environment(written)
        self.deployed = replace(
            self.deployed,
            export_s=written.export_s,
            artefact_bytes=last.bytes,
            versions=written.versions,
            notes=written.notes,
        )

    def _environment(self, written: Written) -> Environment:
        way, first = self.trial.way, written.replies[0]
        settings = process.settings(1) | {"exporter": self.deployed.exporter}
        return with_id(
            "env",
            Environment("", way.framework, way.backend, first.python, written.versions, settings),
        )

    def ran(self, ran: Ran) -> None:
        """The artefact was run."""
        said = ran.said
        self.answers = ran.answers
        latency = None
        if said.p50 is not None and said.p90 is not None:
            latency = Latency(said.p50, said.p90, said.calls, None, said.per_s, said.batch)
        self.deployed = replace(
            self.deployed,
            latency=latency,
            peak_rss=said.peak_rss,
            runtime_bytes=said.installed_bytes,
            arena_bytes=said.arena_bytes,
            versions=self.deployed.versions | said.versions,
            notes=tuple(dict.fromkeys((*self.deployed.notes, *said.notes))),
        )
        runtime = self.trial.way.runtime
        source = self.trial.way.framework
        if runtime is not None and not runtime.holds_framework and source in said.frameworks:
            why = (
                f"{runtime.name} had {source} imported: that the artefact stands alone is not shown"
            )
            self.failure = Refused("wrong_result", why)

    def compared_with(self, source: Ran | Refused) -> None:
        """The framework itself was asked for the same, or could not be."""
        latency = self.deployed.latency
        if latency is not None and isinstance(source, Ran):
            latency = replace(latency, source_p50=source.said.p50)
            self.deployed = replace(self.deployed, latency=latency)

    def judge(self, reference: Array) -> None:
        """Whether what came out is what must come out."""
        if self.failure is not None:
            return
        if self.answers is None:
            self.failure = Refused("wrong_result", "the runtime left no outputs")
            return
        tolerance = declared().tolerances[self.trial.way.precision]
        scores = model_of(self.trial.model).scores
        found, why = parity(self.answers, reference, tolerance, scores=scores)
        self.deployed = replace(self.deployed, parity=found)
        if why is not None:
            self.failure = Refused("wrong_result", why)

    def result(self, request: RunRequest, host: str) -> Result:
        """As it is kept."""
        trial = self.trial
        row = model_of(trial.model).rows(1, request.seed)
        environment = self.environment
        return with_id(
            "res",
            Result(
                id="",
                run=request.run,
                host=host,
                environment=environment.id if environment else "",
                probe=trial.probe,
                shape="x".join(map(str, row.shape)),
                dtype=trial.way.precision,
                layout="",
                device=request.device,
                contender=trial.way.contender,
                compiler=None,
                outcome=self.failure.outcome if self.failure else "ok",
                reason=self.failure.reason if self.failure else None,
                equality=_equality(self.deployed.parity),
                peak_rss_bytes=self.deployed.peak_rss,
                deployed=self.deployed,
            ),
        )


def _equality(found: Parity | None) -> Equality | None:
    if found is None:
        return None
    return Equality(REFERENCE, ("outputs",), found.relative, found.tolerance)
