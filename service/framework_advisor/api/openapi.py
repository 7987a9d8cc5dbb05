"""The OpenAPI 3.1 document: paths and parameters from the handlers, schemas from the models."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Operation
from litestar.router import Router
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from framework_advisor.api import schemas
from framework_advisor.api.comparisons import RunComparison
from framework_advisor.api.gate import KEYED, LIMITED
from framework_advisor.api.problems import MEDIA_TYPE, Problem, name_of
from framework_advisor.api.reader import Reader, assets
from framework_advisor.deployment_matrix import DeploymentMatrix
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.runs.exported import ProbeRunExport
from framework_advisor.runs.request import ProbeRunRequest

#: Every model that a body can hold.
MODELS: tuple[type[BaseModel], ...] = (
    Profile,
    Recommendation,
    ProbeRunRequest,
    ProbeRunExport,
    RunComparison,
    DeploymentMatrix,
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
#: A body: one model, one of several, a schema of its own, or None for text.
Body = type[BaseModel] | tuple[type[BaseModel], ...] | Mapping[str, Any] | None
Answer = type[BaseModel] | tuple[type[BaseModel], ...] | Mapping[str, Body] | None

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
    201: "Made and kept; Location says where.",
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
    429: "Too many requests in this minute; Retry-After says when to come back.",
    500: "The service failed.",
    503: "The service or its store is not ready; Retry-After says when to come back.",
    507: "There is no room left where the store is; what was stored can be read.",
}
#: Headers of a response beside those that every response has.
HEADERS: Mapping[int, Mapping[str, Mapping[str, Any]]] = {
    201: {"Location": {"schema": TEXT, "description": "where it is", "required": False}},
    202: {"Location": {"schema": TEXT, "description": "where it is", "required": True}},
    401: {"WWW-Authenticate": {"schema": TEXT, "description": "how to show a key"}},
    429: {
        "Retry-After": {
            "schema": {"type": "integer", "minimum": 1},
            "description": "seconds",
            "required": True,
        }
    },
}
IF_NONE_MATCH = "entity tags that the caller has; 304 where one of them still holds"


def described(
    answers: Mapping[int, Answer],
    *,
    body: type[BaseModel] | None = None,
    body_required: bool = True,
    refusals: tuple[int, ...] = (),
    headers: Mapping[str, str | Mapping[str, Any]] | None = None,
    links: Mapping[str, tuple[str, str]] | None = None,
) -> type[Operation]:
    """How the document describes an operation: what it takes and what it answers.

    Args:
        answers: status to the model of a JSON body, several where it is one of them, or media
            types each with such a body; None for no body.
        body: the model of the request's body.
        body_required: whether there has to be a body.
        refusals: statuses of the problems that it can answer with, beside 421, 422 and 500, and
            below /v1 401, 403, 429 and 503.
        headers: request headers that it heeds, and what they are for, or all that is said of one.
        links: what can be done next with the ``id`` of what was made: a name to the operation and
            the parameter that takes it.
    """
    reading = (413, 415) if body else ()
    responses = {str(status): _response(status, answer) for status, answer in answers.items()}
    for made in ("201", "202"):
        if links and made in responses:
            responses[made]["links"] = {
                name: {"operationId": operation, "parameters": {parameter: "$response.body#/id"}}
                for name, (operation, parameter) in links.items()
            }
    content: dict[str, Any] = {
        "responses": responses
        | {str(status): _problem(status) for status in sorted({*refusals, *reading, 421, 422, 500})}
    }
    if body:
        content["requestBody"] = {
            "content": {"application/json": {"schema": _reference(body)}},
            "required": body_required,
        }
    heeded = {**(headers or {}), **({"If-None-Match": IF_NONE_MATCH} if 304 in answers else {})}
    sent = [_header(name, said) for name, said in heeded.items()]

    class Described(Operation):
        def to_schema(self) -> dict[str, Any]:
            made = super().to_schema()
            parameters = [*made.get("parameters", ()), *sent]
            return {**made, **content} | ({"parameters": parameters} if parameters else {})

    return Described


def _header(name: str, said: str | Mapping[str, Any]) -> dict[str, Any]:
    described = {"description": said, "schema": TEXT} if isinstance(said, str) else said
    return {"name": name, "in": "header", **described}


def _response(status: int, answer: Answer) -> dict[str, Any]:
    response: dict[str, Any] = {"description": MEANINGS[status]}
    if status in HEADERS:
        response["headers"] = HEADERS[status]
    if answer is not None:
        media = answer if isinstance(answer, Mapping) else {"application/json": answer}
        response["content"] = {name: {"schema": _schema(body)} for name, body in media.items()}
    return response


def _schema(body: Body) -> Mapping[str, Any]:
    if body is None or isinstance(body, Mapping):
        return body or TEXT
    if isinstance(body, tuple):
        return {"anyOf": [_reference(model) for model in body]}
    return _reference(body)


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _problem(status: int) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{name_of(status).title().replace(' ', '')}"}


@cache
def examples() -> dict[str, Any]:
    """What real calls were answered with, by operation and status; written by ``make docs``."""
    text = files("framework_advisor.api").joinpath("examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _problems() -> dict[str, Any]:
    """Every problem that the service can answer with, once, with one that it did answer with."""
    shown = examples()["problems"]
    problems = {}
    for status in MEANINGS:
        if status >= 400:
            response = _response(status, {MEDIA_TYPE: Problem})
            if str(status) in shown:
                response["content"][MEDIA_TYPE]["example"] = shown[str(status)]
            problems[_problem(status)["$ref"].rpartition("/")[2]] = response
    return problems


def _completed(document: dict[str, Any], *, keyed: bool) -> dict[str, Any]:
    """Litestar's document with the models' schemas, which pydantic knows without loss."""
    # One schema for each model, whether it is read or written.
    _, definitions = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    return {
        **document,
        "paths": {
            path: {
                method: _exemplified(
                    f"{method.upper()} {path}", _guarded(path, operation, keyed=keyed)
                )
                for method, operation in operations.items()
            }
            for path, operations in document["paths"].items()
        },
        "components": {
            "schemas": definitions["$defs"],
            "responses": _problems(),
            "securitySchemes": {KEY: SCHEME},
        },
    }


def _guarded(path: str, operation: dict[str, Any], *, keyed: bool) -> dict[str, Any]:
    """The operation with what a missing key and a used-up allowance come to."""
    # Every call below /v1 looks at the store, if only for the key.
    statuses = (401, 403) * path.startswith(KEYED) + (429, 503) * path.startswith(LIMITED)
    refused = {str(status): _problem(status) for status in statuses}
    responses = dict(sorted({**operation["responses"], **refused}.items()))
    area = path.removeprefix("/v1").split("/")[1]
    guarded = {
        **operation,
        "tags": [area.replace("-", " ")],
        "summary": re.split(r"[.:;]", operation["description"])[0],
        "responses": responses,
    }
    if path.startswith(KEYED):
        guarded["security"] = [{KEY: []}] if keyed else [{}, {KEY: []}]
    return guarded


def _exemplified(name: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The operation with the bodies of real calls."""
    shown = examples()["operations"].get(name, {})
    if "requestBody" in operation and "request" in shown:
        operation["requestBody"] = _with(operation["requestBody"], shown["request"])
    for status, bodies in shown.get("responses", {}).items():
        if status in operation["responses"]:
            operation["responses"][status] = _with(operation["responses"][status], bodies)
    parameters = shown.get("parameters", {})
    if "parameters" in operation:
        operation["parameters"] = [
            {**each, "example": parameters[each["name"]]} if each["name"] in parameters else each
            for each in operation["parameters"]
        ]
    return operation


def _with(described: dict[str, Any], bodies: Mapping[str, Any]) -> dict[str, Any]:
    content = {
        media: {**body, "example": bodies[media]} if media in bodies else body
        for media, body in described["content"].items()
    }
    return {**described, "content": content}


class _Document(JsonRenderPlugin):
    """The document, put together when it is first asked for."""

    def __init__(self, *, keyed: bool) -> None:
        super().__init__()
        self._keyed = keyed
        self._made: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._made is None:
            document = _completed(openapi_schema, keyed=self._keyed)
            self._made = self.render_json(request, document)
        return self._made


def _nothing_else(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard: Litestar answers unknown paths below /schema with a page; ours is a problem."""
    if "path" in connection.path_params:
        raise NotFoundException


def openapi_config(version: str, *, keyed: bool) -> OpenAPIConfig:
    """The configuration that serves the document and its reader under ``/schema``.

    ``keyed``: whether this service needs API keys.
    """
    return OpenAPIConfig(
        title="Framework Advisor",
        version=version,
        description="Recommends PyTorch, TensorFlow, Keras or JAX for a project profile.",
        use_handler_docstrings=True,
        render_plugins=[Reader(path="/"), _Document(keyed=keyed)],
        openapi_router=Router(
            "/schema", route_handlers=[assets], include_in_schema=False, guards=[_nothing_else]
        ),
    )
