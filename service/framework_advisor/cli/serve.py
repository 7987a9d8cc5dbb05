"""``serve``: the service on this machine."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

import rich_click as click

from framework_advisor.cli.extra import need_server
from framework_advisor.cli.output import complaints
from framework_advisor.cli.root import BAD_INPUT
from framework_advisor.errors import Conflict, FieldError, InvalidInput
from framework_advisor.known import knowledge_with

if TYPE_CHECKING:
    from litestar import Litestar

    from framework_advisor.settings import Settings

#: How long open connections may finish after SIGTERM, seconds, while a probe run is ended.
GRACE_S = 2


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0: any free one.  [default: 8000]")
@click.option("--check", is_flag=True, help="Say what is wrong, all of it, and do not start.")
@click.pass_context
def serve(ctx: click.Context, *, host: str | None, port: int | None, check: bool) -> None:
    """Serve HTTP until Ctrl-C."""
    need_server("Serving HTTP")
    from framework_advisor.api.logs import configure_logging
    from framework_advisor.app import create_app
    from framework_advisor.cli.preflight import open_store
    from framework_advisor.settings import load_settings

    settings = load_settings({"host": host, "port": port})
    if check:
        ctx.exit(_check(settings))
    # A mistake in an overlay, a store that does not open or a missing key is told before anything
    # listens.
    knowledge_with(settings.knowledge_overlays)
    open_store(settings)
    with _listening(settings.host, settings.port) as listener:
        configure_logging(settings.log_format, settings.log_level)
        _run(
            create_app(settings),
            listener,
            keyed=settings.keys_required,
            connections=settings.max_connections,
        )


def _check(settings: Settings) -> int:
    from framework_advisor.cli.preflight import mistakes

    found = tuple(mistakes(settings, lambda: _listening(settings.host, settings.port).close()))
    for line in (line for mistake in found for line in complaints(mistake)):
        click.echo(line, err=True)
    if not found:
        keys = "with an API key" if settings.keys_required else "without a key"
        names = ", ".join(settings.host_names)
        click.echo(f"ready to serve on {settings.host}:{settings.port}, called {names}, {keys}")
    return BAD_INPUT if found else 0


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(f"Port {port} of {host} is taken; choose another with --port.") from None
        reason = error.strerror or str(error)
        raise InvalidInput(
            (FieldError("--host", f"cannot listen on {host}:{port}: {reason}", "an own address"),)
        ) from None


def _run(app: Litestar, listener: socket.socket, *, keyed: bool, connections: int) -> None:
    import uvicorn

    from framework_advisor.api.arrival import IDLE_S, MOST_HEADERS, Punctual

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _say_what_next(listener, keyed=keyed)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # A stream would stay open until the grace is over; the run ends meanwhile.
            app.state.services.queue.interrupt()
            app.state.services.feed.close()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        http=Punctual,
        timeout_keep_alive=IDLE_S,
        limit_concurrency=connections,
        h11_max_incomplete_event_size=MOST_HEADERS,
        timeout_graceful_shutdown=GRACE_S,
    )
    Server(config).run(sockets=[listener])


def _say_what_next(listener: socket.socket, *, keyed: bool) -> None:
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    key = ' -H "Authorization: Bearer $KEY"' if keyed else ""
    send = f"  curl -s -H 'Content-Type: application/json'{key} {url}"
    click.echo(f"Framework Advisor is ready on {url} (Ctrl-C ends it). Ask it, or measure:")
    click.echo(f"""{send}/v1/recommendations -d '{{"stage": "production"}}'""")
    click.echo(f"""{send}/v1/probe-runs -d '{{"suite": "quick"}}'""")
