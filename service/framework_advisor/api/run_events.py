"""A run's events as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, get_args

from litestar import Request, Response
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from framework_advisor.api.schemas import ProbeRunEvent
from framework_advisor.api.services import Services
from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.runs.records import EventKind

STREAM = "text/event-stream"
#: Each event of the stream, as the API document has it.
EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "event": {"enum": list(get_args(EventKind))},
        "retry": {"type": "integer"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/ProbeRunEvent"},
        },
    },
}
#: The header with which a listener goes on.
LAST_EVENT_ID = {
    "Last-Event-ID": {
        "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "description": "the id of the last event that the listener has",
    }
}
#: How long a listener whose connection broke waits before it comes back, milliseconds.
RETRY_MS = 2_000


async def stream(
    request: Request[Any, Any, Any], services: Services, run: str, begin: int = 0
) -> Response[Any]:
    """The events after ``Last-Event-ID``, or after ``begin``; 204 where none are to come.

    204 is what keeps a browser from coming back for ever.

    Raises:
        InvalidInput: ``Last-Event-ID`` is not the id of an event.
        NotFound: there is no such run.
    """
    after = _last_event(request, begin)
    following = await services.store.events.after(run, after, most=1)
    if following.over and not following.events:
        return Response(b"", status_code=204)
    return ServerSentEvent(
        _messages(services, run, after), headers={"Cache-Control": "no-store"}, status_code=200
    )


def _last_event(request: Request[Any, Any, Any], begin: int) -> int:
    given = request.headers.get("Last-Event-ID", str(begin))
    if not (given.isascii() and given.isdigit() and len(given) <= 9):
        raise InvalidInput(
            (FieldError("Last-Event-ID", "the header is not the id of an event", "a number"),)
        )
    return int(given)


async def _messages(
    services: Services, run: str, after: int
) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(data=None, retry=RETRY_MS)
    async for event in services.feed.follow(run, after):
        if event is None:
            yield ServerSentEventMessage(data=None, comment="nothing new")
        else:
            document = ProbeRunEvent.of(event)
            yield ServerSentEventMessage(
                document.model_dump_json(by_alias=True), event=document.event, id=document.id
            )
