"""``probe environments``: which interpreter serves which framework, on which device."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Literal, get_args

import rich_click as click
from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.cli.output import as_json, echo_document, table
from framework_advisor.errors import FieldError, InvalidInput
from framework_probes import building, devices
from framework_probes.environments import Declared, declared, interpreter, missing, variable
from framework_probes.results import Framework
from framework_probes.seats import SUBJECTS

FAILED = 4


class Shown(BaseModel):
    """One declared environment as it stands."""

    model_config = ConfigDict(frozen=True)

    name: str
    serves: tuple[str, ...]
    devices: tuple[str, ...]
    requirements: tuple[str, ...]
    state: Literal["built", "not_built", "no_device"] = Field(
        description="no_device: not built, and nothing that it is for is on this host"
    )
    python: str | None = Field(description="its interpreter, once it is built")
    checks: tuple[building.Checked, ...] = ()


class Serving(BaseModel):
    """Which interpreter a run would take for a subject."""

    subject: str
    device: str
    python: str
    missing: str | None = Field(description="why it cannot be measured there; null: it can")


class Named(BaseModel):
    """An interpreter that a framework's variable names, which comes before all others."""

    variable: str
    python: str
    checks: tuple[building.Checked, ...]


class Environments(BaseModel):
    """What serves now, and what can be built."""

    serving: tuple[Serving, ...]
    items: tuple[Shown, ...]
    named: tuple[Named, ...] = Field((), description="by variables, where they were checked")


@click.command()
@click.option("--build", "build_name", metavar="NAME", help="Make it anew: a venv with its pins.")
@click.option("--index", metavar="URL", help="Of further packages, for --build.")
@click.option("--check", is_flag=True, help="Load what is built, and what variables name.")
@as_json
@click.pass_context
def environments(
    ctx: click.Context, *, build_name: str | None, index: str | None, check: bool, as_json: bool
) -> None:
    """Show which interpreter serves which framework; build and check environments."""
    if build_name is not None:
        wanted = _known(build_name)
        try:
            building.build(wanted, lambda line: click.echo(line, err=True), index)
        except building.BuildFailed as error:
            click.echo(f"error: {wanted.name} was not built: {error}", err=True)
            if wanted.index:
                click.echo(f"its builds are on {wanted.index} index: --index URL", err=True)
            ctx.exit(FAILED)
    chosen = declared().values() if build_name is None else (_known(build_name),)
    shown = tuple(_shown(each, check=check or build_name is not None) for each in chosen)
    named = tuple(_named()) if check and build_name is None else ()
    found = Environments(serving=tuple(_serving()), items=shown, named=named)
    if as_json:
        echo_document(found)
    else:
        _write(found)
    loaded = chain((item.checks for item in shown), (each.checks for each in named))
    if any(each.outcome != "ok" for each in chain.from_iterable(loaded)):
        ctx.exit(FAILED)


def _known(name: str) -> Declared:
    try:
        return declared()[name]
    except KeyError:
        expected = f"one of {', '.join(declared())}"
        error = FieldError("--build", f"there is no environment '{name}'", expected)
        raise InvalidInput((error,)) from None


def _shown(each: Declared, *, check: bool) -> Shown:
    there = any(kind in devices.here() for kind in each.devices)
    return Shown(
        name=each.name,
        serves=each.serves,
        devices=each.devices,
        requirements=each.requirements,
        state="built" if each.built else "not_built" if there else "no_device",
        python=str(each.python) if each.built else None,
        checks=tuple(building.check(each)) if check and each.built else (),
    )


def _named() -> Iterator[Named]:
    """What the variables name, loaded as a run would load it."""
    for framework in get_args(Framework):
        python = os.environ.get(variable(framework))
        if python is None:
            continue
        subjects = [
            (subject.name, device)
            for device in devices.here()
            for subject in SUBJECTS
            if subject.framework == framework
            and devices.reached(subject.framework, subject.backend, device)
        ]
        checks = building.check_subjects(python, subjects)
        yield Named(variable=variable(framework), python=python, checks=tuple(checks))


def _serving() -> list[Serving]:
    return [
        Serving(
            subject=subject.name,
            device=device,
            python=interpreter(subject.framework, subject.backend, device),
            missing=missing(subject.framework, subject.backend, device),
        )
        for device in devices.here()
        for subject in SUBJECTS
        if devices.reached(subject.framework, subject.backend, device)
    ]


def _write(found: Environments) -> None:
    rows = [(s.subject, s.device, s.missing or s.python) for s in found.serving]
    click.echo("\n".join(table(("subject", "device", "served by"), rows)))
    click.echo("")
    items = [
        (i.name, i.state.replace("_", " "), ", ".join(i.serves), ", ".join(i.devices))
        for i in found.items
    ]
    click.echo("\n".join(table(("environment", "state", "serves", "devices"), items)))
    for item in found.items:
        _write_checks(item.name, item.checks)
    for named in found.named:
        _write_checks(f"{named.variable}={named.python}", named.checks)


def _write_checks(name: str, checks: Iterable[building.Checked]) -> None:
    for each in checks:
        versions = ", ".join(f"{what} {version}" for what, version in each.packages.items())
        where = f" on {each.device_name}" if each.device_name else ""
        said = each.reason or f"{versions}{where}"
        click.echo(f"{name}: {each.subject}, {each.device}: {each.outcome}: {said}")
