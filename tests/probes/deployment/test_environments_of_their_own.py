"""Every path in the environments that are built: minutes, so that it is asked for."""

from __future__ import annotations

import pytest

from framework_probes import environments
from framework_probes.deployment.paths import Way, declared
from framework_probes.results import Result, RunRequest
from framework_probes.seats import Setup
from framework_probes.session import execute

#: What a path through a declared environment may end with, where the exporter or the runtime is
#: known not to do it; whatever is not named here has to be right.
FAILS = {
    ("jax-onnx-onnxruntime", "cnn"): "unsupported",
    ("jax-onnx-onnxruntime_web", "cnn"): "unsupported",
    ("jax-onnx-openvino", "cnn"): "crash",
    ("tensorflow-onnx-onnxruntime_web", "encoder"): "crash",
    ("tensorflow-litert-tflite_micro-int8", "encoder"): "crash",
    ("keras-tensorflow-litert-tflite_micro-int8", "encoder"): "crash",
    ("keras-tensorflow-litert-tflite_micro", "encoder"): "crash",
    ("jax-litert-tflite_micro-int8", "encoder"): "crash",
    ("keras-tensorflow-litert-vela", "cnn"): "compiled_only",
    ("keras-tensorflow-litert-vela", "encoder"): "compiled_only",
}
MODULES = ("openvino", "executorch", "litert_torch", "litert_int8", "jax_onnx", "tfjs", "vela")
RUNTIMES = ("openvino", "executorch", "tflite_micro", "chromium", "node")


def own(way: Way) -> bool:
    """Whether it takes a part that this interpreter usually lacks."""
    return bool(
        {part.module for part in way.exporters} & set(MODULES)
        or (way.runtime is not None and way.runtime.module in RUNTIMES)
    )


def absent(way: Way) -> list[str]:
    parts = [*way.exporters, *([way.runtime] if way.runtime else [])]
    known = environments.declared()
    named = {part.environment for part in parts if part.environment in known}
    return [
        known[name].how_to_build for name in sorted(filter(None, named)) if not known[name].built
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("model", ["cnn", "encoder"])
@pytest.mark.parametrize(
    "way", [each for each in declared().ways.values() if own(each)], ids=lambda way: way.id
)
def test_a_path_ends_as_it_is_known_to(way: Way, model: str) -> None:
    if needed := absent(way):
        pytest.skip(needed[0])
    asked = RunRequest("run_1", "deployment", probes=(f"deployment.{model}/{way.id}",))
    (result,) = [event for event in execute(asked, Setup()) if isinstance(event, Result)]
    known = FAILS.get((way.id, model), "ok")
    if way.id.endswith("-unasked"):  # Right where the processor has no bfloat16.
        assert result.outcome in ("ok", "wrong_result"), result.reason
    elif "tfjs" in way.id and known == "ok" and model == "encoder":
        # Exact GELU and Einsum are not in every of its backends.
        assert result.outcome in ("ok", "unsupported", "crash"), result.reason
    else:
        assert result.outcome == known, result.reason
