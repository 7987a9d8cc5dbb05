"""What is known about PyTorch, TensorFlow, Keras and JAX: dated, sourced, as data."""

from framework_knowledge.loading import Knowledge, KnowledgeError, load
from framework_knowledge.models import (
    Cell,
    Circumstances,
    Claim,
    Criterion,
    Framework,
    Gate,
    Piece,
    Snapshot,
    Source,
    Table,
)

__all__ = [
    "Cell",
    "Circumstances",
    "Claim",
    "Criterion",
    "Framework",
    "Gate",
    "Knowledge",
    "KnowledgeError",
    "Piece",
    "Snapshot",
    "Source",
    "Table",
    "load",
]
