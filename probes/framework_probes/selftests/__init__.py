"""Whether this project's measurements can be believed, measured.

Each selftest is a module here; :mod:`framework_probes.selftests.running` runs one by name. What
they time, and what a worker loads for them, are catalogues of their own: ``operations``, ``waits``,
``faulty``. The deterministic parts also run on recorded blocks, see ``recording``.
"""
