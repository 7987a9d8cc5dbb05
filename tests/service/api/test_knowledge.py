"""Reading the knowledge over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.app import create_app
from framework_advisor.settings import Settings
from framework_knowledge import load

Client = TestClient[Litestar]
PATH = "/v1/knowledge"


def items(client: Client, path: str, **query: str) -> list[dict[str, Any]]:
    response = client.get(f"{PATH}/{path}", params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["items"]
    return found


def test_the_summary_names_the_snapshot_that_decides_today(client: Client) -> None:
    summary = client.get(PATH).json()
    answer = client.post("/v1/recommendations", json={"stage": "research"}).json()
    assert {name: summary[name] for name in answer["knowledge"]} == answer["knowledge"]
    assert {"version", "sha256", "as_of"} <= answer["knowledge"].keys()
    assert summary["counts"]["criteria"] == 19


@pytest.mark.parametrize(
    "path", ["", "/criteria", "/frameworks", "/claims", "/sources", "/tables", "/../probes"]
)
def test_a_caller_that_has_it_already_gets_nothing_again(client: Client, path: str) -> None:
    url = "/v1/probes" if "probes" in path else f"{PATH}{path}"
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    weak = client.get(url, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert weak.status_code == 304
    changed = client.get(url, headers={"If-None-Match": '"other"'})
    assert (changed.status_code, changed.content) == (200, first.content)


def test_without_a_filter_everything_is_listed(client: Client) -> None:
    knowledge = load()
    assert len(items(client, "claims")) == len(knowledge.claims)
    assert len(items(client, "sources")) == len(knowledge.sources)
    cells = [c for t in items(client, "tables") for row in t["rows"] for c in row["cells"]]
    assert len(cells) == len(knowledge.cells)


def test_filters_leave_what_they_name_and_nothing_else(client: Client) -> None:
    (criterion,) = items(client, "criteria", criterion="longevity")
    assert criterion["id"] == "longevity"
    (framework,) = items(client, "frameworks", framework="keras")
    assert framework["id"] == "keras"
    source = items(client, "claims")[0]["sources"][0]
    assert [found["id"] for found in items(client, "sources", source=source)] == [source]
    found = items(client, "claims", framework="keras", criterion="deployment")
    assert found
    assert all(claim["criterion"] == "deployment" for claim in found)
    assert all(any(w.split(":")[0] == "keras" for w in claim["values"]) for claim in found)
    assert all(source in claim["sources"] for claim in items(client, "claims", source=source))


def test_claims_fall_apart_by_how_they_stand(client: Client) -> None:
    kinds = ("holds", "superseded", "ended", "future")
    ids = [{c["id"] for c in items(client, "claims", status=kind)} for kind in kinds]
    assert sum(map(len, ids)) == len(set().union(*ids)) == len(load().claims)


def test_as_of_a_day_shows_what_was_known_and_held_then(client: Client) -> None:
    for claim in items(client, "claims", as_of="2020-01-01"):
        assert max(claim["known"], claim["valid_from"]) <= "2020-01-01"
    then = {claim["id"] for claim in items(client, "claims", as_of="2020-01-01")}
    assert then == {c.id for c in load().snapshot(_day("2020-01-01")).claims}
    assert client.get(f"{PATH}/tables", params={"as_of": "2016-12-31"}).status_code == 422
    assert client.get(f"{PATH}/criteria", params={"as_of": "2999-01-01"}).status_code == 422


def test_tables_are_narrowed_cell_by_cell(client: Client) -> None:
    wrong = client.get(f"{PATH}/tables", params={"status": "wrong"}).json()
    cells = [c for t in wrong["items"] for row in t["rows"] for c in row["cells"]]
    assert len(cells) == wrong["total"] > 0
    assert {cell["standing"] for cell in cells} == {"wrong"}
    nobody = client.get(f"{PATH}/tables", params={"source": "nobody"}).json()
    assert (nobody["items"], nobody["total"]) == ([], 0)


def test_an_overlay_of_the_settings_is_used_and_shown(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "overlay.yaml").write_text(
        'name: acme\nversion: "1"\ncontact: us\nmute:\n'
        "  - {claim: jax_support_window, why: We hold no such promise.}\n"
    )
    app = create_app(Settings(data_dir=tmp_path / "data", knowledge_overlays=(folder,)))
    with TestClient(app, "http://127.0.0.1") as client:
        summary = client.get(PATH).json()
        answer = client.post("/v1/recommendations", json={"stage": "research"}).json()
        claims = items(client, "claims", status="muted")
    assert [use["name"] for use in summary["overlays"]] == ["acme"]
    assert [aside["id"] for aside in summary["set_aside"]] == ["jax_support_window"]
    assert answer["knowledge"]["overlays"] == summary["overlays"]
    assert answer["knowledge"]["sha256"] == summary["sha256"]
    assert "jax_support_window" not in answer["evidence"]
    assert [claim["id"] for claim in claims] == ["jax_support_window"]


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)
