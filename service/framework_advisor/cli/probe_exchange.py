"""``probe export`` and ``probe import``: runs as files that travel."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO

import rich_click as click

from framework_advisor.api.schemas import ProbeRun
from framework_advisor.cli.extra import need_server
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.errors import FieldError, InvalidInput, NotFound
from framework_advisor.runs.records import Run
from framework_probes.export import write


@click.command("export")
@click.argument("run")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file.  [default: standard output]",
)
def export(*, run: str, output: Path | None) -> None:
    """Write RUN as one file that another machine can import: probe import FILE."""
    need_server("Reading a probe run")
    document = asyncio.run(_exported(run))
    if output is None:
        click.echo(document, nl=False)
        return
    try:
        write(output, document)
    except OSError as error:
        why = f"{output} cannot be written: {error.strerror}"
        raise InvalidInput(
            (FieldError("--output", why, "a file in a folder that is there"),)
        ) from None


@click.command("import")
@click.argument("file", type=click.File("rb"))
@as_json
def import_(*, file: BinaryIO, as_json: bool) -> None:
    """Keep the run in FILE, which was exported elsewhere; - reads standard input.

    A run that is known is found again. One that was altered, or does not add up, is refused with
    the reason.
    """
    need_server("Keeping a probe run")
    run, new = asyncio.run(_imported(file))
    if as_json:
        echo_document(ProbeRun.of(run))
        return
    said = "imported" if new else "is here already"
    click.echo(f"{run.id} {said}: {run.status}, {run.message or f'{run.done} results'}")
    click.echo(f"of {run.host}, {run.created_at:%Y-%m-%d}: framework-advisor probe show {run.id}")


async def _exported(id_: str) -> str:
    from framework_advisor.runs.exported import export_of
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    if not settings.has_store:
        raise NotFound("Nothing was measured yet: framework-advisor probe run")
    async with Store(settings) as store:
        return export_of(await store.runs.get(id_), await store.runs.results(id_))


async def _imported(file: BinaryIO) -> tuple[Run, bool]:
    from framework_advisor.runs.exported import parse_export
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    body = file.read(settings.max_import_bytes + 1)
    if len(body) > settings.max_import_bytes:
        raise InvalidInput(
            (
                FieldError(
                    "FILE",
                    "it is larger than this host accepts",
                    f"at most {settings.max_import_bytes} bytes; "
                    "FRAMEWORK_ADVISOR_MAX_IMPORT_BYTES allows more",
                ),
            )
        )
    imported = parse_export(body)
    async with Store(settings) as store:
        id_, new = await store.imports.add(imported)
        return await store.runs.get(id_), new
