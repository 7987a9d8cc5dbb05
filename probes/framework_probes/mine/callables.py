"""A function for each framework: compiled as a whole, every input passed as an argument."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework_probes.mine.definition import CALLABLES, Definition, named
from framework_probes.mine.source import BadFile
from framework_probes.probe import Adapter, Array, Arrays, Builder, Native, Program

LAYOUT = "as in the file"


def builder(definition: Definition) -> Builder:
    """A builder of the function that the file has for a framework."""

    def build(adapter: Adapter, inputs: Arrays) -> Program:
        framework = adapter.subject.partition(":")[0]
        name = next(name for name, written in CALLABLES.items() if written == framework)
        function, names = definition.function(name), tuple(inputs)

        def call(*arrays: Native) -> Native:
            return function(**dict(zip(names, arrays, strict=True)))

        # Compilers call it by the user's name.
        call.__name__ = name
        compute = adapter.compile(call)

        def on(data: Arrays) -> Callable[[], Native]:
            arrays = [adapter.array(data[each]) for each in names]
            tracked = definition.gradients and adapter.backend.subject == "pytorch"
            for array in arrays if tracked else ():
                if adapter.dtype(array) is not None:
                    array.requires_grad_()
            return lambda: compute(*arrays)

        def read(result: Native) -> dict[str, Array]:
            found = named(result)
            for key, value in found.items():
                if isinstance(value, np.ndarray):
                    raise BadFile(
                        f"{definition.source.name}: {name} returned a NumPy array as {key}; "
                        f"return an array of {framework}, as the inputs are"
                    )
            return {key: adapter.neutral(value) for key, value in found.items()}

        return Program(step=on(inputs), on=on, read=read, layout=LAYOUT)

    return build
