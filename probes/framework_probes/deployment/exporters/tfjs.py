"""TensorFlow.js' converter: a SavedModel as a graph model."""

from __future__ import annotations

import sys
from types import ModuleType

from framework_probes.deployment.artefacts import Artefact, Making

# The converter imports Decision Forests before it looks at the model, and there are none for this
# TensorFlow; no graph of ours has one.
sys.modules.setdefault("tensorflow_decision_forests", ModuleType("tensorflow_decision_forests"))


def export(making: Making) -> Artefact:
    """Of the SavedModel that the exporter before wrote."""
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

    if making.before is None:
        raise ValueError("it converts the SavedModel of an exporter before it")
    folder, before = making.before
    try:
        converter.convert_tf_saved_model(str(folder), str(making.folder))
    except ValueError as error:
        # Which operations TensorFlow.js has not stands in the lines after the first.
        raise NotImplementedError(" ".join(str(error).split())) from error
    return Artefact(batches=before.batches)
