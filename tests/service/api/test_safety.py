"""Who may ask, what they may see, and what a body may be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.api.access import SECURITY
from framework_advisor.api.gate import is_one_of
from framework_advisor.api.requests import deeper_than
from framework_advisor.app import create_app
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.keys import Keys

Client = TestClient[Litestar]
Value = TypeVar("Value")
PATH = "/v1/recommendations"
PROFILE = {"stage": "research"}
OURS, THEIRS, READS, WRITES = (f"a key of sixteen or more: {n}".replace(": ", "-") for n in "abcd")


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def on_the_command_line(data_dir: Path, act: Callable[[Keys], Awaitable[Value]]) -> Value:
    """What another process does to the keys while the service runs."""

    async def run() -> Value:
        async with Store(Settings(data_dir=data_dir)) as store:
            return await act(store.keys)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("keyed"),
        api_keys=f"{OURS},{THEIRS},{READS}:read,{WRITES}:write",
    )
    with TestClient(create_app(settings), "http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {OURS}",
        f"Bearer {OURS}x",
        f"Bearer {OURS[:-1]}",
        OURS,
    ],
)
def test_without_a_key_that_is_known_nothing_is_answered(keyed: Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in (("GET", PATH), ("POST", PATH), ("GET", "/v1/knowledge")):
        response = keyed.request(method, path, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.json()["title"] == "Unauthorized"
        assert OURS not in response.text


@pytest.mark.parametrize("path", ["/sign-in", "/schema", "/schema/openapi.json", "/health/live"])
def test_health_and_documents_need_no_key(keyed: Client, path: str) -> None:
    assert keyed.get(path).status_code == 200


def test_a_scope_allows_what_it_says_and_no_more(keyed: Client) -> None:
    reads, writes = bearing(READS), bearing(WRITES)
    assert keyed.get(PATH, headers=reads).status_code == 200
    refused = keyed.post(PATH, json=PROFILE, headers=reads)
    assert (refused.status_code, refused.json()["title"]) == (403, "Forbidden")
    assert "write" in refused.json()["detail"]
    made = keyed.post(PATH, json=PROFILE, headers=writes)
    assert made.status_code == 201
    where = made.headers["location"]
    assert keyed.get(where, headers=writes).status_code == 403
    assert keyed.delete(where, headers=reads).status_code == 403
    assert keyed.delete(where, headers=writes).status_code == 204


def test_an_answer_is_for_the_key_that_asked_and_for_no_other(keyed: Client) -> None:
    ours, theirs = bearing(OURS), bearing(THEIRS)
    where = keyed.post(PATH, json=PROFILE, headers=ours).headers["location"]
    for method, path in (
        ("GET", where),
        ("GET", f"{where}/record"),
        ("POST", f"{where}/replay"),
        ("DELETE", where),
    ):
        assert keyed.request(method, path, headers=theirs).status_code == 404, (method, path)
    page = keyed.get(PATH, headers=theirs).json()
    assert (page["total"], page["items"]) == (0, [])
    mine = keyed.get(PATH, headers=ours).json()
    assert [item["links"]["self"] for item in mine["items"]] == [where]
    assert keyed.get(where, headers=ours).status_code == 200


def test_a_key_of_the_store_opens_until_it_is_revoked(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, require_key="always"))
    with TestClient(app, "http://127.0.0.1") as client:
        made, secret = on_the_command_line(tmp_path, lambda keys: keys.create("ci"))
        _, other = on_the_command_line(tmp_path, lambda keys: keys.create("other"))
        assert client.get(PATH, headers=bearing(secret)).status_code == 200
        # The id is no secret: whoever knows it has nothing yet.
        forged = secret[:16] + other[16:]
        assert client.get(PATH, headers=bearing(forged)).status_code == 401
        on_the_command_line(tmp_path, lambda keys: keys.revoke(made.id))
        assert client.get(PATH, headers=bearing(secret)).status_code == 401
        assert client.get(PATH, headers=bearing(other)).status_code == 200


def test_a_key_stands_nowhere_in_the_store(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, require_key="always"))
    with TestClient(app, "http://127.0.0.1") as client:
        _, secret = on_the_command_line(tmp_path, lambda keys: keys.create("ci"))
        client.get(PATH, headers=bearing(secret))
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"key_" + secret[3:15].encode() in kept
    assert secret[16:].encode() not in kept


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1"])
def test_a_name_that_is_not_ours_is_refused(client: Client, host: str) -> None:
    response = client.get(PATH, headers={"Host": host})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_on_loopback_its_names_are_ours(client: Client, host: str) -> None:
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("host", "names", "allowed"),
    [
        ("api.example.org", ("*.example.org",), True),
        ("api.example.org.evil", ("*.example.org",), False),
        ("example.org", ("*.example.org",), False),
        ("anything", ("*",), True),
    ],
)
def test_names_can_be_allowed_by_pattern(host: str, names: tuple[str, ...], allowed: bool) -> None:
    assert is_one_of(host, names) is allowed


@pytest.mark.parametrize("path", ["/", "/schema", PATH, "/nothing/here", "/health/live"])
def test_every_response_tells_browsers_to_be_careful(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert SECURITY.keys() - {"Content-Security-Policy", "Referrer-Policy"} <= {
        name for name, value in SECURITY.items() if headers.get(name) == value
    }
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_a_body_that_nests_too_deep_is_refused_as_such(client: Client) -> None:
    deep = '{"stage": ' + "[" * 40 + "]" * 40 + "}"
    response = client.post(PATH, content=deep, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], "32" in error["expected"]) == ("", True)


def test_brackets_in_a_text_do_not_nest(client: Client) -> None:
    named = {"stage": "research", "name": "[{" * 40 + '"' + "[" * 40}
    assert client.post(PATH, json=named, params={"store": "false"}).status_code == 200


JSON = st.recursive(
    st.none() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=20
)


def depth(value: Any) -> int:
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(JSON)
def test_the_depth_of_a_text_is_that_of_its_value(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False).encode()
    assert deeper_than(text, depth(value)) is False
    assert depth(value) == 0 or deeper_than(text, depth(value) - 1)


@given(st.binary(max_size=200))
def test_the_depth_of_any_bytes_is_looked_at_without_mishap(body: bytes) -> None:
    assert deeper_than(body, 200) is False


@pytest.mark.parametrize("start", [b'"', b'\\"', b'"\\', b"\\"])
def test_a_text_without_an_end_is_gone_over_once(start: bytes) -> None:
    """Going over it again from each quote would take hours; the suite's limit would end that."""
    assert deeper_than(b'"' + start * 10**6, 32) is False
