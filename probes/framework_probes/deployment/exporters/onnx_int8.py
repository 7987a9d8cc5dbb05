"""ONNX Runtime's static quantization of an ONNX file: weights and activations, by QDQ nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from framework_probes.deployment.artefacts import Artefact, Making
from framework_probes.probe import Array


class Rows(CalibrationDataReader):  # type: ignore[misc]
    """One row after the other."""

    def __init__(self, name: str, rows: Array) -> None:
        self.left: Iterator[Array] = iter(rows[:, None])
        self.name = name

    def get_next(self) -> dict[str, Array] | None:
        """None once all were given."""
        row = next(self.left, None)
        return None if row is None else {self.name: row}


def export(making: Making) -> Artefact:
    """int8 weights for each channel; input and output stay float32."""
    if making.before is None:
        raise ValueError("an ONNX file is what it starts from")
    folder, artefact = making.before
    (source,) = folder.glob("*.onnx")
    prepared = making.folder.with_name(f"{making.folder.name}.prepared.onnx")
    quant_pre_process(str(source), str(prepared))
    _quantize(prepared, making)
    Path(prepared).unlink()
    return artefact


def _quantize(prepared: Path, making: Making) -> None:
    name = onnx.load(prepared).graph.input[0].name
    quantize_static(
        str(prepared),
        str(making.folder / "model.onnx"),
        Rows(name, making.calibration()),
        per_channel=True,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
    )
