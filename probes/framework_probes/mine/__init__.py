"""Your own model: a file that somebody brings, measured as the catalogue's probes are.

Only workers execute it (``source``, ``definition``, and one module for each kind of file); the
session asks a worker what the file holds and plans from the answer (``measuring``). Never reached
by a request: the file is named on the command line alone.
"""
