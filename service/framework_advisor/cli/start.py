"""``start``: a small project for the recommended stack."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import rich_click as click
from pydantic import ValidationError

from framework_advisor.advisor import Advisor
from framework_advisor.cli.extra import need_server
from framework_advisor.cli.recorded import measurements_for
from framework_advisor.errors import FieldError, InvalidInput, NotFound
from framework_advisor.known import knowledge_set
from framework_advisor.profile_file import read_profile
from framework_advisor.recommendation import SCHEMA, Recommendation
from framework_advisor.scaffold import project_for, write


@click.command()
@click.argument("recommendation")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def start(*, recommendation: str, directory: Path) -> None:
    """Write a minimal project for the stack of RECOMMENDATION into DIR.

    RECOMMENDATION is the id of a stored one, a file that recommend --json wrote, or a profile.
    DIR must be new or empty. The project trains, exports to the targets and tests both.
    """
    project = project_for(_found(recommendation))
    write(project, directory)
    click.echo(f"wrote {len(project.files)} files to {directory}:")
    for name in sorted(project.files):
        click.echo(f"  {name}")
    for export in project.without:
        click.echo(f"no code is written for the export {export}", err=True)
    click.echo(f"next: cd {directory} && pip install -r requirements.txt && python -m pytest")


def _found(named: str) -> Recommendation:
    path = Path(named)
    if path.is_file():
        return _in_file(path)
    need_server("Reading stored recommendations")
    return asyncio.run(_stored(named))


def _in_file(path: Path) -> Recommendation:
    raw = path.read_bytes()
    if not _says_recommendation(raw):
        profile = read_profile(raw, str(path))
        measured = measurements_for(profile)
        return Advisor(knowledge_set(), measured).recommend(profile)
    try:
        return Recommendation.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        pointer = "".join(f"/{part}" for part in first["loc"])
        raise InvalidInput(
            (FieldError(pointer, first["msg"], "a file that recommend --json wrote"),)
        ) from error


def _says_recommendation(raw: bytes) -> bool:
    try:
        found = json.loads(raw)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("schema") == SCHEMA


async def _stored(id_: str) -> Recommendation:
    from framework_advisor.settings import load_settings
    from framework_advisor.store import Store

    settings = load_settings()
    if not settings.has_store:
        raise NotFound(f"There is no file {id_}, and nothing was stored yet.")
    async with Store(settings) as store:
        return await store.recommendations.get(id_)
