"""The OpenAPI 3.1 document: paths and parameters from the handlers, schemas from the models."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Operation
from litestar.router import Router
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from framework_advisor.api import schemas
from framework_advisor.api.gate import KEYED
from framework_advisor.api.problems import MEDIA_TYPE, Problem
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.request import ProbeRunRequest

#: Every model that a body can hold.
MODELS: tuple[type[BaseModel], ...] = (
    Profile,
    Recommendation,
    ProbeRunRequest,
    Problem,
    *(
        kind
        for kind in vars(schemas).values()
        if isinstance(kind, type)
        and issubclass(kind, schemas.Document)
        and kind is not schemas.Document
    ),
)
#: A body that is text, by its media type.
TEXT = {"type": "string"}
Answer = type[BaseModel] | Mapping[str, type[BaseModel] | None] | None

#: How a key is shown, and under which name the document speaks of that.
KEY = "api_key"
SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key from `framework-advisor key create`; needed where the service says so. "
    "Reading needs the scope read, everything else write.",
}

MEANINGS = {
    200: "Here it is.",
    201: "Decided and kept; Location says where.",
    202: "Taken in; Location says where to look.",
    204: "Done; there is nothing to give.",
    304: "The caller has it already.",
    401: "It needs an API key, and there was none that is known.",
    403: "The API key has not the scope for that.",
    404: "There is no such thing.",
    409: "Its state does not allow that.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    421: "The service is not called by that name.",
    422: "A field, a parameter or the body breaks the contract; each mistake has a pointer.",
    500: "The service failed.",
    503: "The service or its store is not ready; Retry-After says when to come back.",
    507: "There is no room left where the store is; what was stored can be read.",
}


def described(
    answers: Mapping[int, Answer],
    *,
    body: type[BaseModel] | None = None,
    body_required: bool = True,
    refusals: tuple[int, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> type[Operation]:
    """How the document describes an operation: what it takes and what it answers.

    Args:
        answers: status to the model of a JSON body, to media types each with a model or None for
            text, or to None for no body.
        body: the model of the request's body.
        body_required: whether there has to be a body.
        refusals: statuses of the problems that it can answer with, beside 421, 422 and 500, and
            below /v1 401 and 403.
        headers: request headers that it heeds, and what they are for.
    """
    reading = (413, 415) if body else ()
    content: dict[str, Any] = {
        "responses": {
            **{str(status): _response(status, answer) for status, answer in answers.items()},
            **{
                str(status): _response(status, {MEDIA_TYPE: Problem})
                for status in sorted({*refusals, *reading, 421, 422, 500})
            },
        }
    }
    if body:
        content["requestBody"] = {
            "content": {"application/json": {"schema": _reference(body)}},
            "required": body_required,
        }

    sent = [
        {"name": name, "in": "header", "description": said, "schema": TEXT}
        for name, said in (headers or {}).items()
    ]

    class Described(Operation):
        def to_schema(self) -> dict[str, Any]:
            made = super().to_schema()
            if sent:
                made["parameters"] = [*made.get("parameters", ()), *sent]
            return {**made, **content}

    return Described


def _response(status: int, answer: Answer) -> dict[str, Any]:
    response: dict[str, Any] = {"description": MEANINGS[status]}
    if answer is not None:
        media = answer if isinstance(answer, Mapping) else {"application/json": answer}
        response["content"] = {
            name: {"schema": _reference(model) if model else TEXT} for name, model in media.items()
        }
    return response


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """Litestar's document with the models' schemas, which pydantic knows without loss."""
    # One schema for each model, whether it is read or written.
    _, definitions = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    return {
        **document,
        "paths": {
            path: _keyed(operations) if path.startswith(KEYED) else operations
            for path, operations in document["paths"].items()
        },
        "components": {"schemas": definitions["$defs"], "securitySchemes": {KEY: SCHEME}},
    }


def _keyed(operations: dict[str, Any]) -> dict[str, Any]:
    """The operations of a path with what a key that is needed and missing comes to."""
    # Every call looks at the store, if only for the key.
    refused = {str(status): _response(status, {MEDIA_TYPE: Problem}) for status in (401, 403, 503)}
    return {
        method: {
            **operation,
            # A service that needs no key is described by the same document.
            "security": [{}, {KEY: []}],
            "responses": dict(sorted({**operation["responses"], **refused}.items())),
        }
        for method, operation in operations.items()
    }


class _Document(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, _completed(openapi_schema))


class _Listing(OpenAPIRenderPlugin):
    """Every operation in a page that needs no network and no script."""

    def render(self, _request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        rows = "".join(
            f"<tr><td><code>{method.upper()} {html.escape(path)}</code></td>"
            f"<td>{html.escape(operation.get('description', ''))}</td></tr>"
            for path, operations in sorted(openapi_schema["paths"].items())
            for method, operation in operations.items()
        )
        title = html.escape(openapi_schema["info"]["title"])
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}: HTTP</title>'
            "<style>body{font:1rem/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
            "td{padding:.3rem 1rem .3rem 0;vertical-align:top}</style>"
            f'<h1>{title}: HTTP</h1><p>The whole description: <a href="/schema/openapi.json">'
            f"openapi.json</a> (OpenAPI 3.1).</p><table>{rows}</table></html>"
        )
        return page.encode()


def _nothing_else(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard: Litestar answers unknown paths below /schema with a page; ours is a problem."""
    if "path" in connection.path_params:
        raise NotFoundException


def openapi_config(version: str) -> OpenAPIConfig:
    """The configuration that serves the document and its listing under ``/schema``."""
    return OpenAPIConfig(
        title="Framework Advisor",
        version=version,
        description="Recommends PyTorch, TensorFlow, Keras or JAX for a project profile.",
        use_handler_docstrings=True,
        render_plugins=[_Listing(path="/"), _Document()],
        openapi_router=Router(
            "/schema", route_handlers=[], include_in_schema=False, guards=[_nothing_else]
        ),
    )
