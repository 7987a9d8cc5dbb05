"""jax2onnx: a function of JAX as an ONNX file."""

from __future__ import annotations

import jax2onnx

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """Any number of rows unless ``batch`` is ``fixed``."""
    fixed = making.options.get("batch") == "fixed"
    shape = (1 if fixed else "B", *making.example().shape[1:])
    jax2onnx.to_onnx(
        making.source(),
        inputs=[shape],
        return_mode="file",
        output_path=str(making.folder / "model.onnx"),
    )
    return Artefact(batches=not fixed)
