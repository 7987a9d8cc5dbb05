"""What a host reaches at best: products in every dtype, and traffic from the caches to memory.

No library sets a ceiling alone: NumPy is asked first, then each framework of the run, and the best
of all counts. Each says how far five looks at it were apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from framework_probes.probe import Adapter, Native
from framework_probes.results import Ceiling, Peaks

#: Sides of square matrices; those of other devices than processors need more to be filled.
SIDES = (512, 1024, 1536)
DEVICE_SIDES = (2048, 4096, 8192)
#: Bytes that are worked on again and again: from what the second cache holds up.
FOOTPRINTS = tuple(kib << 10 for kib in (256, 1 << 10, 4 << 10, 16 << 10, 32 << 10, 64 << 10))
#: Memory is looked at with so many times the last cache, and so many bytes at least.
CACHES = 4
MEMORY_BYTES = 192 << 20
#: Elements of a triad at once: the intermediate product stays in the first caches.
CHUNK = 1 << 12
#: Looks at each ceiling: the best of all counts, and the best of each says how sure that is.
LOOKS = 5


def measure_peaks(seconds: float, core: int | None = None) -> Peaks:
    """What NumPy reaches with the threads that this process was given.

    Args:
        seconds: for the products of each dtype, and for all of the traffic.
        core: where it runs, which is said along with it.

    Returns:
        FLOP/s as 2 n^3 over the time of an n x n product; bytes/s as what is read and written over
        the time of a copy, of a dot product, or of McCalpin's STREAM triad a = b + s c, whichever
        is best. What a write fetches first is not counted.
    """
    generator = np.random.default_rng(0)
    library = f"numpy {np.__version__}"
    products = [_product(library, dtype, seconds, generator) for dtype in ("float32", "float64")]
    footprints = (*FOOTPRINTS, memory_footprint())
    traffic = [_traffic(library, size, seconds / 2, generator) for size in footprints]
    return Peaks(
        flops_per_s=products[0].per_s,
        bytes_per_s=traffic[-1].per_s,
        method=f"{library} on one core: best product of {', '.join(map(str, SIDES))}; best copy, "
        f"dot product or triad over {footprints[-1] >> 20} MiB",
        ceilings=(*products, *traffic),
        core=core,
    )


def reached(adapter: Adapter, dtypes: Sequence[str], seconds: float) -> Iterator[Ceiling]:
    """The best product of a framework in each dtype that its device has; a pass for each.

    Leaves the adapter computing in float32.
    """
    generator = np.random.default_rng(0)
    library = " ".join(next(iter(adapter.packages().items())))
    for dtype in dtypes:
        # A device that lacks a dtype has no ceiling in it.
        with suppress(NotImplementedError):
            adapter.compute_in(dtype)
            yield _best_product(library, dtype, seconds, _squares(adapter, generator))
    adapter.compute_in("float32")


def memory_footprint() -> int:
    """Bytes that no cache of this machine holds a good part of."""
    return max(MEMORY_BYTES, CACHES * last_cache_bytes())


def last_cache_bytes() -> int:
    """Size of the last cache of the first core; 0 where the system does not say."""
    sizes = [0]
    for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        with suppress(OSError, ValueError):
            sizes.append(int(path.read_text().strip().removesuffix("K")) << 10)
    return max(sizes)


def _product(library: str, dtype: str, seconds: float, generator: np.random.Generator) -> Ceiling:
    def squares() -> Iterator[tuple[int, Callable[[], object]]]:
        for side in SIDES:
            a, b = generator.standard_normal((2, side, side)).astype(dtype)
            yield side, partial(np.matmul, a, b, out=np.empty_like(a))

    return _best_product(library, dtype, seconds, squares())


def _squares(
    adapter: Adapter, generator: np.random.Generator
) -> Iterator[tuple[int, Callable[[], object]]]:
    def multiply(a: Native, b: Native) -> None:
        adapter.wait(adapter.operations.matmul(a, b))

    here = adapter.device(adapter.array(np.ones(1, np.float32)))
    for side in SIDES if here == "cpu" else DEVICE_SIDES:
        a, b = generator.standard_normal((2, side, side), dtype=np.float32)
        yield side, partial(multiply, adapter.array(a), adapter.array(b))


def _best_product(
    library: str,
    dtype: str,
    seconds: float,
    squares: Iterator[tuple[int, Callable[[], object]]],
) -> Ceiling:
    """The best of some sizes; larger ones are left where one took all the time there is."""
    found = []
    for side, multiply in squares:
        start = time.perf_counter()
        low, high = _rates(2 * side**3, seconds / len(SIDES), multiply)
        method = f"product of {side} x {side}"
        found.append(Ceiling("product", dtype, None, high, (low, high), library, method))
        if time.perf_counter() - start > seconds:
            break
    return max(found, key=lambda ceiling: ceiling.per_s)


def _traffic(library: str, size: int, seconds: float, generator: np.random.Generator) -> Ceiling:
    """The best of three ways to move bytes; ``size`` is what all arrays take together."""
    ways = (("copy", 2, _copy), ("dot product", 2, _dot), ("triad", 3, _triad))
    found = []
    for method, arrays, move in ways:
        parts = generator.standard_normal((arrays, size // arrays // 4), dtype=np.float32)
        low, high = _rates(parts.nbytes, seconds / 3, partial(move, *parts))
        found.append(Ceiling("traffic", "float32", size, high, (low, high), library, method))
    return max(found, key=lambda ceiling: ceiling.per_s)


def _copy(a: np.ndarray, b: np.ndarray) -> None:
    np.copyto(a, b)


def _dot(a: np.ndarray, b: np.ndarray) -> None:
    np.dot(a, b)


def _triad(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    scratch = np.empty(CHUNK, a.dtype)
    for start in range(0, len(a), CHUNK):
        part = slice(start, start + CHUNK)
        some = scratch[: len(a[part])]
        np.multiply(c[part], np.float32(1.5), out=some)
        np.add(b[part], some, out=a[part])


def _rates(amount: int, seconds: float, work: Callable[[], object]) -> tuple[float, float]:
    """Lowest and highest of the best rates of some looks, after one call that does not count."""
    work()
    looks = [_until(time.perf_counter() + seconds / LOOKS, work) for _ in range(LOOKS)]
    best = [amount / min(times) for times in looks]
    return min(best), max(best)


def _until(end: float, work: Callable[[], object]) -> list[float]:
    """Wall times of ``work``, repeated until ``end`` and at least once."""
    times: list[float] = []
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times
