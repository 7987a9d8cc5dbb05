"""Runtimes, one module each: ``run(task) -> Served``; see ``deployment.artefacts``."""
