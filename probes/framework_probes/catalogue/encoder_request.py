"""One sequence through the network of ``encoder_train_step``: how long whoever asks has to wait."""

from __future__ import annotations

import numpy as np

from framework_probes.catalogue.encoder_train_step import (
    BLOCKS,
    CLASSES,
    HEADS,
    HIDDEN,
    SEQUENCE,
    WIDTH,
    WORDS,
    model,
    network,
    products,
    weights,
)
from framework_probes.forward_passes import forward_probe
from framework_probes.probe import shapes_of, total_bytes

#: Of the words only those that are looked up are read.
_UNREAD = (WORDS - SEQUENCE) * WIDTH * 4

PROBE = forward_probe(
    "encoder_request",
    title="One request to a transformer encoder",
    measures="Classifying one sequence, each call waited for: its median, p90 and p99 as well.",
    shape=f"1 sequence of {SEQUENCE} of {WORDS} words; {BLOCKS} blocks of width {WIDTH}, "
    f"{HEADS} heads, feed-forward {HIDDEN}",
    families=(("transformer", 0.7), ("llm", 0.4), ("speech", 0.3), ("other", 0.2)),
    cost_s=45.0,
    network=network,
    model=model,
    request=True,
    weights=weights,
    x=lambda generator: generator.integers(0, WORDS, (1, SEQUENCE), dtype=np.int32),
    products=products(1),
    bytes_=total_bytes(shapes_of(weights)) - _UNREAD + (SEQUENCE + CLASSES) * 4,
)
PROBES = (PROBE,)
