"""Exporters, one module each: ``export(making) -> Artefact``; see ``deployment.artefacts``."""
