"""Exports, proved: a model leaves its framework, and its outputs in the runtime are judged.

``paths.toml`` says which ways there are; ``exporters`` and ``runtimes`` hold one module each.
Whatever exports or runs does so in a process of its own; the session compares with float64 NumPy.
"""

#: The suite, and what its probes are called before the model's name.
SUITE = "deployment"
