"""Density of sea water from salinity, temperature and pressure: a long polynomial, no library call.

The international equation of state of seawater, EOS-80 (Fofonoff and Millard, UNESCO Technical
Papers in Marine Science 44, 1983): such a kernel is what ocean models spend much time in. Float64.

Not what pyhpc-benchmarks measures under the same name: that is a derivative of dynamic enthalpy by
the 48-term expression of TEOS-10 (``gsw_dHdT`` of the ocean model Veros), with two logarithms, two
roots and several times as many operations. Published ratios of it say nothing about this one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.operation import operation
from framework_probes.probe import Adapter, Array, Arrays, Native, Probe, normal

SIZE = 1 << 18


def density(sqrt: Callable[[Native], Native], s: Native, t: Native, p: Native) -> Native:
    """Kilograms a cubic metre: ``s`` practical salinity, ``t`` degrees C (IPTS-68), ``p`` bar."""
    root = s * sqrt(s)
    water = 999.842594 + t * (
        6.793952e-2 + t * (-9.09529e-3 + t * (1.001685e-4 + t * (-1.120083e-6 + t * 6.536332e-9)))
    )
    surface = (
        water
        + s * (8.24493e-1 + t * (-4.0899e-3 + t * (7.6438e-5 + t * (-8.2467e-7 + t * 5.3875e-9))))
        + root * (-5.72466e-3 + t * (1.0227e-4 - t * 1.6546e-6))
        + 4.8314e-4 * s * s
    )
    # The secant bulk modulus: at the surface, and its first and second slope with pressure.
    modulus = (
        19652.21
        + t * (148.4206 + t * (-2.327105 + t * (1.360477e-2 - t * 5.155288e-5)))
        + s * (54.6746 + t * (-0.603459 + t * (1.09987e-2 - t * 6.167e-5)))
        + root * (7.944e-2 + t * (1.6483e-2 - t * 5.3009e-4))
    )
    slope = (
        3.239908
        + t * (1.43713e-3 + t * (1.16092e-4 - t * 5.77905e-7))
        + s * (2.2838e-3 + t * (-1.0981e-5 - t * 1.6078e-6))
        + 1.91075e-4 * root
    )
    bend = (
        8.50935e-5
        + t * (-6.12293e-6 + t * 5.2787e-8)
        + s * (-9.9348e-7 + t * (2.0816e-8 + t * 9.1697e-10))
    )
    return surface / (1.0 - p / (modulus + p * (slope + p * bend)))


#: Additions, multiplications, divisions and the root in the formula as it stands above.
OPERATIONS = 84


def _draw(generator: np.random.Generator) -> dict[str, Array]:
    return {
        "salinity": normal(generator, SIZE, scale=1.0, mean=35.0),
        "temperature": normal(generator, SIZE, scale=3.0, mean=12.0),
        "pressure": normal(generator, SIZE, scale=40.0, mean=250.0),
    }


def _solve(inputs: Arrays) -> dict[str, Array]:
    names = ("salinity", "temperature", "pressure")
    return {"density": np.asarray(density(np.sqrt, *(inputs[name] for name in names)))}


def _formula(adapter: Adapter) -> Native:
    sqrt = adapter.operations.sqrt
    return lambda s, t, p: density(sqrt, s, t, p)


PROBE = Probe(
    id="equation_of_state",
    title="Equation of state of sea water",
    measures="Density of sea water by the polynomial of EOS-80, in float64.",
    shape=f"{SIZE} points",
    dtype="float64",
    flops=OPERATIONS * SIZE,
    bytes=4 * SIZE * 8,
    reference_kind="roofline",
    criterion="inference_speed",
    families=(("scientific", 0.6),),
    tolerances={"float64": 1e-13},
    cost_s=13.0,
    trains=False,
    draw=_draw,
    solve=_solve,
    data=("salinity", "temperature", "pressure"),
    builders={
        who: operation(_formula, "density") for who in ("pytorch", "tensorflow", "jax", "keras")
    },
)
PROBES = (PROBE,)
