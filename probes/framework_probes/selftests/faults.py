"""``faults``: every known way to be wrong, injected into a real worker of a real session.

A fault is caught if its outcome is the right one and no time is published where none may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

from framework_probes import environments
from framework_probes.results import Framework, Outcome, Result, RunRequest, Tier
from framework_probes.seats import Setup
from framework_probes.selftests.report import Case, Figure, Findings, Skipped
from framework_probes.selftests.twins import Say
from framework_probes.session import execute

CATALOGUE = "framework_probes.selftests.faulty"
#: Outcomes that keep their numbers, with a label.
LABELLED: frozenset[Outcome] = frozenset({"ok", "unstable", "contended", "throttled"})
#: Seconds after which a worker hangs here: long for what is tried, short to wait for.
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a fault is injected, and what must come out."""

    name: str
    framework: Framework
    tier: Tier
    expected: tuple[Outcome, ...]
    #: Words of the reason, by which it is caught for what it is.
    said: str = ""


#: A sound program may be disturbed by a busy machine, but never called wrong.
SOUND: tuple[Outcome, ...] = ("ok", "unstable", "contended", "throttled")
FAULTS: tuple[Fault, ...] = (
    Fault("sound", "pytorch", "eager", SOUND),
    Fault("tf32", "pytorch", "eager", ("wrong_result",), "off by"),
    Fault("wrong_device", "pytorch", "eager", ("wrong_result",), "meta"),
    Fault("float64", "pytorch", "eager", ("wrong_result",), "float64"),
    Fault("transposed_weight", "pytorch", "eager", ("wrong_result",), "off by"),
    Fault("cached_output", "pytorch", "eager", ("wrong_result",), "other data"),
    Fault("out_of_memory", "pytorch", "eager", ("oom",)),
    Fault("hang", "pytorch", "eager", ("timeout",), "no answer"),
    Fault("segfault", "pytorch", "eager", ("crash",), "SIGSEGV"),
    Fault("sound", "jax", "eager", SOUND),
    Fault("missing_sync", "jax", "eager", ("wrong_result",), "not ready"),
    Fault("cached_output", "jax", "eager", ("wrong_result",), "other data"),
    Fault("transposed_weight", "jax", "eager", ("wrong_result",), "off by"),
    Fault("out_of_memory", "jax", "eager", ("oom",)),
    Fault("sound", "jax", "compiled", SOUND),
    Fault("retrace", "jax", "compiled", ("unstable",), "compiled again"),
    Fault("constant_folding", "jax", "compiled", ("wrong_result",), "other data"),
    Fault("sound", "tensorflow", "compiled", SOUND),
    Fault("retrace", "tensorflow", "compiled", ("unstable",), "compiled again"),
    Fault("constant_folding", "tensorflow", "compiled", ("wrong_result",), "other data"),
    Fault("out_of_memory", "tensorflow", "compiled", ("oom",)),
)
#: What the machine at hand cannot have, as workers are given the processor alone.
ELSEWHERE = (
    Skipped("tf32 by the device's own units", "needs a GPU; here factors are cut to its precision"),
    Skipped("work of a GPU that is not waited for", "needs a GPU; here JAX's own threads are it"),
    Skipped(
        "the processor's result for a GPU's", "needs a GPU; here a device that computes nothing"
    ),
)


def faults(say: Say, chosen: Sequence[Fault] = FAULTS) -> Findings:
    """Inject them, framework by framework. Takes a minute or two."""
    cases: list[Case] = []
    skipped = list(ELSEWHERE)
    for (framework, tier), group in groupby(chosen, key=lambda f: (f.framework, f.tier)):
        absent = environments.missing(framework, None)
        if absent is not None:
            skipped += [Skipped(f"{f.name} in {framework}", absent) for f in group]
            continue
        for fault, result in injected(framework, tier, list(group)):
            cases.append(_judged(fault, result))
            say(f"{framework} {tier} {fault.name}: {cases[-1].got}")
    return concluded(cases, skipped)


def injected(
    framework: Framework, tier: Tier, chosen: Sequence[Fault]
) -> Iterator[tuple[Fault, Result]]:
    """One session with the faults of one framework and tier; each with its result."""
    setup = Setup(catalogue=CATALOGUE, prepare_s=PATIENCE_S)
    request = RunRequest(
        run="run_selftest_faults",
        suite=tier,
        frameworks=(framework,),
        probes=tuple(fault.name for fault in chosen),
    )
    by_name = {fault.name: fault for fault in chosen}
    with closing(execute(request, setup)) as events:
        for event in events:
            if isinstance(event, Result):
                yield by_name[event.probe], event


def concluded(cases: Sequence[Case], skipped: Iterable[Skipped]) -> Findings:
    """How many were caught."""
    missed = sum(not case.met for case in cases)
    figures = (
        Figure("injected", float(len(cases)), "", "faults and controls"),
        Figure("missed", float(missed) if cases else None, "", "not caught, or a control accused"),
    )
    return Findings(figures, {"missed": (None, 0.0)}, tuple(cases), tuple(skipped))


def _judged(fault: Fault, result: Result) -> Case:
    silent = result.time is None or result.outcome in LABELLED
    return Case(
        name=f"{fault.name} in {fault.framework}, {fault.tier}",
        expected=" or ".join(fault.expected),
        got=result.outcome if silent else f"{result.outcome} with a time",
        met=result.outcome in fault.expected and silent and fault.said in (result.reason or ""),
        note=result.reason or "",
    )
