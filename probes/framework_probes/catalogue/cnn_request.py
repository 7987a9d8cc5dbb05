"""One image through the network of ``cnn_train_step``: how long whoever asks has to wait."""

from __future__ import annotations

import numpy as np

from framework_probes.catalogue.cnn_train_step import (
    CLASSES,
    LAYERS,
    PLACES,
    SHAPES,
    SIDE,
    model,
    network,
    weights,
)
from framework_probes.forward_passes import forward_probe
from framework_probes.probe import normal, shapes_of, total_bytes

PROBE = forward_probe(
    "cnn_request",
    title="One request to a small CNN",
    measures="Classifying one image, each call waited for: its median, p90 and p99 as well.",
    shape=f"1x{SIDE}x{SIDE}x1; {LAYERS}",
    families=(("cnn", 0.7), ("reinforcement_learning", 0.3), ("other", 0.2)),
    cost_s=23.0,
    network=network,
    model=model,
    request=True,
    weights=weights,
    x=lambda generator: normal(generator, 1, SIDE, SIDE, 1),
    products=sum(PLACES[name] * int(np.prod(shape)) for name, shape in SHAPES.items()),
    bytes_=total_bytes(shapes_of(weights)) + (SIDE * SIDE + CLASSES) * 4,
    images=True,
)
PROBES = (PROBE,)
