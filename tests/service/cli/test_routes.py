"""Everything that HTTP does can be done on the command line, and a new route says how."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from framework_advisor.app import create_app
from framework_advisor.cli.lazy import PANELS
from framework_advisor.settings import Settings

#: Route to the words of its command; None where a command line has no use for it.
COMMANDS: dict[str, str | None] = {
    "POST /v1/recommendations": "recommend",
    "GET /v1/recommendations": "recommendation list",
    "GET /v1/recommendations/{recommendation}": "recommendation show",
    "DELETE /v1/recommendations/{recommendation}": "recommendation delete",
    "GET /v1/recommendations/{recommendation}/record": "record",
    "POST /v1/recommendations/{recommendation}/replay": "replay",
    "GET /v1/knowledge": "knowledge show",
    "GET /v1/knowledge/criteria": "knowledge criteria",
    "GET /v1/knowledge/frameworks": "knowledge frameworks",
    "GET /v1/knowledge/claims": "knowledge claims",
    "GET /v1/knowledge/sources": "knowledge sources",
    "GET /v1/knowledge/tables": "knowledge tables",
    "GET /v1/probes": "probe list",
    "GET /v1/hosts": "hosts",
    "GET /v1/hosts/current": "host",
    "POST /v1/probe-runs": "probe run",
    "GET /v1/probe-runs": "probe runs",
    "GET /v1/probe-runs/{run}": "probe show",
    "GET /v1/probe-runs/{run}/results": "probe show",
    "GET /v1/probe-runs/{run}/events": None,  # `probe run` shows its own progress
    "POST /v1/probe-runs/{run}/resume": "probe resume",
    "DELETE /v1/probe-runs/{run}": "probe cancel",
    "POST /v1/probe-runs/import": "probe import",
    "GET /v1/probe-runs/{run}/compare/{other}": "probe compare",
    "GET /v1/probe-runs/{run}/export": "probe export",
    "POST /v1/predictions": "predict",
    "GET /v1/deployment": "deployment",
}


def routes(folder: Path) -> set[str]:
    app = create_app(Settings(data_dir=folder))
    return {
        f"{method.upper()} {path}"
        for path, item in app.openapi_schema.to_schema()["paths"].items()
        for method in item
        if path.startswith("/v1/")
    }


def loaded() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for entry in (each for entries in PANELS.values() for each in entries):
        command = entry.load()
        found[entry.name] = command
        if isinstance(command, click.Group):
            found |= {f"{entry.name} {name}": sub for name, sub in command.commands.items()}
    return found


def test_every_route_has_a_command(tmp_path: Path) -> None:
    unsaid = routes(tmp_path) - COMMANDS.keys()
    assert not unsaid, f"which command does {unsaid}?"
    there = loaded()
    for route in routes(tmp_path):
        command = COMMANDS[route]
        assert command is None or command in there, f"{route} needs the command {command}"


@pytest.mark.parametrize("name", sorted(loaded()))
def test_every_command_that_gives_a_document_has_json(name: str) -> None:
    command = loaded()[name]
    documents = {words for words in COMMANDS.values() if words} - {
        "record", "recommendation delete", "probe import", "probe export",
    }  # fmt: skip
    if name in documents:
        assert "--json" in {option for each in command.params for option in each.opts}
    assert command.help, f"{name} says nothing of itself"
