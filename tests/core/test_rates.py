"""How often something may happen: within a process, and for several of them by a real Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from core import rates
from core.errors import ConfigurationError
from core.rates import LocalRates, RedisRates
from tests.redis_server import RedisServer
from tests.redis_server import redis as redis_server


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


async def test_a_bucket_refills_with_time() -> None:
    clock = Clock()
    local = LocalRates(clock)
    for _ in range(6):
        assert await local.take("web", "a", 6) == 0
    assert await local.take("web", "a", 6) == 10
    clock.now += 9.9
    assert await local.take("web", "a", 6) == pytest.approx(0.1)
    clock.now += 0.2
    assert await local.take("web", "a", 6) == 0
    assert await local.take("web", "b", 6) == await local.take("other", "a", 6) == 0


async def test_being_refused_costs_nothing_and_a_rest_gives_no_more_than_a_full_bucket() -> None:
    clock = Clock()
    local = LocalRates(clock)
    for _ in range(3):
        assert await local.take("web", "a", 3) == 0
    for _ in range(50):
        assert await local.take("web", "a", 3) > 0
    clock.now += 3_600
    granted = [await local.take("web", "a", 3) == 0 for _ in range(4)]
    assert granted == [True, True, True, False]


async def test_a_flood_of_strangers_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST", 100)
    clock = Clock()
    local = LocalRates(clock)
    for n in range(1_000):
        await local.take("web", str(n), 3)
        await local.place("urgent", str(n), "c", 600)
    assert len(local._buckets["web"]) <= 100 and len(local._members["urgent"]) <= 100
    clock.now += 61
    await local.take("web", "later", 3)
    assert list(local._buckets["web"]) == ["later"]


async def test_processes_with_one_redis_count_together_and_other_installations_apart(
    redis: RedisServer,
) -> None:
    async with (
        RedisRates(redis.url, "one") as a,
        RedisRates(redis.url, "one") as b,
        RedisRates(redis.url, "other") as c,
    ):
        waits = [await (a, b)[n % 2].take("web", "visitor", 5) for n in range(7)]
        assert waits[:5] == [0] * 5 and all(50 < wait <= 60 for wait in waits[5:])
        assert await c.take("web", "visitor", 5) == 0 == await a.take("web", "another", 5)
        places = [await (a, b)[n % 2].place("urgent", "source", f"c{n}", 600) for n in range(6)]
        assert places == [1, 2, 3, 4, 5, 6]
        assert await a.place("urgent", "source", "c3", 600) == 4, "the same again is not one more"
        assert await c.place("urgent", "source", "c3", 600) == 1


async def test_while_redis_is_away_each_process_counts_for_itself_and_nobody_waits(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with RedisRates(redis.url, "one") as a, RedisRates(redis.url, "one") as b:
        assert await a.take("web", "visitor", 2) == 0
        redis.stop()
        began = time.monotonic()
        for one in (a, b):
            assert [await one.take("web", "visitor", 2) == 0 for _ in range(3)] == [True, True, False]
            assert await one.place("urgent", "source", "c", 600) == 1
        assert time.monotonic() - began < 2
        assert caplog.text == "", "the events say it, once a process"
        redis.start()
        monkeypatch.setattr(a, "_away_until", 0.0)
        monkeypatch.setattr(b, "_away_until", 0.0)
        assert [await one.take("web", "visitor", 2) == 0 for one in (a, b, a)] == [True, True, False]


async def test_a_redis_that_refuses_to_count_is_named(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with RedisRates(redis.url, "one") as rates:
        await rates._redis.set("one:urgent:source", "of another kind")
        assert await rates.place("urgent", "source", "c", 600) == 1
    assert caplog.text.count("WRONGTYPE") == 1


def test_what_is_no_redis_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="WENBAN_REDIS_URL"):
        RedisRates("http://localhost", "one")
