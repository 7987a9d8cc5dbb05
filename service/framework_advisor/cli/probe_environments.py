"""``probe environments``: which interpreter serves which framework, on which device."""

from __future__ import annotations

from typing import Literal

import rich_click as click
from pydantic import BaseModel, ConfigDict, Field

from framework_advisor.cli.output import as_json, echo_document, table
from framework_advisor.errors import FieldError, InvalidInput
from framework_probes import building, devices
from framework_probes.environments import Declared, declared, interpreter, missing
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


class Environments(BaseModel):
    """What serves now, and what can be built."""

    serving: tuple[Serving, ...]
    items: tuple[Shown, ...]


@click.command()
@click.option("--build", "build_name", metavar="NAME", help="Make it anew: a venv with its pins.")
@click.option("--index", metavar="URL", help="Of further packages, for --build.")
@click.option(
    "--check", is_flag=True, help="Load each framework of the environments that are built."
)
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
    found = Environments(serving=tuple(_serving()), items=shown)
    if as_json:
        echo_document(found)
    else:
        _write(found)
    if any(each.outcome != "ok" for item in shown for each in item.checks):
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
        for each in item.checks:
            versions = ", ".join(f"{name} {version}" for name, version in each.packages.items())
            where = f" on {each.device_name}" if each.device_name else ""
            said = each.reason or f"{versions}{where}"
            click.echo(f"{item.name}: {each.subject}, {each.device}: {each.outcome}: {said}")
