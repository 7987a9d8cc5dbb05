"""Reading images for training: each loader passes once over a small set, sample by sample.

A sample is brought to floats and every second one is mirrored, by NumPy where a loader takes Python
and by TensorFlow's own operations in tf.data, as its users write it. Workers are what each loader
means by the word: processes in PyTorch, threads in tf.data and, unless asked, in Keras, whose
trainer reads by itself for less than two of them. JAX has no loader of its own; its users take
Grain, whose workers are threads here: processes of its would be started anew with every pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import Literal

import numpy as np

from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Probe, Program
from framework_probes.results import Framework

IMAGES, SIZE, CHANNELS, BATCH = 512, 32, 3, 64
WORKERS = (0, 1, 2)
#: Of what comes out, per channel and in the units of what is read.
MEAN = 255.0 * np.array([0.49, 0.48, 0.45])
DEVIATION = 255.0 * np.array([0.25, 0.24, 0.26])
_MEAN, _DEVIATION = MEAN.astype(np.float32), DEVIATION.astype(np.float32)
#: Batches, each of images and of their numbers in the set.
Epoch = Callable[[], list[tuple[Native, Native]]]
Make = Callable[[Adapter, Array, int], Epoch]


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {"images": generator.integers(0, 256, (IMAGES, SIZE, SIZE, CHANNELS), np.uint8)}


def _solve(inputs: Arrays) -> dict[str, Array]:
    samples = (inputs["images"] - MEAN) / DEVIATION
    samples[1::2] = samples[1::2, :, ::-1]
    return {"samples": samples}


class Samples:
    """A set as PyTorch's loader takes it. Of a module, since processes are sent it."""

    def __init__(self, images: Array) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> tuple[Array, int]:
        sample = (self.images[number].astype(np.float32) - _MEAN) / _DEVIATION
        return np.ascontiguousarray(sample[:, ::-1]) if number % 2 else sample, number

    def batch(self, place: int) -> tuple[Array, Array]:
        """So many samples in order, with their numbers."""
        numbers = range(place * BATCH, min(len(self), (place + 1) * BATCH))
        return np.stack([self[number][0] for number in numbers]), np.array(numbers, np.int32)


def _numpy(_: Adapter, images: Array, __: int) -> Epoch:
    """A loop without a loader."""
    samples = Samples(images)
    return lambda: [samples.batch(place) for place in range(len(samples) // BATCH)]


def _pytorch(adapter: Adapter, images: Array, workers: int) -> Epoch:
    """Its processes stay from pass to pass, as an epoch's start is not what is measured."""
    loader = adapter.module.utils.data.DataLoader(
        Samples(images), batch_size=BATCH, num_workers=workers, persistent_workers=workers > 0
    )
    return lambda: list(loader)


def _tensorflow(adapter: Adapter, images: Array, workers: int) -> Epoch:
    tf = adapter.module

    def sample(image: Native, number: Native) -> tuple[Native, Native]:
        value = (tf.cast(image, tf.float32) - _MEAN) / _DEVIATION
        return tf.cond(number % 2 == 1, lambda: tf.reverse(value, [1]), lambda: value), number

    numbers = np.arange(len(images), dtype=np.int32)
    data = tf.data.Dataset.from_tensor_slices((images, numbers))
    data = data.map(sample, num_parallel_calls=workers or None).batch(BATCH)
    if workers:
        # As many batches ahead as PyTorch's loader has.
        data = data.prefetch(2 * workers)
    options = tf.data.Options()
    options.threading.private_threadpool_size = max(1, workers)
    data = data.with_options(options)
    return lambda: list(data)


def _jax(adapter: Adapter, images: Array, workers: int) -> Epoch:
    if find_spec("grain") is None:
        raise NotImplementedError(
            "JAX has no loader of its own, and Grain is not installed: python -m pip install grain"
        )
    grain, asarray = import_module("grain"), adapter.operations.asarray
    # As many batches ahead as PyTorch's loader has.
    ahead = grain.ReadOptions(num_threads=workers, prefetch_buffer_size=2 * workers)
    data = grain.MapDataset.source(Samples(images)).batch(BATCH).to_iter_dataset(ahead)
    return lambda: [(asarray(samples), asarray(numbers)) for samples, numbers in data]


def _keras(adapter: Adapter, images: Array, workers: int) -> Epoch:
    """What ``fit`` reads a ``PyDataset`` by; Keras shows that to nobody but its own trainers."""
    keras, samples = adapter.module, Samples(images)

    class Batches(keras.utils.PyDataset):  # type: ignore[misc, name-defined]
        def __len__(self) -> int:
            return len(samples) // BATCH

        def __getitem__(self, place: int) -> tuple[Array, Array]:
            return samples.batch(place)

    trainers = import_module("keras.src.trainers.data_adapters.py_dataset_adapter")
    feed = trainers.PyDatasetAdapter(Batches(workers=workers))
    if adapter.backend.subject == "tensorflow":
        data = feed.get_tf_dataset()

    def read() -> Native:
        match adapter.backend.subject:
            case "tensorflow":
                return data
            case "pytorch":
                return feed.get_torch_dataloader()
        return feed.get_jax_iterator()

    def epoch() -> list[tuple[Native, Native]]:
        feed.on_epoch_begin()
        convert = keras.ops.convert_to_tensor
        batches = [(convert(images), convert(numbers)) for images, numbers in read()]
        feed.on_epoch_end()
        return batches

    return epoch


def _builder(make: Make, workers: int) -> Builder:
    def build(adapter: Adapter, inputs: Arrays) -> Program:
        if adapter.tier == "compiled":
            raise NotImplementedError("nothing of a loader is compiled; see the eager result")
        kind = adapter.device(adapter.array(np.zeros(1, np.float32)))
        if kind != "cpu":
            raise NotImplementedError("a loader works on the processor; measure it with device cpu")

        def read(batches: list[tuple[Native, Native]]) -> dict[str, Array]:
            """In order, whatever the order in which they came.

            One that is missing or twice is seen: those after it are out of place.
            """
            numbers = np.concatenate([adapter.neutral(number) for _, number in batches])
            samples = np.concatenate([adapter.neutral(image) for image, _ in batches])
            return {"samples": samples[np.argsort(numbers, kind="stable")]}

        def on(data: Arrays) -> Epoch:
            return make(adapter, data["images"], workers)

        return Program(step=on(inputs), on=on, read=read, layout="NHWC")

    return build


def _probe(workers: int) -> Probe:
    written: Mapping[Framework | Literal["numpy"], Make] = {
        "pytorch": _pytorch,
        "tensorflow": _tensorflow,
        "jax": _jax,
        "keras": _keras,
        "numpy": _numpy,
    }
    many = "no workers" if not workers else f"{workers} worker{'s' if workers > 1 else ''}"
    return replace(
        _PROBE,
        id=f"data_loading.workers_{workers}" if workers else "data_loading",
        title=f"Data loading, {many}",
        processors=1 + workers,
        builders={name: _builder(make, workers) for name, make in written.items()},
    )


_PROBE = Probe(
    id="data_loading",
    title="Data loading",
    measures="One pass of a loader over images in memory, brought to floats and mirrored in turns.",
    shape=f"{IMAGES} images of {SIZE}x{SIZE}x{CHANNELS} bytes, batches of {BATCH}",
    dtype="float32",
    flops=0,
    bytes=IMAGES * SIZE * SIZE * CHANNELS * (1 + 4),
    reference_kind="numpy",
    criterion="training_speed",
    # It informs no decision: any framework can be fed by any of these loaders.
    families=(),
    tolerances={"float32": 2e-5},
    cost_s=14.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("images",),
    builders={},
)
PROBES = tuple(_probe(workers) for workers in WORKERS)
