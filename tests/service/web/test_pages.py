"""From the form to an answer and what is done with it, without a browser."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from framework_advisor.web.assets import ASSETS, address
from framework_advisor.web.views.examples import EXAMPLES
from framework_advisor.web.views.sending import sent_of

Client = TestClient[Litestar]


def asked(pages: Client, **profile: Any) -> str:
    """The path of the answer to a profile."""
    response = pages.post("/recommendations", data=sent_of({"stage": "production", **profile}))
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def test_a_form_leads_to_an_answer_that_says_what_the_api_says(pages: Client) -> None:
    where = asked(pages, **EXAMPLES["phone_app"])
    page, answer = pages.get(where), pages.get(f"/v1{where}").json()
    assert page.status_code == 200
    assert "<h1>PyTorch</h1>" in page.text
    assert answer["verdict"]["framework"] == "pytorch"
    assert "Plant finder" in page.text
    missing = [id_ for id_ in answer["evidence"] if f'id="e-{id_}"' not in page.text]
    assert missing == []
    cited = set(re.findall(r'href="#e-([^"]+)"', page.text))
    assert cited <= answer["evidence"].keys()
    assert len(cited) > 40


def test_what_is_wrong_comes_back_at_its_field_with_what_was_typed(pages: Client) -> None:
    sent = {"/stage": ["research"], "/scale/p99_ms": ["soon"], "/name": ["<b>mine</b>"]}
    page = pages.post("/recommendations", data=sent)
    assert page.status_code == 422
    (field,) = re.findall(r'<input id="q-scale-p99_ms-in"[^>]+>', page.text)
    assert 'value="soon"' in field
    assert "autofocus" in field
    described = re.search(r'aria-describedby="([^"]+)"', field)
    assert described is not None
    assert all(f'id="{id_}"' in page.text for id_ in described[1].split())
    assert "&#34;soon&#34; is not accepted" in page.text
    assert "<b>mine" not in page.text
    assert re.search(r'value="research" checked', page.text)


def test_an_example_and_an_answer_fill_the_form(pages: Client) -> None:
    example = pages.get("/", params={"example": "phone_app"}).text
    assert 'value="Plant finder"' in example
    like = asked(pages, name="once more").rpartition("/")[2]
    assert 'value="once more"' in pages.get("/", params={"like": like}).text
    assert pages.get("/", params={"example": "none"}).status_code == 404


def test_other_weights_are_decided_and_kept_only_when_asked(pages: Client) -> None:
    where = asked(pages, **EXAMPLES["tpu_research"])
    before = pages.get("/v1/recommendations").json()["total"]
    sent = {"weight/ease_of_use": ["90"], "weight/research_ecosystem": ["20"]}
    part = pages.post(f"{where}/weights", data=sent, headers={"HX-Request": "true"})
    whole = pages.post(f"{where}/weights", data=sent)
    (pick,) = re.findall(r'data-pick="([^"]+)"', part.text)
    assert (pick, part.text.count("hx-swap-oob"), "<html" in part.text) == ("pytorch", 19, False)
    assert "Not JAX any more" in part.text
    assert re.search("<h1>[^<]*PyTorch", whole.text)
    assert pages.get("/v1/recommendations").json()["total"] == before
    kept = pages.post(f"{where}/keep", data=sent).headers["location"]
    swings = pages.get(f"/v1{kept}").json()["profile"]["preferences"]["swings"]
    assert max(swings, key=swings.__getitem__) == "ease_of_use"
    refused = pages.post(f"{where}/weights", data={"weight/security": ["much"]})
    assert (refused.status_code, "/weight/security" in refused.text) == (422, True)


def test_an_answer_is_decided_again_recorded_and_forgotten(pages: Client) -> None:
    where = asked(pages, name="to be forgotten")
    assert "the same" in pages.post(f"{where}/replay").text
    record = pages.get(f"{where}/record.md")
    assert record.headers["content-type"].startswith("text/markdown")
    assert record.text.startswith("# ")
    printed = pages.get(f"{where}/record")
    assert "<table>" in printed.text
    assert printed.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    again = pages.post(f"{where}/again").headers["location"]
    assert again != where
    assert "to be forgotten" in pages.get("/recommendations").text
    assert pages.post(f"{where}/forget").headers["location"] == "/recommendations"
    gone = pages.get(where)
    assert (gone.status_code, "Not Found" in gone.text) == (404, True)


def test_an_address_that_leads_nowhere_is_a_page_for_a_browser_alone(pages: Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    gone = pages.get("/nowhere", headers=browser)
    assert gone.status_code == 404
    assert gone.headers["content-type"].startswith("text/html")
    assert (
        gone.headers["content-security-policy"] == pages.get("/").headers["content-security-policy"]
    )
    assert "There is nothing under this path." in gone.text
    for path, headers in (("/nowhere", {}), ("/v1/nowhere", browser), ("/v1", browser)):
        problem = pages.get(path, headers=headers)
        assert problem.headers["content-type"] == "application/problem+json", path
        assert problem.status_code == 404


def test_a_project_of_the_recommended_stack_is_one_click_away(pages: Client) -> None:
    where = asked(pages, **EXAMPLES["cpu_vision_service"])
    assert f'href="{where}/project.zip"' in pages.get(where).text
    given = pages.get(f"{where}/project.zip")
    assert given.headers["content-type"] == "application/zip"
    with ZipFile(BytesIO(given.content)) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    assert {"requirements.txt", "train.py", "data.py", "test_project.py"} <= names


def test_nothing_feasible_is_said_on_a_page_too(pages: Client) -> None:
    where = asked(pages, must_use=["jax"], evidence={"as_of": "2018-07-01"})
    answer = pages.get(f"/v1{where}").json()
    page = pages.get(where)
    assert answer["verdict"]["status"] == "infeasible"
    assert page.status_code == 200
    assert pages.get(f"{where}/project.zip").status_code == 409
    assert "None of them meets every requirement" in page.text
    assert "Nothing was known of JAX on 2018-07-01." in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_on_another_page_does_nothing(pages: Client, headers: dict[str, str]) -> None:
    before = pages.get("/v1/recommendations").json()["total"]
    sent = pages.post("/recommendations", data={"/stage": ["research"]}, headers=headers)
    assert (sent.status_code, "another page" in sent.text) == (403, True)
    assert pages.get("/v1/recommendations").json()["total"] == before


def test_a_browser_that_says_only_the_origin_is_believed(pages: Client) -> None:
    bare = {name: value for name, value in pages.headers.items() if name != "sec-fetch-site"}
    request = pages.build_request(
        "POST",
        "/recommendations",
        data={"/stage": "research"},
        headers={"Origin": "http://127.0.0.1"},
    )
    del request.headers["sec-fetch-site"]
    assert "sec-fetch-site" not in bare
    assert pages.send(request).status_code == 303


@pytest.mark.parametrize(
    "path", ["/", "/recommendations", "/host", "/knowledge/tables", "/sign-in"]
)
def test_pages_load_nothing_but_what_lies_here(pages: Client, path: str) -> None:
    page = pages.get(path)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe" not in policy
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(loaded) >= 2
    assert not re.search(r"<script(?![^>]*src=)|<style| style=|\son[a-z]+=|https?://", page.text)
    for asset in loaded:
        assert pages.get(asset).status_code == 200


def test_what_pages_load_can_be_kept_for_good(pages: Client) -> None:
    for name, (_, media_type) in ASSETS.items():
        asset = pages.get(address(name))
        assert asset.headers["content-type"].split(";")[0] == media_type
        assert "immutable" in asset.headers["cache-control"]
        again = pages.get(address(name), headers={"If-None-Match": asset.headers["etag"]})
        assert again.status_code == 304
    assert pages.get("/static/0123456789abcdef/page.css").status_code == 404
    assert pages.get(address("page.css").replace("page.css", "nothing.css")).status_code == 404
