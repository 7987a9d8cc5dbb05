"""Both clients against a real service, and against one that fails as it is told."""

from __future__ import annotations

import asyncio
import inspect
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

import measuring
from framework_advisor import Profile
from framework_advisor.api.schemas import ProbeRunEvent
from framework_advisor.client import AdvisorClient, AsyncAdvisorClient, Retries
from framework_advisor.errors import (
    AdvisorError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    ServiceFailed,
    Unauthorized,
    Unavailable,
)
from framework_advisor.settings import Settings
from framework_advisor.store import Store
from framework_advisor.store.runs import Runs
from processes import Server, environment

#: What is done with a client; each is done with both.
Act = Callable[[Any], Any]


def blocking(url: str, act: Act, waits: list[float], **options: Any) -> Any:
    with AdvisorClient(url, sleep=waits.append, **options) as client:
        return act(client)


def awaiting(url: str, act: Act, waits: list[float], **options: Any) -> Any:
    async def wait(seconds: float) -> None:
        waits.append(seconds)

    async def run() -> Any:
        async with AsyncAdvisorClient(url, sleep=wait, **options) as client:
            return await act(client)

    return asyncio.run(run())


both = pytest.mark.parametrize("using", [blocking, awaiting])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    data_dir = tmp_path_factory.mktemp("data")
    with Server(data_dir) as server:
        yield server.url, data_dir


def elsewhere(data_dir: Path, act: Callable[[Runs], Any]) -> None:
    async def run() -> None:
        async with Store(Settings(data_dir=data_dir)) as store:
            await store.hosts.add(measuring.HOST)
            await act(store.runs)

    asyncio.run(run())


@both
def test_an_answer_is_asked_for_kept_and_forgotten(
    service: tuple[str, Path], using: Callable[..., Any]
) -> None:
    def call(act: Act) -> Any:
        return using(service[0], act, [])

    given = call(lambda c: c.recommend(Profile(stage="research", name="ours")))
    assert (given.profile.name, given.profile.stage) == ("ours", "research")
    assert call(lambda c: c.recommendation(given.id)) == given
    assert call(lambda c: c.recommendations(limit=1)).items[0].id == given.id
    assert given.verdict.framework in call(lambda c: c.record(given.id))
    assert call(lambda c: c.replay(given.id)).before == given.verdict
    assert call(lambda c: c.forget(given.id)) is None
    with pytest.raises(NotFound, match=given.id):
        call(lambda c: c.recommendation(given.id))


@both
def test_a_what_if_is_not_kept(service: tuple[str, Path], using: Callable[..., Any]) -> None:
    def call(act: Act) -> Any:
        return using(service[0], act, [])

    before = call(lambda c: c.recommendations()).total
    assert call(lambda c: c.recommend({"stage": "research"}, keep=False)).verdict.framework
    assert call(lambda c: c.recommendations()).total == before


@both
def test_a_wrong_profile_is_pointed_at_as_in_process(
    service: tuple[str, Path], using: Callable[..., Any]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        using(service[0], lambda c: c.recommend({"stage": "proud", "seed": -1}), [])
    assert [error.pointer for error in caught.value.errors] == ["/stage", "/seed"]


@both
def test_the_rest_of_the_service_answers(
    service: tuple[str, Path], using: Callable[..., Any]
) -> None:
    url, _ = service
    assert using(url, lambda c: c.knowledge(), []).version
    assert using(url, lambda c: c.probes(), []).total > 0
    host = using(url, lambda c: c.current_host(), []).host
    started = using(url, lambda c: c.start_run({"probes": ["matmul"], "frameworks": ["jax"]}), [])
    assert started.host == host.id
    assert started.id in {run.id for run in using(url, lambda c: c.runs(), []).items}
    assert using(url, lambda c: c.cancel_run(started.id), []).status == "cancelled"
    assert using(url, lambda c: c.resume_run(started.id), []).finished_at is None
    with pytest.raises(Conflict, match="goes on"):
        using(url, lambda c: c.resume_run(started.id), [])
    assert using(url, lambda c: c.cancel_run(started.id), []).status == "cancelled"
    assert using(url, lambda c: c.results(started.id), []).run == started.id
    with pytest.raises(Conflict):
        using(url, lambda c: c.cancel_run(started.id), [])


@both
def test_a_run_is_imported_exported_and_compared(
    service: tuple[str, Path], using: Callable[..., Any]
) -> None:
    def call(act: Act) -> Any:
        return using(service[0], act, [])

    for run, factor in (("run_a", 1.0), ("run_b", 3.0)):
        assert call(lambda c: c.import_run(measuring.export(run, factor=factor))).id == run  # noqa: B023
    assert call(lambda c: c.export_run("run_a")) == measuring.export("run_a").encode()
    found = call(lambda c: c.compare_runs("run_a", "run_b"))
    assert {each.verdict for each in found.compared} == {"faster"}
    with pytest.raises(InvalidInput, match="cut off"):
        call(lambda c: c.import_run(measuring.export()[:-20]))


@both
def test_waiting_for_a_run_hears_each_event_once_and_returns_at_its_end(
    service: tuple[str, Path], using: Callable[..., Any]
) -> None:
    url, data_dir = service
    run, heard = f"run_{using.__name__}", []

    elsewhere(data_dir, lambda runs: runs.create(measuring.request(run), measuring.HOST.id))
    elsewhere(data_dir, lambda runs: runs.start(run))

    def note(event: ProbeRunEvent) -> None:
        heard.append(event)
        if len(heard) == 2:  # it ends while somebody waits
            ending = threading.Thread(
                target=elsewhere, args=(data_dir, lambda runs: runs.end(run, "partial", "enough"))
            )
            ending.start()

    ended = using(url, lambda c: c.wait_for_run(run, note, timeout_s=60), [])
    assert (ended.status, ended.message) == ("partial", "enough")
    assert [event.id for event in heard] == [1, 2, 3]
    assert using(url, lambda c: c.wait_for_run(run), []) == ended


@both
def test_waiting_for_a_run_ends_in_time(
    service: tuple[str, Path], using: Callable[..., Any]
) -> None:
    url, data_dir = service
    run = f"run_late_{using.__name__}"
    elsewhere(data_dir, lambda runs: runs.create(measuring.request(run), measuring.HOST.id))
    with pytest.raises(TimeoutError, match=run):
        using(url, lambda c: c.wait_for_run(run, timeout_s=0), [])


@both
def test_waiting_for_a_run_that_is_not_there_says_so(
    service: tuple[str, Path], using: Callable[..., Any]
) -> None:
    with pytest.raises(NotFound):
        using(service[0], lambda c: c.wait_for_run("run_nobody_knows"), [])


class Scripted(BaseHTTPRequestHandler):
    """Answers with what the test laid out, one after the other; None hangs up."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes] | None]] = []
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, dict(self.headers)))
        found = self.answers.pop(0)
        if found is None:
            self.close_connection = True
            return
        status, headers, body = found
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names that the base looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def scripted() -> Iterator[tuple[str, type[Scripted]]]:
    Scripted.answers.clear()
    Scripted.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", Scripted
        finally:
            server.shutdown()
            thread.join()


def problem(status: int, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"status": status, "detail": f"told {status}", "errors": []}).encode()
    return status, {"Content-Type": "application/problem+json"} | headers, body


FORGOTTEN = (204, {}, b"")


@both
@pytest.mark.parametrize("status", [429, 503])
def test_what_should_come_later_is_tried_again_with_longer_waits(
    scripted: tuple[str, type[Scripted]], using: Callable[..., Any], status: int
) -> None:
    url, service = scripted
    service.answers += [problem(status), problem(status), problem(status), FORGOTTEN]
    waits: list[float] = []
    using(url, lambda c: c.forget("rec_1"), waits, retries=Retries(first_s=1.0))
    assert [low <= wait <= 2 * low for low, wait in zip((0.5, 1, 2), waits, strict=True)] == [
        True,
        True,
        True,
    ]


@both
def test_the_service_says_how_long_to_wait(
    scripted: tuple[str, type[Scripted]], using: Callable[..., Any]
) -> None:
    url, service = scripted
    service.answers += [
        problem(429, **{"Retry-After": "7"}),
        problem(503, **{"Retry-After": "999"}),
    ]
    service.answers += [FORGOTTEN]
    waits: list[float] = []
    using(url, lambda c: c.forget("rec_1"), waits, retries=Retries(most_s=20.0))
    assert waits == [7.0, 20.0]


@both
def test_after_so_many_attempts_it_gives_up(
    scripted: tuple[str, type[Scripted]], using: Callable[..., Any]
) -> None:
    url, service = scripted
    service.answers += [problem(503)] * 3
    with pytest.raises(Unavailable, match="told 503"):
        using(url, lambda c: c.forget("rec_1"), [], retries=Retries(attempts=3))
    assert len(service.asked) == 3


@both
def test_what_may_have_arrived_is_tried_again_only_where_that_does_no_harm(
    scripted: tuple[str, type[Scripted]], using: Callable[..., Any]
) -> None:
    url, service = scripted
    service.answers += [None, (200, {}, b"a record")]
    assert using(url, lambda c: c.record("rec_1"), []) == "a record"
    service.answers += [None]
    with pytest.raises(Unavailable):
        using(url, lambda c: c.replay("rec_1"), [])
    assert [method for method, _ in service.asked] == ["GET", "GET", "POST"]


@both
@pytest.mark.parametrize(
    "act",
    [
        lambda client: client.start_run({"probes": ["matmul"]}),
        lambda client: client.recommend({"stage": "research"}),
    ],
)
def test_what_is_done_once_is_tried_again_under_the_same_key(
    scripted: tuple[str, type[Scripted]], using: Callable[..., Any], act: Act
) -> None:
    url, service = scripted
    for _ in range(2):
        service.answers += [None, problem(503), problem(404)]
        with pytest.raises(NotFound):
            using(url, act, [])
    keys = [headers["Idempotency-Key"] for _, headers in service.asked]
    assert keys == [keys[0]] * 3 + [keys[3]] * 3
    assert keys[0] != keys[3]


@both
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, ServiceFailed),
        (500, ServiceFailed),
    ],
)
def test_a_problem_becomes_the_error_that_it_was(
    scripted: tuple[str, type[Scripted]],
    using: Callable[..., Any],
    status: int,
    kind: type[AdvisorError],
) -> None:
    url, service = scripted
    service.answers += [problem(status, **{"X-Request-ID": "mine"})]
    with pytest.raises(kind, match=f"told {status}") as caught:
        using(url, lambda c: c.forget("rec_1"), [], key="a-key")
    assert len(service.asked) == 1
    assert service.asked[0][1]["Authorization"] == "Bearer a-key"
    assert getattr(caught.value, "request_id", "mine") == "mine"


@both
def test_what_is_no_problem_document_is_an_error_too(
    scripted: tuple[str, type[Scripted]], using: Callable[..., Any]
) -> None:
    url, service = scripted
    service.answers += [(502, {"Content-Type": "text/html"}, b"<h1>a proxy</h1>")]
    with pytest.raises(ServiceFailed, match="502"):
        using(url, lambda c: c.forget("rec_1"), [])


def event(number: int, status: str = "running") -> bytes:
    document = {
        "id": number,
        "event": "status",
        "run": "run_1",
        "at": "2026-11-23T12:00:00Z",
        "status": status,
        "message": "",
        "progress": {"done": 0, "planned": None},
        "result": None,
    }
    return f"id: {number}\r\nevent: status\r\ndata: {json.dumps(document)}\r\n\r\n".encode()


@both
def test_a_stream_that_breaks_off_goes_on_after_the_last_whole_event(
    scripted: tuple[str, type[Scripted]], using: Callable[..., Any], service: tuple[str, Path]
) -> None:
    url, script = scripted
    stream = {"Content-Type": "text/event-stream"}
    kept = using(service[0], lambda c: c.start_run({"probes": ["matmul"]}), [])
    run = using(service[0], lambda c: c.cancel_run(kept.id), [])
    going_on = run.model_copy(update={"finished_at": None, "status": "running"})
    script.answers += [
        (200, stream, b"retry: 2000\r\n\r\n" + event(1) + event(2) + event(3)[:40]),
        (200, {}, going_on.model_dump_json().encode()),
        None,
        (200, {}, going_on.model_dump_json().encode()),
        (200, stream, b": nothing new\r\n\r\n" + event(3, "cancelled")),
        (200, {}, run.model_dump_json().encode()),
    ]
    heard: list[int] = []
    ended = using(url, lambda c: c.wait_for_run("run_1", lambda e: heard.append(e.id)), [])
    assert (ended, heard) == (run, [1, 2, 3])
    asked = [headers["Last-Event-ID"] for _, headers in script.asked if "Last-Event-ID" in headers]
    assert asked == ["0", "2", "2"]


@both
def test_where_nobody_listens_it_says_so(using: Callable[..., Any]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as free:
        url = f"http://127.0.0.1:{free.server_port}"
    waits: list[float] = []
    with pytest.raises(Unavailable, match="cannot be reached"):
        using(url, lambda c: c.recommend({"stage": "research"}), waits)
    assert len(waits) == Retries().attempts - 1


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> dict[str, str]:
        return {
            name: str(inspect.signature(member))
            for name, member in vars(kind).items()
            if callable(member) and not name.startswith("_")
        }

    assert methods(AdvisorClient) == methods(AsyncAdvisorClient)


def test_the_client_needs_no_web_framework_and_no_database(tmp_path: Path) -> None:
    code = "import sys, framework_advisor.client; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stdout.split())
    assert "httpx" in modules
    assert not modules & {"litestar", "sqlalchemy", "uvicorn", "torch", "jax", "tensorflow"}
