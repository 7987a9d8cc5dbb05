"""What stands in for what a profile leaves open.

Every draw takes one value of an open facet from its prior, the same in all criteria, so that
silence widens the answer and its cost can be computed. The priors are this project's own judgement
of what people ask about, dated 2026-11; they are published with every answer that uses them
(``inferred``). Only what teams know has changed enough to be dated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from framework_advisor.profile import Profile
from framework_knowledge.models import Facet

#: Facets of the knowledge, and those that only the decision has: how the code is run, and which
#: framework the team knows best.
DecisionFacet = Facet | Literal["execution", "fluency"]

PRIORS: Mapping[DecisionFacet, tuple[str, Mapping[str, float], str]] = {
    "target": (
        "/targets",
        {"server_gpu": 0.40, "server_cpu": 0.30, "desktop": 0.10, "android": 0.07, "ios": 0.05,
         "browser": 0.05, "embedded_linux": 0.03},
        "most models are served from a machine in a rack; one in five runs on a device",
    ),
    "accelerator": (
        "/platform/accelerators",
        {"nvidia": 0.75, "none": 0.15, "apple": 0.05, "tpu": 0.03, "amd": 0.02},
        "most training runs on NVIDIA GPUs",
    ),
    "os": (
        "/platform/os",
        {"linux": 0.80, "macos": 0.10, "windows": 0.10},
        "most training runs on Linux",
    ),
    "family": (
        "/workload/family",
        {"transformer": 0.30, "cnn": 0.25, "llm": 0.20, "tabular": 0.10, "diffusion": 0.05,
         "rnn": 0.05, "mlp": 0.05},
        "vision and transformers are most of what is built",
    ),
    "scale": (
        "/scale/training_devices",
        {"single": 0.70, "multi_device": 0.20, "multi_node": 0.10},
        "most projects train on one device",
    ),
    "execution": (
        "/workload/custom_research_code",
        {"compiled": 0.70, "own_code": 0.30},
        "standard models can be compiled; own layers and control flow run as each framework "
        "usually runs",
    ),
    "fluency": (
        "/team/skills",
        {"pytorch": 0.50, "tensorflow": 0.25, "keras": 0.15, "jax": 0.10},
        "job advertisements and downloads: PyTorch first, TensorFlow second",
    ),
}  # fmt: skip


#: Days before which a value was no answer to the question: nothing of the kind was there to be had.
SINCE: Mapping[tuple[DecisionFacet, str], date] = {
    ("family", "transformer"): date(2017, 6, 12),  # the paper
    ("family", "llm"): date(2020, 5, 28),  # GPT-3's paper
    ("family", "diffusion"): date(2020, 6, 19),  # the paper of denoising diffusion
    ("accelerator", "tpu"): date(2018, 2, 12),  # Cloud TPUs open
    ("accelerator", "apple"): date(2020, 11, 1),  # the first training on them
    ("target", "browser"): date(2018, 3, 30),  # TensorFlow.js
    ("fluency", "pytorch"): date(2017, 1, 19),
    ("fluency", "jax"): date(2018, 12, 7),
}

#: What teams were fluent in before, up to a day; what was countable then, since nothing later may
#: be known. Each holds from the day on which its figures were out to that of the next.
EARLIER_FLUENCY: tuple[tuple[date, Mapping[str, float], str], ...] = (
    (date(2018, 1, 19), {"tensorflow": 0.60, "keras": 0.30, "pytorch": 0.10},
     "TensorFlow is what is taught and used; a judgement, with nothing counted"),
    (date(2019, 10, 10), {"tensorflow": 0.55, "keras": 0.25, "pytorch": 0.20},
     "mentions in papers of early 2018: TensorFlow three to four times PyTorch"),
    (date(2021, 1, 5), {"tensorflow": 0.45, "pytorch": 0.35, "keras": 0.20},
     "mentions in papers of 2019: TensorFlow and PyTorch level, with TensorFlow longer in use"),
    (date(2023, 5, 1), {"pytorch": 0.40, "tensorflow": 0.35, "keras": 0.20, "jax": 0.05},
     "advertisements and downloads of 2020: TensorFlow ahead; papers: PyTorch"),
)  # fmt: skip


def prior_of(profile: Profile, facet: DecisionFacet) -> tuple[str, Mapping[str, float], str]:
    """Pointer, shares and reason of the prior for a facet, as of the day that is asked about.

    What was not there on that day has no share of it.
    """
    pointer, shares, why = PRIORS[facet]
    as_of = profile.evidence.as_of if profile.evidence else None
    if as_of is None:
        return pointer, shares, why
    if facet == "fluency":
        for until, earlier, reason in EARLIER_FLUENCY:
            if as_of < until:
                shares, why = earlier, reason
                break
    left = {v: s for v, s in shares.items() if SINCE.get((facet, v), as_of) <= as_of}
    total = sum(left.values())
    return pointer, {value: share / total for value, share in left.items()}, why
