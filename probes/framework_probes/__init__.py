"""Framework probes: what can be measured of PyTorch, TensorFlow, Keras and JAX on this host.

Rooms inside:

- ``catalogue``: what is measured: one probe, one module; suites as data
- ``frameworks``: how each framework is driven: versions, compiling, arrays, waiting
- ``worker``: the process that holds one framework; ``session``: what starts, compares and times
- ``statistics``, ``host``, ``environments``, ``serialization``, ``results``: what these share

Nothing here scores. Importing this package loads no framework; only a worker does.
"""
