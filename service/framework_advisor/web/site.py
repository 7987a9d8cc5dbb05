"""All pages put together: who may see them, what their responses have, how they are written."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from litestar import Controller, Router
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.plugins.htmx import HTMXRequest
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from framework_advisor.api.gate import Gate
from framework_advisor.web import assets, words
from framework_advisor.web.answers import Answers
from framework_advisor.web.ask import Ask
from framework_advisor.web.deployments import DeploymentPages, linked
from framework_advisor.web.knowledge import KnowledgePages
from framework_advisor.web.mistakes import PAGES
from framework_advisor.web.policy import from_here, headed
from framework_advisor.web.runs import Host
from framework_advisor.web.signing_in import signing_in

Connection = ASGIConnection[Any, Any, Any, Any]


def templates(gate: Gate) -> TemplateConfig[JinjaTemplateEngine]:
    """How templates are found and what they know."""
    folder = Path(str(files("framework_advisor.web"))) / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static": assets.address, "keyed": gate.keyed, "words": words}
    environment.filters |= words.FILTERS
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def pages(gate: Gate) -> Iterable[Router]:
    """The routes: those for everybody, and those for who may come in."""

    # Functions, because Litestar copies what a router has, and there is one gate.
    async def counted(connection: Connection, handler: BaseRouteHandler) -> None:
        await gate.by_page_rate(connection, handler)

    async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
        await gate.by_session(connection, handler)

    yield Router(
        "/",
        route_handlers=[assets.static, signing_in(gate)],
        guards=[headed, from_here, counted],
        exception_handlers=PAGES,
        include_in_schema=False,
    )
    inside: list[type[Controller]] = [Ask, Answers, Host, KnowledgePages, DeploymentPages]
    yield Router(
        "/",
        route_handlers=inside,
        guards=[headed, from_here, signed_in, counted, linked],
        request_class=HTMXRequest,
        exception_handlers=PAGES,
        include_in_schema=False,
    )
