"""Where keys are needed, a person signs in with one, and sees what it may see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.api.sign_in import COOKIE, LASTS_S, Tickets
from framework_advisor.app import create_app
from framework_advisor.settings import Settings
from framework_advisor.store import Store

Client = TestClient[Litestar]
OURS, THEIRS, READS = (f"a-key-of-sixteen-or-more-{n}" for n in "abc")
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("keyed"),
        api_keys=f"{OURS},{THEIRS},{READS}:read",
        session_secret="s" * 32,
    )
    with TestClient(create_app(settings), "http://127.0.0.1") as client:
        client.follow_redirects = False
        client.headers.update(FROM_HERE)
        yield client


def sign_in(client: Client, key: str, then: str = "/") -> str:
    """Sign in; where it leads."""
    response = client.post("/sign-in", data={"key": key, "then": then})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


@pytest.mark.parametrize(
    "path", ["/", "/recommendations", "/recommendations/rec_0", "/host", "/probe-runs/run_0/events"]
)
def test_who_has_not_signed_in_is_asked_to(keyed: Client, path: str) -> None:
    response = keyed.get(path)
    assert response.status_code == 303
    assert response.headers["location"] == f"/sign-in?then={path}"
    posted = keyed.post("/recommendations", data={"/stage": "research"})
    assert (posted.status_code, posted.headers["location"]) == (303, "/sign-in")


def test_a_key_opens_the_pages_and_the_browser_keeps_none(keyed: Client) -> None:
    response = keyed.post("/sign-in", data={"key": OURS, "then": "/recommendations"})
    assert response.headers["location"] == "/recommendations"
    cookie = response.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={LASTS_S}"):
        assert part.lower() in cookie.lower()
    assert OURS not in cookie
    assert keyed.get("/recommendations").status_code == 200
    keyed.post("/sign-out")
    assert keyed.get("/recommendations").status_code == 303


def test_a_wrong_key_is_told_at_its_field(keyed: Client) -> None:
    response = keyed.post("/sign-in", data={"key": OURS + "x", "then": "/"})
    assert response.status_code == 401
    assert 'aria-invalid="true"' in response.text
    assert OURS not in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil", "/\r\nX: y"])
def test_signing_in_leads_nowhere_else(keyed: Client, then: str) -> None:
    assert sign_in(keyed, OURS, then) == "/"


def test_the_cookie_opens_nothing_below_v1(keyed: Client) -> None:
    sign_in(keyed, OURS)
    assert keyed.get("/v1/recommendations").status_code == 401
    assert keyed.post("/v1/recommendations", json={"stage": "research"}).status_code == 401


def test_answers_are_seen_only_with_the_key_that_asked(keyed: Client) -> None:
    sign_in(keyed, OURS)
    where = keyed.post("/recommendations", data={"/stage": "research"}).headers["location"]
    assert keyed.get(where).status_code == 200
    sign_in(keyed, THEIRS)
    for method, path in (
        ("GET", where),
        ("GET", f"{where}/record.md"),
        ("POST", f"{where}/replay"),
        ("POST", f"{where}/again"),
        ("POST", f"{where}/forget"),
        ("GET", f"/?like={where.rpartition('/')[2]}"),
    ):
        assert keyed.request(method, path).status_code == 404, (method, path)
    assert where not in keyed.get("/recommendations").text


def test_a_key_that_only_reads_changes_nothing(keyed: Client) -> None:
    sign_in(keyed, READS)
    assert keyed.get("/").status_code == 200
    refused = keyed.post("/recommendations", data={"/stage": "research"})
    assert (refused.status_code, "scope write" in refused.text) == (403, True)


@pytest.mark.parametrize("ticket", ["", "x", ".", "set_0.99999999999.", "set_0.99999999999.abc"])
def test_a_made_up_cookie_opens_nothing(keyed: Client, ticket: str) -> None:
    keyed.cookies.set(COOKIE, ticket)
    assert keyed.get("/recommendations").status_code == 303


def test_a_ticket_ends_and_is_for_one_key() -> None:
    now = [1000.0]
    ours, others = Tickets("s" * 32, lambda: now[0]), Tickets("t" * 32, lambda: now[0])
    ticket = ours.issue("key_1")
    assert ours.holder(ticket) == "key_1"
    assert others.holder(ticket) is None
    assert ours.holder(ticket.replace("key_1", "key_2")) is None
    now[0] += LASTS_S + 1
    assert ours.holder(ticket) is None


def test_a_key_that_is_revoked_signs_its_holders_out(tmp_path: object) -> None:
    settings = Settings(data_dir=tmp_path, require_key="always")

    async def change(revoke: str | None) -> tuple[str, str]:
        async with Store(settings) as store:
            if revoke:
                await store.keys.revoke(revoke)
                return "", ""
            made, secret = await store.keys.create("a person")
            return made.id, secret

    with TestClient(create_app(settings), "http://127.0.0.1") as client:
        client.follow_redirects = False
        client.headers.update(FROM_HERE)
        id_, secret = asyncio.run(change(None))
        sign_in(client, secret)
        assert client.get("/recommendations").status_code == 200
        asyncio.run(change(id_))
        assert client.get("/recommendations").status_code == 303


def test_without_keys_nobody_signs_in(tmp_path: object) -> None:
    with TestClient(create_app(Settings(data_dir=tmp_path)), "http://127.0.0.1") as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "Sign out" not in page.text
