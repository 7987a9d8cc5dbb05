"""The words that statements may use, each set closed: a word outside of it is an error."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

FrameworkId = Literal["pytorch", "tensorflow", "keras", "jax"]
#: A framework, or Keras on one particular backend.
Subject = Literal[
    "pytorch",
    "tensorflow",
    "keras",
    "jax",
    "keras:pytorch",
    "keras:tensorflow",
    "keras:jax",
]
CriterionId = Literal[
    "ease_of_use",
    "flexibility",
    "debugging",
    "research_ecosystem",
    "production_ecosystem",
    "longevity",
    "training_speed",
    "inference_speed",
    "startup_time",
    "memory_efficiency",
    "accelerator_support",
    "distributed_training",
    "data_pipeline",
    "deployment",
    "interoperability",
    "platform_support",
    "security",
    "reproducibility",
    "team_fit",
]
Target = Literal[
    "server_gpu",
    "server_cpu",
    "server_tpu",
    "android",
    "ios",
    "browser",
    "microcontroller",
    "edge_tpu",
    "embedded_linux",
    "desktop",
]
Accelerator = Literal["nvidia", "amd", "intel_gpu", "apple", "tpu", "trainium", "none"]
OperatingSystem = Literal["linux", "windows", "macos"]
Cloud = Literal["gcp", "aws", "azure", "on_premise"]
Family = Literal[
    "cnn",
    "transformer",
    "llm",
    "diffusion",
    "rnn",
    "mlp",
    "speech",
    "recommender",
    "gnn",
    "reinforcement_learning",
    "scientific",
    "tabular",
    "other",
]
Stage = Literal["research", "prototype", "production", "education"]
#: The part of the profile that a criterion is judged for, one value at a time.
Facet = Literal["none", "target", "accelerator", "os", "family", "scale"]
#: Devices of one training job: one, several on one machine, several machines.
Scale = Literal["single", "multi_device", "multi_node"]
#: How the evidence came to be, from what can be checked best to what can be checked least.
Grade = Literal["measured", "registry", "primary", "secondary", "judgement", "unsourced"]
SourceKind = Literal["primary", "registry", "measured", "secondary", "article"]
#: How a statement of the source article stands on the day of the check.
Standing = Literal["holds", "nuance", "outdated", "wrong"]
#: How a piece of software stands: may a new project build on it?
Maturity = Literal["current", "beta", "maintenance", "deprecated", "ended"]
GateOutcome = Literal["pass", "fail", "unknown"]
#: F1 to F94 are facts of the check, H1 to H120 rows of the history.
FactNumber = Annotated[str, StringConstraints(pattern=r"^[FH][1-9][0-9]{0,2}$")]
#: The first six make a stack; a tool or a platform stands beside it.
PieceKind = Literal[
    "api", "execution", "export", "serving", "distribution", "data", "tool", "platform"
]
#: Languages of the program that asks a model.
Language = Literal[
    "python", "cpp", "java", "csharp", "go", "rust", "javascript", "swift", "kotlin", "c"
]
#: Systems that the source article names.
ArticleSystem = Literal[
    "TorchScript",
    "PyTorch Mobile",
    "TorchServe",
    "torch.distributed",
    "TensorFlow Lite",
    "TensorFlow.js",
    "TensorFlow Serving",
    "tf.distribute",
    "TensorBoard",
    "Theano",
    "CNTK",
    "CUDA",
    "TPU",
    "Edge TPU",
    "Google Cloud",
    "static graph",
    "dynamic graph",
]
