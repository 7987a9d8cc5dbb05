"""Keras' own ``model.export``, in any of its formats and on any back end."""

from __future__ import annotations

from framework_probes.deployment.artefacts import Artefact, Making

#: Format to the file that is written; a SavedModel is a folder.
FILES = {
    "onnx": "model.onnx",
    "openvino": "model.xml",
    "litert": "model.tflite",
    "torch": "model.pt2",
}
#: What is written for one row, or is run row by row here.
OF_ONE = ("litert", "torch")


def export(making: Making) -> Artefact:
    """In the format that the option names."""
    format_ = making.options["format"]
    model = making.source()
    if format_ == "onnx":
        # Keras wants it to have been called, as a model that was trained has been.
        model(making.example())
    place = making.folder / FILES.get(format_, "")
    model.export(str(place), format=format_, verbose=False)
    return Artefact(batches=format_ not in OF_ONE)
