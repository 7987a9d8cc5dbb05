"""What is told of an exporter's or runtime's error."""

from __future__ import annotations

from framework_probes.deployment.failures import refused, telling


def test_a_quoted_traceback_is_told_by_its_last_line() -> None:
    said = 'in user code:\n\n    File "/a.py", line 3, in f\n\n    TypeError: no float64 here\n'
    assert telling(TypeError(said)) == "TypeError: no float64 here"
    long = "this line is long enough to say by itself what went wrong, and where"
    assert telling(ValueError(f"{long}\nsecond")) == f"ValueError: {long}"
    assert telling(ValueError("Unsupported:\n\n  Erfc\n")) == "ValueError: Unsupported: Erfc"
    assert telling(RuntimeError()) == "RuntimeError: no message"


def test_folders_of_the_run_are_left_out() -> None:
    place = "/tmp/framework-deployment-x1y2/artefact-7/model.onnx"
    assert telling(ValueError(f"Load model from {place} failed")) == (
        "ValueError: Load model from model.onnx failed"
    )


def test_what_is_declined_is_told_from_what_breaks() -> None:
    assert refused(ValueError("Torch export requires PyTorch backend.")).outcome == "unsupported"
    assert refused(NotImplementedError("max_pool")).outcome == "unsupported"
    assert refused(ImportError("you must install litert-torch")).outcome == "not_installed"
    assert refused(RuntimeError("CUDA out of memory")).outcome == "oom"
    assert refused(RuntimeError("no op Erfc")).outcome == "crash"


def test_a_reason_names_no_folder_of_this_host() -> None:
    error = RuntimeError("at /home/me/.venv/lib/python3.11/site-packages/keras/src/ops/nn.py:3154:")
    assert telling(error) == "RuntimeError: at keras/src/ops/nn.py:3154:"
