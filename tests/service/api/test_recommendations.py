"""Profile in, recommendation out, kept, listed, replayed, forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor import Advisor, Profile
from framework_advisor.api.replay import changes
from framework_advisor.recommendation import Recommendation
from framework_advisor.report import html, markdown

Client = TestClient[Litestar]
PATH = "/v1/recommendations"
#: What identity alone decides.
IDENTITY = {"id", "created_at", "links"}


def without_identity(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in IDENTITY}


def test_an_answer_is_the_advisors_and_is_kept(client: Client, profile: dict[str, Any]) -> None:
    response = client.post(PATH, json=profile)
    assert response.status_code == 201
    answer = response.json()
    assert answer["schema"] == "recommendation/1"
    assert response.headers["location"] == answer["links"]["self"]
    kept = client.get(response.headers["location"])
    assert kept.status_code == 200
    assert kept.content == response.content


def test_without_measurements_http_says_what_the_library_says(
    client: Client, profile: dict[str, Any]
) -> None:
    asked = profile | {"evidence": {"probe_run": None}, "seed": 3}
    answer = client.post(PATH, json=asked, params={"store": "false"}).json()
    in_process = Advisor().recommend(Profile.model_validate(asked))
    told = Recommendation.model_validate(answer)
    assert told.verdict == in_process.verdict
    assert told.ranking == in_process.ranking
    assert told.evidence == in_process.evidence


def test_the_same_profile_gets_the_same_answer(client: Client, profile: dict[str, Any]) -> None:
    first, second = (client.post(PATH, json=profile).json() for _ in range(2))
    assert first["id"] != second["id"]
    assert without_identity(first) == without_identity(second)


def test_a_what_if_is_not_kept(client: Client, profile: dict[str, Any]) -> None:
    before = client.get(PATH).json()["total"]
    response = client.post(PATH, json=profile, params={"store": "false"})
    assert response.status_code == 200
    assert "location" not in response.headers
    assert client.get(response.json()["links"]["self"]).status_code == 404
    assert client.get(PATH).json()["total"] == before


def test_the_short_form_is_verdict_and_ranking_of_the_long_one(
    client: Client, profile: dict[str, Any]
) -> None:
    short = client.post(PATH, json=profile, params={"explain": "false"})
    assert short.status_code == 201
    assert short.json().keys() == {"schema", "verdict", "ranking", *IDENTITY}
    long = client.get(short.headers["location"]).json()
    assert short.json().items() <= long.items()


def test_the_list_leads_through_all_of_them_newest_first(
    client: Client, profile: dict[str, Any]
) -> None:
    made = [client.post(PATH, json=profile).json()["id"] for _ in range(3)]
    page = client.get(PATH, params={"limit": 2}).json()
    assert [item["id"] for item in page["items"]] == made[:0:-1]
    assert page["items"][0]["name"] == "an app"
    seen = [item["id"] for item in page["items"]]
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [item["id"] for item in page["items"]]
    assert len(seen) == len(set(seen)) == page["total"]
    assert seen[2] == made[0]


def test_what_was_forgotten_is_gone(client: Client, profile: dict[str, Any]) -> None:
    where = client.post(PATH, json=profile).headers["location"]
    assert client.delete(where).status_code == 204
    for response in (client.get(where), client.delete(where), client.get(f"{where}/record")):
        assert response.status_code == 404


def test_the_record_is_the_decision_as_markdown(client: Client, profile: dict[str, Any]) -> None:
    answer = client.post(PATH, json=profile).json()
    record = client.get(answer["links"]["record"])
    assert record.headers["content-type"] == "text/markdown; charset=utf-8"
    assert record.text == markdown(Recommendation.model_validate(answer))
    assert record.headers["vary"] == "Accept"


def test_a_browser_gets_the_record_as_a_page(client: Client, profile: dict[str, Any]) -> None:
    answer = client.post(PATH, json=profile).json()
    browsers = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = client.get(answer["links"]["record"], headers={"Accept": browsers})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text == html(markdown(Recommendation.model_validate(answer)))
    for accepted in ("*/*", "text/*", "text/html;q=0.1, text/markdown"):
        record = client.get(answer["links"]["record"], headers={"Accept": accepted})
        assert record.headers["content-type"] == "text/markdown; charset=utf-8"


def test_a_replay_on_the_same_evidence_changes_nothing(
    client: Client, profile: dict[str, Any]
) -> None:
    answer = client.post(PATH, json=profile).json()
    before = client.get(PATH).json()["total"]
    replay = client.post(answer["links"]["replay"])
    assert replay.status_code == 200
    assert replay.json()["before"] == replay.json()["after"] == answer["verdict"]
    assert replay.json()["changed"] == []
    assert client.get(PATH).json()["total"] == before


def test_a_replay_as_of_a_day_decides_with_the_knowledge_of_that_day(
    client: Client, profile: dict[str, Any]
) -> None:
    answer = client.post(PATH, json=profile).json()
    replay = client.post(answer["links"]["replay"], json={"as_of": "2019-06-01"}).json()
    assert replay["recommendation"]["knowledge"]["as_of"] == "2019-06-01"
    assert f"knowledge as of: {answer['knowledge']['as_of']} → 2019-06-01" in replay["changed"]
    assert replay["after"] == replay["recommendation"]["verdict"]
    back = client.post(PATH, json=profile | {"evidence": {"as_of": "2019-06-01"}}).json()
    assert back["verdict"] == replay["after"]
    today = client.post(back["links"]["replay"]).json()
    assert today["after"] == answer["verdict"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"as_of": "2010-01-01"}, "/as_of"),
        ({"as_of": "tomorrow"}, "/as_of"),
        ({"asof": "2020-01-01"}, "/asof"),
        ([], ""),
    ],
)
def test_a_replay_that_cannot_be_asked_for_points_at_the_field(
    client: Client, profile: dict[str, Any], body: object, pointer: str
) -> None:
    where = client.post(PATH, json=profile).json()["links"]["replay"]
    response = client.post(where, json=body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_changes_are_told_in_words(profile: dict[str, Any]) -> None:
    before = Advisor().recommend(Profile.model_validate(profile))
    after = Advisor().recommend(Profile.model_validate(profile | {"must_not_use": ["pytorch"]}))
    told = changes(before, after)
    assert any(line.startswith("pick: pytorch → ") for line in told)
    assert any(line.startswith("now ruled out: pytorch") for line in told)
    assert any(line.startswith("no longer ruled out") for line in changes(after, before))


@pytest.mark.parametrize(
    ("evidence", "pointer"),
    [
        ({"probe_run": "run_nobody_knows"}, "/evidence/probe_run"),
        ({"hosts": ["host_nobody_knows"]}, "/evidence/hosts/0"),
    ],
)
def test_evidence_that_is_not_there_is_a_mistake(
    client: Client, profile: dict[str, Any], evidence: dict[str, Any], pointer: str
) -> None:
    response = client.post(PATH, json=profile | {"evidence": evidence})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
