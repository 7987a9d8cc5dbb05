"""What may be kept by whom, and when it is still right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.api.responses import matches
from framework_advisor.app import create_app
from framework_advisor.settings import Settings

Client = TestClient[Litestar]
TAG = '"0123456789abcdef"'
KEYS = ("a-first-key-of-the-tests", "a-second-key-of-the-tests")


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        (TAG, True),
        (f"W/{TAG}", True),
        (f'"other", {TAG}', True),
        (f'"with, a comma",W/{TAG} , "other"', True),
        ("*", True),
        (" * ", True),
        ("", False),
        ('"other"', False),
        ('"0123456789ABCDEF"', False),
        (TAG.strip('"'), False),
        (f'"*", "{TAG.strip(chr(34))}x"', False),
    ],
)
def test_if_none_match_is_compared_as_the_standard_says(given: str, holds: bool) -> None:
    assert matches(given, TAG) is holds


@given(st.text(max_size=60))
def test_whatever_is_sent_as_tags_is_compared_without_mishap(given: str) -> None:
    assert matches(given, '"a tag that nobody guesses"') is (given.strip() == "*")


def test_what_may_be_revalidated_is_kept_by_the_caller_alone(client: Client) -> None:
    for path in ("/v1/knowledge", "/v1/knowledge/claims", "/v1/probes"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "private, no-cache"
        assert headers["vary"] == "Authorization"
        held = client.get(path, headers={"If-None-Match": headers["etag"]})
        assert (held.status_code, held.content) == (304, b"")
        assert held.headers["etag"] == headers["etag"]
        assert held.headers["vary"] == "Authorization"


def test_everything_else_is_kept_by_nobody(client: Client) -> None:
    made = client.post("/v1/recommendations", json={"stage": "research"})
    where = made.headers["location"]
    answers = [made, *map(client.get, (where, f"{where}/record", "/v1/probe-runs", "/metrics"))]
    answers += [client.get("/nowhere"), client.delete(where)]
    assert {each.headers["cache-control"] for each in answers} == {"no-store"}


def test_a_decision_that_is_asked_for_twice_stays_with_each_key(tmp_path: Path) -> None:
    """The same profile with two keys: two answers, neither of which the other key sees."""
    app = create_app(Settings(data_dir=tmp_path, api_keys=",".join(KEYS)))
    shown = [{"Authorization": f"Bearer {key}"} for key in KEYS]
    with TestClient(app, "http://127.0.0.1") as client:
        profile = {"stage": "research", "name": "the same for both"}
        made = [client.post("/v1/recommendations", json=profile, headers=h) for h in shown]
        wheres = [each.headers["location"] for each in made]
        assert wheres[0] != wheres[1]
        for mine, where in zip(shown, wheres, strict=True):
            found = [client.get(each, headers=mine).status_code for each in wheres]
            assert found == [200 if each == where else 404 for each in wheres]
        tag = client.get("/v1/knowledge", headers=shown[0]).headers["etag"]
        unknown = client.get("/v1/knowledge", headers={"If-None-Match": tag})
        assert (unknown.status_code, "etag" in unknown.headers) == (401, False)
