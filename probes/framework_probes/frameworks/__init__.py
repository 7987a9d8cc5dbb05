"""Adapters: how each framework is driven. Only a worker loads one; importing this loads none."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, cast

from framework_probes.devices import KINDS, DeviceMissing
from framework_probes.probe import Adapter
from framework_probes.results import Tier


class _AdapterModule(Protocol):
    def adapter(
        self, tier: Tier, backend: str | None, variant: str | None, device: str, /
    ) -> Adapter: ...


#: Framework to the module here that drives it.
MODULES = {
    "pytorch": "pytorch",
    "tensorflow": "tensorflow",
    "jax": "jax",
    "keras": "keras",
    "numpy": "plain_numpy",
}


#: The variant that forces images with channels first on everyone.
NCHW = "nchw"


def layout_of(variant: str | None) -> str | None:
    """The layout that a variant forces; None where it leaves the framework its own."""
    return "NCHW" if variant == NCHW else None


def load(
    framework: str,
    backend: str | None,
    tier: Tier,
    variant: str | None = None,
    device: str = "cpu",
) -> Adapter:
    """The adapter of a framework, importing the framework on the first call.

    ``variant``: how it is compiled where that is not the framework's usual way, see
    ``results.Contender``. ``device``: the kind of device that it computes on.

    Raises:
        KeyError: no such framework.
        NotImplementedError: the framework has no such variant, or never computes on such a device.
        DeviceMissing: it does not see one here.
        ImportError: the framework is not installed here, or cannot be loaded.
    """
    module = import_module(f"{__name__}.{MODULES[framework]}")
    return cast(_AdapterModule, module).adapter(tier, backend, variant, device)


def missing(build: str, device: str, seen: Iterable[str]) -> DeviceMissing:
    """What a build says that does not see a device."""
    found = ", ".join(sorted(set(seen))) or "nothing"
    return DeviceMissing(f"{build} sees no {device} ({KINDS[device].title}) here, only: {found}")


def never(framework: str, device: str) -> NotImplementedError:
    """What a framework says that has nothing for a kind of device."""
    return NotImplementedError(f"{framework} does not compute on {device} ({KINDS[device].title})")


def none_of(framework: str, variant: str | None) -> None:
    """Refuse a variant. Raises NotImplementedError where one is asked for."""
    if variant is not None:
        raise NotImplementedError(f"{framework} has no variant {variant}")
