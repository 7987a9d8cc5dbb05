"""Results of exports as the deployment suite gives them, made up for tests of what follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import measuring
from framework_advisor.measured import RecordedRun
from framework_advisor.store import Store
from framework_probes.deployed import Deployed, Latency, Parity, Precision, Target
from framework_probes.results import Contender, Framework, Outcome, Result, RunRequest
from framework_probes.serialization import with_id

#: Exporter, artefact, runtime and targets by the part of a path that says where it leads.
WAYS: dict[str, tuple[str, str, str, tuple[Target, ...]]] = {
    "onnxruntime": ("torch_onnx", "ONNX", "onnxruntime", ("server",)),
    "onnxruntime_web": ("torch_onnx", "ONNX", "onnxruntime_web", ("browser",)),
    "executorch": ("executorch", "ExecuTorch (.pte)", "executorch", ("android", "ios", "server")),
    "litert": ("tf_lite", "LiteRT (.tflite)", "litert", ("android", "ios", "server")),
    "litert_web": ("tf_lite", "LiteRT (.tflite)", "litert_web", ("browser",)),
    "tflite_micro": ("tf_lite", "LiteRT (.tflite)", "tflite_micro", ("microcontroller",)),
    "jax_export": ("jax_export", "StableHLO", "jax_export", ("server",)),
}


#: Ways that are called otherwise than by framework and runtime.
NAMED = {
    ("pytorch", "onnxruntime"): "pytorch-onnx-onnxruntime",
    ("pytorch", "onnxruntime_web"): "pytorch-onnx-onnxruntime_web",
    ("keras:tensorflow", "onnxruntime_web"): "keras-tensorflow-onnxruntime_web",
    ("tensorflow", "tflite_micro"): "tensorflow-litert-tflite_micro-int8",
    ("keras:tensorflow", "tflite_micro"): "keras-tensorflow-litert-tflite_micro-int8",
    ("jax", "tflite_micro"): "jax-litert-tflite_micro-int8",
}


def path_of(subject: str, way: str) -> str:
    """The name of a path, as the suite's data file has it."""
    return NAMED.get((subject, way), f"{subject.replace(':', '-')}-{way}")


def tried(
    subject: str,
    way: str,
    model: str = "cnn",
    outcome: Outcome = "ok",
    *,
    run: str = "run_d",
    reason: str | None = None,
    precision: Precision = "float32",
) -> Result:
    """One path with one model; ``subject`` is ``pytorch`` or ``keras:jax``."""
    framework, _, backend = subject.partition(":")
    exporter, artefact, runtime, targets = WAYS[way]
    path = path_of(subject, way)
    ran = outcome in ("ok", "wrong_result")
    deployed = Deployed(
        path=path,
        model=model,
        exporter=exporter,
        artefact=artefact,
        runtime=runtime,
        targets=targets,
        precision=precision,
        proves=f"{runtime} ran the file here; no device took part.",
        export_s=1.5,
        artefact_bytes=481_000 if ran else None,
        runtime_bytes=132_000_000,
        parity=Parity(1e-7, 3e-7 if outcome == "ok" else 0.9, 1.0, 5e-5, None, 32) if ran else None,
        latency=Latency(2e-5, 3e-5, 200, 4e-5, 60_000.0, 32) if outcome == "ok" else None,
        peak_rss=90_000_000 if ran else None,
        versions={runtime: "1.0"},
    )
    return with_id(
        "res",
        Result(
            id="",
            run=run,
            host=measuring.HOST.id,
            environment=measuring.ENVIRONMENT.id,
            probe=f"deployment.{model}",
            shape="28x28x1",
            dtype=precision,
            layout="NHWC",
            device="cpu",
            contender=Contender(
                _name(framework), _name(backend) if backend else None, "compiled", path
            ),
            compiler=None,
            outcome=outcome,
            reason=reason if reason or outcome == "ok" else f"made up: {outcome}",
            deployed=deployed,
        ),
    )


def _name(framework: str) -> Framework:
    return framework  # type: ignore[return-value]


def recorded(*results: Result, day: int = 23) -> RecordedRun:
    """A finished run that holds them."""
    return RecordedRun(
        "run_d",
        measuring.HOST,
        datetime(2026, 11, day, tzinfo=UTC),
        results,
        (),
        (measuring.ENVIRONMENT,),
    )


async def keep(store: Store, results: Iterable[Result], run: str = "run_d") -> None:
    """A run of the deployment suite that ended, as the store keeps it."""
    await store.hosts.add(measuring.HOST)
    await store.runs.create(RunRequest(run=run, suite="deployment"), measuring.HOST.id)
    await store.runs.start(run)
    await store.runs.add_environment(run, measuring.ENVIRONMENT)
    for result in results:
        await store.runs.add_result(result)
    await store.runs.end(run, "succeeded", "")
