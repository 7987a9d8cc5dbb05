"""Probes that go wrong, each in one way: what a framework can do to a session.

Workers import this by name, through ``Setup.import_paths``; no request can name it.
"""

import ctypes
import gc
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from framework_probes.catalogue import Suite, matmul
from framework_probes.probe import Program


def honest(adapter, inputs):
    a, b = adapter.array(inputs["a"]), adapter.array(inputs["b"])
    product = adapter.compile(adapter.operations.matmul)
    return Program(
        step=lambda: product(a, b),
        read=lambda result: {"product": adapter.neutral(result)},
        layout="row-major",
    )


def hangs(adapter, inputs):
    time.sleep(3600)


def hangs_compiled(adapter, inputs):
    return honest(adapter, inputs) if adapter.tier == "eager" else hangs(adapter, inputs)


def hangs_in_native_code(adapter, inputs):
    """The compiled tier never returns from a C function and holds the interpreter's lock."""
    if adapter.tier == "eager":
        return honest(adapter, inputs)
    _note("hangs")
    return ctypes.PyDLL(None).sleep(3600)


def leaves_a_compiler(adapter, inputs):
    """It waits for a process of its own, as for a compiler."""
    with subprocess.Popen(["sleep", "3600"]) as compiler:
        _note("compiles", compiler.pid)


def eats_memory(adapter, inputs):
    if adapter.tier == "compiled":
        return honest(adapter, inputs)
    hoard = []
    while True:
        hoard.append(np.ones(1 << 21))  # 16 MiB, touched


def eats_memory_in_native_code(adapter, inputs):
    """A runtime in C++ that nobody tells how to go on: it says so and aborts."""
    if adapter.tier == "compiled":
        return honest(adapter, inputs)
    allocate = ctypes.CDLL(None).malloc
    allocate.restype = ctypes.c_void_p
    allocate.argtypes = [ctypes.c_size_t]
    while address := allocate(1 << 26):
        ctypes.memset(address, 1, 1 << 26)
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def _note(what, content=""):
    """Tells a test that watches how far it is."""
    Path.home().joinpath(what).write_text(str(content))


def exits(adapter, inputs):
    os.write(2, b"the runtime says: no such kernel\n")
    os._exit(7)


def segfaults(adapter, inputs):
    os.kill(os.getpid(), signal.SIGSEGV)


def raises(adapter, inputs):
    raise RuntimeError("shapes do not agree\nand a long trace follows")


def runs_out_of_memory(adapter, inputs):
    raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 17179869184 bytes.")


def has_no_kernel(adapter, inputs):
    raise NotImplementedError("no kernel for this type")


def has_wrong_weights(adapter, inputs):
    return honest(adapter, {**inputs, "a": inputs["a"] * np.float32(1.001)})


def loses_precision(adapter, inputs):
    program = honest(adapter, inputs)
    return replace(program, read=lambda r: {"product": adapter.neutral(r).astype(np.float64)})


def is_never_the_same(adapter, inputs):
    program, reads = honest(adapter, inputs), 0

    def read(result):
        nonlocal reads
        reads += 1
        return {"product": adapter.neutral(result) * np.float32(1 + 1e-6 * reads)}

    return replace(program, read=read)


#: Each block resets its program once.
THIRD_BLOCK = 3


def _from_third_block(act):
    """Builds a program that is honest while it is prepared, and later does something else."""

    def build(adapter, inputs):
        program, resets = honest(adapter, inputs), 0

        def reset():
            # While blocks are timed nothing is collected: resets before that do not count.
            nonlocal resets
            resets += not gc.isenabled()

        def step():
            return act(program) if resets >= THIRD_BLOCK else program.step()

        return replace(program, step=step, reset=reset)

    return build


def dies_while_timed(adapter, inputs):
    if adapter.tier == "compiled":
        return honest(adapter, inputs)
    return _from_third_block(lambda program: os._exit(9))(adapter, inputs)


FAULTS = {
    "sound": honest,
    "hangs": hangs,
    "hangs_compiled": hangs_compiled,
    "exits": exits,
    "segfaults": segfaults,
    "raises": raises,
    "hangs_in_native_code": hangs_in_native_code,
    "leaves_a_compiler": leaves_a_compiler,
    "eats_memory": eats_memory,
    "eats_memory_in_native_code": eats_memory_in_native_code,
    "runs_out_of_memory": runs_out_of_memory,
    "has_no_kernel": has_no_kernel,
    "has_wrong_weights": has_wrong_weights,
    "loses_precision": loses_precision,
    "is_never_the_same": is_never_the_same,
    "dies_while_timed": dies_while_timed,
    "spoils_while_timed": _from_third_block(lambda program: program.step() * np.float32(2.0)),
}


def draw(generator):
    return {
        "a": generator.standard_normal((8, 8)).astype(np.float32),
        "b": generator.standard_normal((8, 8)).astype(np.float32),
    }


CATALOGUE = MappingProxyType(
    {
        name: replace(
            matmul.PROBE,
            id=name,
            cost_s=0.1,
            draw=draw,
            builders=dict.fromkeys(("pytorch", "tensorflow", "jax", "keras"), build),
        )
        for name, build in FAULTS.items()
    }
)
QUICK = Suite(
    probes=tuple(CATALOGUE),
    tiers=("eager", "compiled"),
    budget_s=120.0,
    rounds=(6, 8),
    block_s=0.002,
    probe_s=5.0,
    replicates=1,
    fresh=False,
)
FRESH = replace(QUICK, replicates=2, fresh=True)
BRIEF = replace(FRESH, brief=frozenset({"sound"}))
SUITES = MappingProxyType({"quick": QUICK, "fresh": FRESH, "brief": BRIEF})
