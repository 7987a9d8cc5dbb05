"""How many requests a caller may make in a minute, over all processes on one store."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest
from litestar.testing import TestClient

from framework_advisor.api import limits
from framework_advisor.api.limits import SHARE, WINDOW_S, RateLimiter, address_of
from framework_advisor.app import create_app
from framework_advisor.settings import DEFAULT_RATE, Settings
from framework_advisor.store import Store
from processes import environment

LIMIT = 40
PATH = "/v1/probes"
KEYS = ("a-first-key-of-the-tests", "a-second-key-of-the-tests")


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@contextmanager
def serving(data_dir: Path, **variables: str) -> Iterator[str]:
    """``serve`` as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "framework_advisor.cli", "serve", "--port", "0"],
        env=environment(data_dir) | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split(" on ")[1].split()[0]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_two_servers_on_one_store_together_keep_to_the_limit(tmp_path: Path) -> None:
    variables = {"FRAMEWORK_ADVISOR_RATE_LIMIT": str(LIMIT)}
    with serving(tmp_path, **variables) as one, serving(tmp_path, **variables) as other:

        def ask(url: str) -> int:
            return httpx.get(url + PATH).status_code

        begun = time.time() // WINDOW_S
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, [one, other] * 2 * LIMIT))
        minutes = int(time.time() // WINDOW_S - begun) + 1
        # A process may hold a share of the allowance that it is not asked for any more.
        assert LIMIT - LIMIT // SHARE <= answers.count(200) <= LIMIT * minutes
        assert set(answers) == {200, 429}
        refused = next(
            each for each in (httpx.get(one + PATH) for _ in answers) if each.status_code == 429
        )
        problem = refused.json()
        assert (problem["status"], problem["title"]) == (429, "Too Many Requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit-limit"] == str(LIMIT)
        assert refused.headers["ratelimit-remaining"] == "0"
        for free in ("/health/live", "/health/ready", "/metrics", "/schema"):
            assert httpx.get(one + free).status_code == 200


def test_each_key_has_an_allowance_of_its_own_and_guesses_count_too(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, api_keys=",".join(KEYS), rate_limit=3)
    with (
        mock.patch.object(limits, "WINDOW_S", 10**10),  # a minute that does not end meanwhile
        TestClient(create_app(settings), "http://127.0.0.1") as client,
    ):
        first = [client.get(PATH, headers=bearing(KEYS[0])) for _ in range(4)]
        assert [each.status_code for each in first] == [200, 200, 200, 429]
        assert [each.headers["ratelimit-remaining"] for each in first] == ["2", "1", "0", "0"]
        assert client.get(PATH, headers=bearing(KEYS[1])).status_code == 200
        guesses = [client.get(PATH, headers=bearing(f"a-guess-number-{n:04}")) for n in range(4)]
        assert [each.status_code for each in guesses] == [401, 401, 401, 429]
        # Somebody who guesses takes nothing from a key that is known.
        assert client.get(PATH, headers=bearing(KEYS[1])).status_code == 200


def taking(where: Settings, limit: int, act: Any) -> Any:
    async def run() -> Any:
        async with Store(where) as store:
            return await act(store, RateLimiter(store.limits, limit))

    return asyncio.run(run())


def test_a_process_asks_the_store_seldom(where: Settings) -> None:
    async def act(store: Store, limiter: RateLimiter) -> int:
        with mock.patch.object(store.limits, "take", wraps=store.limits.take) as take:
            left = [await limiter.take("somebody", 1) for _ in range(1_000)]
            assert left == sorted(left, reverse=True)
            assert left.count(-1) == 400
            return int(take.call_count)

    assert taking(where, 600, act) < 60


def test_a_new_minute_is_a_new_allowance_and_old_ones_are_forgotten(where: Settings) -> None:
    async def act(store: Store, limiter: RateLimiter) -> list[int]:
        left = [await limiter.take("somebody", minute) for minute in (1, 1, 1, 2, 9)]
        assert await store.limits.take("somebody", 1, 0) == 0
        return left

    assert taking(where, 2, act) == [1, 0, -1, 1, 1]


def test_while_the_store_is_away_each_process_counts_for_itself(where: Settings) -> None:
    async def act(store: Store, limiter: RateLimiter) -> list[int]:
        with mock.patch.object(store.limits, "take", side_effect=OSError):
            return [await limiter.take("somebody", 1) for _ in range(6)]

    assert taking(where, 5, act) == [4, 3, 2, 1, 0, -1]


def test_two_processes_take_nothing_twice(where: Settings) -> None:
    async def act(store: Store, limiter: RateLimiter) -> int:
        async with Store(where) as other:
            limiters = [limiter, RateLimiter(other.limits, 100)] * 200
            left = await asyncio.gather(*(each.take("somebody", 1) for each in limiters))
        return sum(each >= 0 for each in left)

    assert taking(where, 100, act) == 100


def test_requests_at_once_are_counted_one_by_one(where: Settings) -> None:
    async def act(store: Store, limiter: RateLimiter) -> list[int]:
        return await asyncio.gather(*(limiter.take("somebody", 1) for _ in range(50)))

    assert sum(left >= 0 for left in taking(where, 20, act)) == 20


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_addresses_that_one_caller_has_are_one(client: str, address: str) -> None:
    connection = mock.Mock()
    connection.client.host = client
    assert address_of(connection) == address


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 0),
        ({"host": "192.0.2.1"}, DEFAULT_RATE),
        ({"host": "192.0.2.1", "rate_limit": 0}, 0),
        ({"rate_limit": 5}, 5),
    ],
)
def test_where_others_come_there_is_a_limit_unless_told(
    tmp_path: Path, given: dict[str, Any], expected: int
) -> None:
    assert Settings(data_dir=tmp_path, **given).requests_per_minute == expected
