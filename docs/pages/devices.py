"""Kinds of device: who reaches them, how they are timed, and which have been seen running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from framework_probes.devices import KINDS
from framework_probes.environments import declared, how_to_install
from framework_probes.frameworks.pytorch import PLACES
from framework_probes.results import Framework
from framework_probes.seats import SUBJECTS
from pages.markdown import header, row
from pages.measured import KeptRun, file_name

NAMES: dict[Framework, str] = {
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
    "keras": "Keras",
}
#: What stands in where no kept run has seen a device.
TESTED = {
    "cuda": "fakes of torch, of JAX's device and of the driver's library; the worker's way on "
    "JAX's processor, which says that it is a GPU",
    "rocm": "fakes of torch and of JAX's device",
    "mps": "fakes of torch",
    "tpu": "fakes of torch_xla and of JAX's device; JAX's own way of computing, PJRT, on the "
    "processor",
    "xpu": "fakes of torch",
}


def devices(runs: Iterable[tuple[str, KeptRun]]) -> Iterator[str]:
    """The page; ``runs``: every kept one, with the path of its folder below the docs."""
    found = tuple(runs)
    yield from _INTRODUCTION
    yield from header("device", "is", *NAMES.values(), "lacks")
    for name, kind in KINDS.items():
        reached = (kind.by.get(framework, "–") for framework in NAMES)
        yield row(f"`{name}`", kind.title, *reached, ", ".join(sorted(kind.lacks)) or "–")
    yield from _TIMED
    yield from header("device", "its own events beside wall time", "its clock")
    for name in KINDS:
        yield row(f"`{name}`", events(name), _clock(name))
    yield from _SEEN
    yield from header("device", "seen running", "by", "where")
    for name in KINDS:
        yield from _seen(name, found)
    yield from _HOST
    yield from header("environment", "serves", "on", "requires")
    for each in declared().values():
        npm = [f"{package}@{version}" for package, version in each.packages.items()]
        wanted = ", ".join(f"`{one}`" for one in (*each.requirements, *each.alone, *npm))
        index = f"; the index is {each.index}" if each.index else ""
        on = ", ".join(each.devices)
        serves = ", ".join(each.serves) or "paths of the suite `deployment`"
        yield row(f"`{each.name}`", serves, on, f"{wanted}{index}")
    yield from _ENVIRONMENTS


def seen(device: str, run: KeptRun) -> tuple[str, ...]:
    """The subjects whose results of a run were proved to lie on that kind of device."""
    ran = {r.contender.subject for r in run.results if r.device == device and r.outcome == "ok"}
    return tuple(subject.name for subject in SUBJECTS if subject.name in ran)


def _seen(device: str, runs: Iterable[tuple[str, KeptRun]]) -> Iterator[str]:
    found = [(folder, run, by) for folder, run in runs if (by := seen(device, run))]
    for folder, run, by in found:
        where = run.host.accelerators if device != "cpu" else ()
        what = f"{run.host.cores} cores of {run.host.cpu}" + "".join(f", {name}" for name in where)
        link = f"[run of {run.measured_on}, suite {run.suite}]({folder}/{file_name(run)})"
        yield row(f"`{device}`", "yes", ", ".join(by), f"{what}, {run.host.system}; {link}")
    if not found:
        yield row(f"`{device}`", "**no**", "", f"tested by {TESTED.get(device, 'nothing')}")


def events(device: str) -> str:
    """Where the torch adapter reads events, and Keras on it; no other framework hands any out."""
    return "PyTorch, Keras on it" if device in PLACES and device != "cpu" else "none"


def _clock(device: str) -> str:
    if device == "cpu":
        return "arithmetic of a known length on the core, before and after each block"
    if device == "cuda":
        return "`nvidia-ml-py` after each sample, else `nvidia-smi` after each block"
    return "unknown: no driver is asked"


_INTRODUCTION = (
    "# Devices, hosts and environments",
    "",
    "A run computes on one kind of device: `framework-advisor probe run --device cuda`, or "
    "`device` of `POST /v1/probe-runs`; `cpu` unless it says another. What the host has is told "
    "by the drivers' own files, before any framework is imported. A kind that is not there is "
    "refused, with what is. A framework that has nothing for the kind is reported as "
    "`unsupported`; one whose build does not see the device as `not_installed`, with what it "
    "sees.",
    "",
    "## Who reaches what",
    "",
)
_TIMED = (
    "",
    "Keras reaches what its back end reaches. TF32 is a way of NVIDIA's units to multiply "
    "float32; probes of a dtype that a device lacks are not in its suite.",
    "",
    "## How it is timed",
    "",
    "Every framework is compared by wall time that includes waiting until the device has nothing "
    "left to do: `synchronize` in PyTorch, `block_until_ready` in JAX, `sync_devices` in "
    "TensorFlow, `sync(wait=True)` in torch_xla. On the processor an iteration that is slow "
    "enough is compared by the processor time of the process instead; on any other device "
    "processor time says nothing and is not used. Before a time is published, a worker proves "
    "that every array of the result lies on the device that was asked for; else it is a "
    "`wrong_result`.",
    "",
    "On a device other than the processor each result also says what a single iteration takes "
    "with the device's last cache as the one before left it, and after 256 MiB were read and "
    "written (`time.cache`). Ceilings and the NumPy reference are of the processor; they are not "
    "given for other devices.",
    "",
)
_SEEN = (
    "",
    "A block whose clock is below 75% of the highest is labelled `throttled`. Workers on a GPU "
    "take no memory beforehand (`XLA_PYTHON_CLIENT_PREALLOCATE=false`, "
    "`TF_FORCE_GPU_ALLOW_GROWTH=true`) and get one device, the first that is allowed.",
    "",
    "## Which have been seen running",
    "",
    "A device counts as seen where a run that is kept with these docs has results which its "
    "workers proved to lie on it. That a test passes with something in its place is not that. Of "
    "TensorFlow on anything but a processor no test shows more than that it refuses a device "
    "which it does not see.",
    "",
)
_HOST = (
    "",
    "## What a host is",
    "",
    "The id of a host is a digest of its make: operating system, machine, processor's name, how "
    "many cores a process may use, memory in whole GiB, and NVIDIA's, AMD's and Google's "
    "accelerators by name. Machines of one make share an id, and figures carry over between "
    "them. A machine that is renamed, or gets another kernel, keeps its id; one of which a "
    "process may use fewer cores is another host.",
    "",
    "Beside the id, `framework-advisor host` and every run tell name, kernel, microcode, caches, "
    "the instructions that decide which kernels a library takes, governor, virtualisation, "
    "drivers, and what the control group allows of processor and memory. These do not change the "
    "id, and what nobody tells is unknown. An environment is fingerprinted apart: framework, "
    "back end, Python, versions, the settings that its worker ran with, and how its packages say "
    "that they were built.",
    "",
    "## Environments",
    "",
    "CUDA builds of two frameworks often exclude each other, so each framework can have an "
    "interpreter of its own. Which are known is data:",
    "",
)
_ENVIRONMENTS = (
    "",
    "```sh",
    "framework-advisor probe environments                       # who serves what now",
    f"{how_to_install('jax', None, 'cuda')}      # make one: a venv with these pins",
    "framework-advisor probe environments --check               # load what is built",
    "```",
    "",
    "A run takes the interpreter that `FRAMEWORK_ADVISOR_PYTHON_PYTORCH` (`_TENSORFLOW`, `_JAX`, "
    "`_KERAS`) names; else, on the processor, its own where that has the framework; else an "
    "environment that was built. The environment needs no part of this project in it. What is "
    "absent says the one command that installs it. `--index URL` names further packages' index, "
    "as ROCm builds of PyTorch want.",
)
