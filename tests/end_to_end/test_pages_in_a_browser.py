"""People's way through the pages, in a real browser that reaches nothing but the service."""

from __future__ import annotations

import json
import re
from math import floor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsers import Look
from framework_advisor.profile import Profile
from framework_advisor.web.views.weights import weights_sent, with_weights
from processes import Server

ROOT = Path(__file__).parents[2]
AXE = (Path(__file__).parent / "vendored" / "axe" / "axe.min.js").read_text()
TPU = json.loads((ROOT / "examples" / "tpu_research.json").read_text())
(KEPT,) = (ROOT / "docs" / "measured").glob("*.json")
(EXPORTS,) = (ROOT / "docs" / "measured" / "deployment").glob("*.json")


def answered(server: Server, profile: dict[str, Any]) -> dict[str, Any]:
    """An answer that the service keeps."""
    answer: dict[str, Any] = server.client.post("/v1/recommendations", json=profile).json()
    return answer


@pytest.fixture(scope="module")
def paths(served: Server) -> list[str]:
    """Of every kind of page one, with something on it."""
    taken, exports = (
        served.client.post(
            "/v1/probe-runs/import",
            content=kept.read_bytes(),
            headers={"Content-Type": "application/json"},
        )
        for kept in (KEPT, EXPORTS)
    )
    assert exports.status_code in (200, 201)
    run, answer = taken.json()["id"], answered(served, TPU)["id"]
    return [
        "/?example=phone_app",
        "/recommendations",
        f"/recommendations/{answer}",
        "/host",
        f"/probe-runs/{run}",
        f"/probe-runs/{run}/compare?other={run}",
        "/knowledge?framework=jax&criterion=deployment",
        "/knowledge/tables",
        "/knowledge/sources",
        "/deployment",
        "/sign-in",
    ]


def test_from_the_form_to_an_answer_with_its_charts(served: Server, look: Look) -> None:
    page, seen = look(served.url)
    page.goto("/")
    page.get_by_text("Production", exact=True).click()
    page.get_by_label("What kind of model?").select_option("cnn")
    page.get_by_role("radiogroup", name="Android").get_by_label("Must").check()
    page.get_by_text("The team", exact=True).click()
    page.get_by_role("group", name="Need public pretrained models?").get_by_label("Yes").check()
    page.get_by_role("button", name="Recommend a framework").click()
    expect(page).to_have_url(f"{served.url}/recommendations/{page.url.rpartition('/')[2]}")
    answer = served.client.get(f"/v1/recommendations/{page.url.rpartition('/')[2]}").json()
    assert answer["profile"] == {
        "stage": "production",
        "workload": {"family": "cnn"},
        "targets": ["android"],
        "team": {"pretrained": True},
    }
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        {"pytorch": "PyTorch", "keras": "Keras", "tensorflow": "TensorFlow", "jax": "JAX"}[
            answer["verdict"]["framework"]
        ]
    )
    expect(page.locator("figure.chart svg[role=img]")).to_have_count(2)
    # Evidence is one click away, though its list is folded.
    page.locator("#stack a[href^='#e-']").first.click()
    expect(page.locator("#evidence li:target")).to_be_visible()
    assert seen.nothing_wrong, seen


def test_wrong_input_is_shown_at_its_field_and_kept(served: Server, look: Look) -> None:
    page, seen = look(served.url)
    page.goto("/?example=phone_app")
    page.get_by_text("Limits", exact=True).click()
    field = page.get_by_label("Largest package, MB")
    field.fill("thirty")
    page.get_by_role("button", name="Recommend a framework").click()
    expect(field).to_be_focused()
    expect(field).to_have_value("thirty")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Runtime and model together, on the target. "
        '"thirty" is not accepted; expected a valid number.')  # fmt: skip
    expect(page.get_by_role("alert")).to_contain_text("One answer needs another look")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Plant finder")
    assert [text for text in seen.complaints if "422" not in text] == []


def test_a_slider_across_a_mark_changes_the_pick_as_the_api_says(
    served: Server, look: Look
) -> None:
    answer = answered(served, TPU)
    page, seen = look(served.url)
    page.goto(f"/recommendations/{answer['id']}")
    flip = next(f for f in answer["flips"] if f["kind"] == "weight" and f["to"] > f["from"])
    slider, tried = page.locator(f"#w-{flip['criterion']}"), page.locator("#tried [data-pick]")
    presses = floor(100 * (flip["to"] ** 0.5 - flip["from"] ** 0.5))
    slider.focus()

    def press(times: int) -> None:
        with page.expect_response(lambda response: response.url.endswith("/weights")):
            for _ in range(times):
                page.keyboard.press("ArrowRight")

    def told() -> str:
        """The pick of the API for the positions that the sliders have."""
        positions = {
            each.get_attribute("name") or "": [each.input_value()]
            for each in page.locator(".sliders input").all()
        }
        profile = with_weights(Profile.model_validate(TPU), weights_sent(positions))
        body = profile.model_dump_json(exclude_unset=True)
        asked = served.client.post(
            "/v1/recommendations?store=false",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        return str(asked.json()["verdict"]["framework"])

    press(presses)
    expect(tried).to_have_attribute("data-pick", answer["verdict"]["framework"])
    assert told() == answer["verdict"]["framework"]
    press(1)
    expect(tried).to_have_attribute("data-pick", flip["new_pick"])
    assert told() == flip["new_pick"]
    shares = [float(text.rstrip("%")) for text in page.locator(".sliders output").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=1)
    page.get_by_role("button", name="Keep as a new answer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("PyTorch")
    assert seen.nothing_wrong, seen


def test_the_keyboard_is_enough(served: Server, look: Look) -> None:
    page, _ = look(served.url)
    page.goto("/")

    def tab_to(selector: str) -> int:
        for presses in range(1, 120):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return presses
        return -1

    assert tab_to("a.skip") == 1
    assert tab_to("input[name='/stage'][value=education]") > 0
    page.keyboard.press("Space")
    assert tab_to("#group-team > summary") > 0
    page.keyboard.press("Enter")
    assert tab_to("input[name='/team/beginners']") > 0
    page.keyboard.press("ArrowRight")
    assert tab_to("button.primary") > 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/recommendations/rec_*")
    answer = served.client.get(f"/v1/recommendations/{page.url.rpartition('/')[2]}").json()
    assert answer["profile"] == {"stage": "education", "team": {"beginners": True}}


def test_without_scripts_the_way_is_the_same(served: Server, look: Look) -> None:
    page, seen = look(served.url, java_script_enabled=False)
    page.goto("/")
    page.get_by_text("Research", exact=True).click()
    page.get_by_role("button", name="Recommend a framework").click()
    expect(page.get_by_role("heading", name="How they compare")).to_be_visible()
    # The numbers of the charts are there to be read.
    expect(page.locator("figure.chart table").first).to_be_visible()
    page.get_by_role("button", name="Decide with these").click()
    expect(page.get_by_text("With your weights; not kept")).to_be_visible()
    assert seen.nothing_wrong, seen


def test_the_form_is_light_and_waits_for_no_script(served: Server, look: Look) -> None:
    page, seen = look(served.url)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    blocking = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(e => e.renderBlockingStatus === 'blocking').map(e => e.name.split('/').pop())"
    )
    assert sum(seen.bodies.values()) < 300_000, seen.bodies
    assert blocking == ["page.css"]
    assert page.evaluate("document.querySelectorAll('script:not([defer])').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_phone_or_hard_to_use(
    served: Server, look: Look, paths: list[str], scheme: str
) -> None:
    page, seen = look(served.url, width=360, color_scheme=scheme)
    wide, hard = [], []
    for path in paths:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)
        hard += [(path, *each) for each in violations(page)]
    assert wide == []
    assert hard == []
    assert seen.nothing_wrong, seen


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe calls serious or worse: the rule, and the first place."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        (each["id"], each["nodes"][0]["html"][:200])
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def test_a_person_signs_in_with_a_key_and_works_as_without(
    tmp_path: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "a-key-of-sixteen-or-more"
    monkeypatch.setenv("FRAMEWORK_ADVISOR_API_KEYS", key)
    with Server(tmp_path) as server:
        page, seen = look(server.url)
        page.goto("/?example=tpu_research")
        expect(page).to_have_url(re.compile("/sign-in"))
        page.get_by_label("API key").fill(key)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{server.url}/?example=tpu_research")
        page.get_by_role("button", name="Recommend a framework").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("JAX")
        page.locator("#w-ease_of_use").focus()
        for _ in range(20):
            page.keyboard.press("ArrowRight")
        expect(page.locator("#tried")).to_contain_text("With your weights")
        (cookie,) = page.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        assert key not in cookie["value"]
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(re.compile("/sign-in"))
        assert page.context.cookies() == []
        assert seen.nothing_wrong, seen


def last_event_ids(page: Page) -> list[str]:
    """Grows by what the browser says that it had last, each time it comes back to a stream."""
    found: list[str] = []

    def sent(event: dict[str, Any]) -> None:
        found.extend(v for name, v in event["headers"].items() if name.lower() == "last-event-id")

    session = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSentExtraInfo", sent)
    session.send("Network.enable")
    return found


def test_a_run_is_watched_through_a_break_of_the_service_to_its_end(
    tmp_path: Path, look: Look
) -> None:
    with Server(tmp_path) as first:
        page, seen = look(first.url)
        last_events = last_event_ids(page)
        page.goto("/host")
        page.get_by_label("JAX").check()
        page.get_by_text("Certain probes, another budget").click()
        page.get_by_label("Seconds at most").fill("60")
        page.locator("input[name=probes][value=matmul]").check()
        page.get_by_role("button", name="Start measuring").click()
        # From the stream: the page came before anything was planned.
        expect(page.locator("#done")).to_contain_text("of", timeout=30_000)
        first.process.kill()
        first.process.wait()
        expect(page.locator("#left")).to_contain_text("waiting for the service", timeout=30_000)
    with page.expect_navigation(timeout=30_000):
        second = Server(tmp_path, port=int(first.url.rpartition(":")[2]))
    with second:
        expect(page.locator("#status")).to_have_text("interrupted")
        page.get_by_role("button", name="Go on with it").click()
        expect(page.locator("#status")).not_to_have_text(
            re.compile("interrupted|queued|running"), timeout=90_000
        )
        run = second.client.get(f"/v1{page.url.removeprefix(second.url)}").json()
        # On a busy machine contenders may be contended or unstable.
        assert run["counts"].keys() <= {"ok", "contended", "unstable"}, run
        assert run["progress"]["done"] == run["progress"]["planned"]
        expect(page.get_by_role("heading", name="What was measured")).to_be_visible()
        expect(page.get_by_role("rowheader", name="JAX, compiled")).not_to_have_count(0)
        assert last_events
        assert min(map(int, last_events)) > 0
        assert seen.elsewhere == []
