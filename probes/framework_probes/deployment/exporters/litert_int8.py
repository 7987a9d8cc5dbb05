"""ai-edge-quantizer: a LiteRT file quantized after it was converted."""

from __future__ import annotations

from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer import quantizer, recipe

from framework_probes.deployment.artefacts import Artefact, Making, turned


def export(making: Making) -> Artefact:
    """Weights int8; activations too, calibrated, unless ``activations`` is ``dynamic``."""
    if making.before is None:
        raise ValueError("it quantizes what an exporter before it wrote")
    folder, before = making.before
    source = str(folder / "model.tflite")
    made = quantizer.Quantizer(source)
    calibrated = None
    if making.options.get("activations") == "dynamic":
        made.load_quantization_recipe(recipe.dynamic_wi8_afp32())
    else:
        made.load_quantization_recipe(recipe.static_wi8_ai8())
        (name, signature), *_ = Interpreter(source).get_signature_list().items()
        rows = turned(making.model.rows(64, making.seed + 1), before.channels_first)
        given = signature["inputs"][0]
        calibrated = made.calibrate({name: [{given: row[None]} for row in rows]})
    made.quantize(calibrated).export_model(str(making.folder / "model.tflite"), overwrite=True)
    return Artefact(channels_first=before.channels_first)
