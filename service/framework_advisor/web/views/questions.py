"""What the form asks, in plain language, one line of explanation each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Question:
    """How one field of the profile is asked for."""

    pointer: str
    label: str
    help: str


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together; the first group is always open."""

    id: str
    title: str
    summary: str
    questions: tuple[Question, ...]


def _read() -> tuple[Group, ...]:
    listed = yaml.safe_load(files(__package__).joinpath("questions.yaml").read_text("utf-8"))
    return tuple(
        Group(**{**group, "questions": tuple(Question(**each) for each in group["questions"])})
        for group in listed
    )


GROUPS = _read()

#: Names in the profile as a person says them; any other is told by its own name.
WORDS = {
    "cnn": "CNN (images)",
    "transformer": "Transformer",
    "llm": "Large language model",
    "diffusion": "Diffusion",
    "rnn": "RNN (sequences)",
    "mlp": "Plain network (MLP)",
    "gnn": "Graph network",
    "amd": "AMD GPU",
    "nvidia": "NVIDIA GPU",
    "intel_gpu": "Intel GPU",
    "apple": "Apple GPU",
    "tpu": "Google TPU",
    "trainium": "AWS Trainium",
    "none": "Processor only",
    "ios": "iPhone, iPad",
    "server_gpu": "Server with GPU",
    "server_cpu": "Server without GPU",
    "server_tpu": "Server with TPU",
    "edge_tpu": "Coral Edge TPU",
    "embedded_linux": "Board with Linux",
    "desktop": "Desktop application",
    "macos": "macOS",
    "gcp": "Google Cloud",
    "aws": "AWS",
    "on_premise": "Own machines",
    "cpp": "C++",
    "csharp": "C#",
    "javascript": "JavaScript",
    "fine_tuning": "Fine-tuning",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
}
#: Told as they are spelt.
_AS_SPELT = {"float32", "tf32", "bfloat16", "float16", "int8", "int4"}


def worded(name: str) -> str:
    """A name in the profile as a person says it."""
    if name in _AS_SPELT:
        return name
    return WORDS.get(name) or name.replace("_", " ").capitalize()
