"""Keras' own file, ``.keras``: a description of the layers, and their weights."""

from __future__ import annotations

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """As ``model.save`` writes it."""
    making.source().save(making.folder / "model.keras")
    return Artefact(batches=True)
