"""``replay``: answers of the past, decided again with what is known and measured now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import rich_click as click
from pydantic import ValidationError

from framework_advisor.advisor import Advisor
from framework_advisor.api.replay import changes, profile_on
from framework_advisor.api.schemas import Replay
from framework_advisor.cli.days import Day
from framework_advisor.cli.extra import need_server
from framework_advisor.cli.output import as_json, echo_document
from framework_advisor.errors import InvalidInput, NotFound
from framework_advisor.known import knowledge_set
from framework_advisor.measured import measurements_from
from framework_advisor.recommendation import Recommendation
from framework_advisor.replaying import Replayed, ReplayList, Standing, replayed
from framework_probes.host import fingerprint

if TYPE_CHECKING:
    from framework_advisor.runs.records import Given
    from framework_advisor.settings import Settings
    from framework_advisor.store import Store


@click.command()
@click.argument("recommendation", required=False)
@click.option("--all", "everything", is_flag=True, help="Every stored recommendation.")
@click.option("--as-of", type=Day(), help="With the knowledge of that day.  [default: today]")
@as_json
def replay(
    *, recommendation: str | None, everything: bool, as_of: date | None, as_json: bool
) -> None:
    """Decide RECOMMENDATION, or all that are stored, again; keeps nothing and changes nothing.

    --all tells which answers would change now, and because of what.
    """
    if everything == (recommendation is not None):
        raise click.UsageError("give the id of one recommendation, or --all")
    need_server("Reading stored recommendations")
    if recommendation is not None:
        _show(asyncio.run(_one(recommendation, as_of)), as_json=as_json)
        return
    tell = (lambda _: None) if as_json else _tell
    found = asyncio.run(_all(as_of, tell))
    if as_json:
        echo_document(found)
    else:
        failed = f"; {found.failed} could not be decided again" if found.failed else ""
        click.echo(f"{found.changed} of {found.total} answers would change now{failed}")


async def _one(id_: str, as_of: date | None) -> Replay:
    settings = _settings()
    if not settings.has_store:
        raise NotFound(f"There is no recommendation {id_}: nothing is stored here.")
    async with _store(settings) as store:
        before = await store.recommendations.get(id_)
        after = await _again(store, before, as_of)
    return Replay(
        before=before.verdict,
        after=after.verdict,
        changed=changes(before, after),
        recommendation=after,
    )


async def _all(as_of: date | None, tell: Callable[[Replayed], None]) -> ReplayList:
    items: list[Replayed] = []
    async for item in _each(as_of):
        tell(item)
        items.append(item)
    return ReplayList(
        items=tuple(items),
        total=len(items),
        changed=sum(item.changed for item in items),
        failed=sum(item.error is not None for item in items),
    )


async def _each(as_of: date | None) -> AsyncIterator[Replayed]:
    settings = _settings()
    if not settings.has_store:
        return
    async with _store(settings) as store:
        async for given, text in store.recommendations.each():
            try:
                before = Recommendation.model_validate_json(text)
                yield replayed(before, await _again(store, before, as_of))
            except ValidationError as error:
                reason = f"it was kept by another version, in another form: {error.error_count()}"
                yield _not_replayed(given, f"{reason} fields do not fit")
            except InvalidInput as error:
                yield _not_replayed(given, str(error))


async def _again(store: Store, before: Recommendation, as_of: date | None) -> Recommendation:
    from framework_advisor.runs.evidence import runs_for

    # What was asked about a day of the past is still asked about that day.
    own = before.profile.evidence.as_of if before.profile.evidence else None
    profile = profile_on(before.profile, as_of or own)
    runs = await runs_for(profile, store, fingerprint().id)
    return Advisor(knowledge_set(), measurements_from(runs)).recommend(profile)


def _settings() -> Settings:
    from framework_advisor.settings import load_settings

    return load_settings()


def _store(settings: Settings) -> Store:
    from framework_advisor.store import Store

    return Store(settings)


def _not_replayed(given: Given, error: str) -> Replayed:
    return Replayed(
        id=given.id,
        created_at=given.created_at,
        name=given.name,
        as_of=None,
        before=Standing(framework=given.framework, status=given.status, p_best=given.p_best),
        after=None,
        changed=False,
        p_best_moved=None,
        because=(),
        error=error,
    )


def _show(found: Replay, *, as_json: bool) -> None:
    if as_json:
        echo_document(found)
        return
    for when, verdict in (("then", found.before), ("now", found.after)):
        p_best = "" if verdict.p_best is None else f", p_best {verdict.p_best:.2f}"
        click.echo(f"{when}: {verdict.framework or 'none'} ({verdict.status}){p_best}")
    for line in found.changed or ("nothing changed",):
        click.echo(f"  {line}")


def _tell(item: Replayed) -> None:
    for line in told(item):
        click.echo(line)


def told(item: Replayed) -> Iterator[str]:
    """What would change, in lines; none where nothing would."""
    head = f"{item.id} ({item.created_at:%Y-%m-%d}{f', {item.name}' if item.name else ''})"
    if item.error is not None:
        yield f"{head}: {item.error}"
    elif item.changed and item.after is not None:
        moved = "" if item.p_best_moved is None else f", p_best {item.p_best_moved:+.2f}"
        yield f"{head}: {_short(item.before)} → {_short(item.after)}{moved}"
        measured: dict[tuple[str, str], int] = {}
        for cause in item.because:
            what = cause.what.replace("_", " ")
            if cause.run is None:
                yield f"  {what} {cause.id}: {cause.text}"
            else:
                measured[what, cause.run] = measured.get((what, cause.run), 0) + 1
        # A run brings a figure for every pair of contenders: --json has them all.
        yield from (f"  {what}: {number} of {run}" for (what, run), number in measured.items())


def _short(standing: Standing) -> str:
    return f"{standing.framework or 'none'} ({standing.status.replace('_', ' ')})"
