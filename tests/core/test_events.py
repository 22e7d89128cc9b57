"""Events reach present subscribers in order, within a process and by Redis; who may have missed some is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core import redis_events
from core.errors import ConfigurationError
from core.events import Event, LocalEvents, Subscription
from core.redis_events import RedisEvents, channel_of
from tests.redis_server import RedisServer, redis
from tests.waiting import until

NOT_JSON = [datetime(2026, 11, 28, tzinfo=UTC), {1, 2}, float("nan"), object(), b"x"]
CHANGED_BY_JSON = [(1, 2), {1: "x"}]


async def take(subscription: Subscription) -> Event:
    return await asyncio.wait_for(subscription.get(), 10)


async def test_only_the_topic_asked_for_arrives_in_order() -> None:
    events = LocalEvents()
    with events.subscribe("a") as subscription:
        events.publish("b", "other")
        events.publish("a", "first", n=1)
        events.publish("a", "second")
        assert [(await take(subscription)).kind, (await take(subscription)).kind] == ["first", "second"]


async def test_a_slow_reader_learns_that_it_lagged() -> None:
    events = LocalEvents()
    with events.subscribe("a", limit=2) as subscription:
        for number in range(5):
            events.publish("a", "n", number=number)
        kinds = [(await take(subscription)).kind for _ in range(3)]
    assert kinds == ["n", "n", "lagged"]


async def test_leaving_ends_the_subscription() -> None:
    events = LocalEvents()
    with events.subscribe("a") as subscription:
        pass
    events.publish("a", "late")
    assert subscription._queue.empty()


@pytest.mark.parametrize("value", [*NOT_JSON, *CHANGED_BY_JSON])
async def test_what_is_not_json_is_refused_where_it_is_published(value: Any) -> None:
    with pytest.raises(TypeError, match="event told of a"):
        LocalEvents().publish("a", "told", value=value)


@pytest.mark.parametrize("value", NOT_JSON)
async def test_in_production_it_becomes_a_hint_to_look(value: Any, caplog: pytest.LogCaptureFixture) -> None:
    events = LocalEvents(strict=False)
    with events.subscribe("a") as subscription, events.subscribe("b") as other:
        events.publish("a", "told", value=value)
        assert await take(subscription) == Event("a", "lagged")
        assert other._queue.empty()
    assert "not JSON" in caplog.text


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_events, "AWAY_S", 0.1)
    monkeypatch.setattr(redis_events, "RETRY_S", 0.05)


async def settle(subscription: Subscription) -> None:
    """Past the hint that everybody gets who has just begun to hear."""
    while not subscription._queue.empty():
        await take(subscription)


async def test_by_redis_others_hear_it_once_and_so_does_who_told_it(server: RedisServer) -> None:
    data = {"text": "路灯坏了", "n": 1.5, "none": None, "list": [True, {"x": "\u2028"}]}
    async with RedisEvents(server.url, "c") as one, RedisEvents(server.url, "c") as other:
        with one.subscribe("a") as here, other.subscribe("a") as there, other.subscribe("b") as elsewhere:
            for n in range(50):
                one.publish("a", "told", **data, number=n)
            other.publish("a", "answer")
            got = [await take(there) for _ in range(51)]
            own = [await take(here) for _ in range(51)]
            assert elsewhere._queue.empty() and there._queue.empty() and here._queue.empty()
    assert [e for e in got if e.kind == "told"] == [
        Event("a", "told", {**data, "number": n}) for n in range(50)
    ]
    assert sorted(e.kind for e in own) == ["answer"] + ["told"] * 50


async def test_installations_that_share_a_server_do_not_hear_one_another(server: RedisServer) -> None:
    async with (
        RedisEvents(server.url, channel_of("key one")) as one,
        RedisEvents(server.url, channel_of("key two")) as two,
        RedisEvents(server.url, channel_of("key one")) as other,
    ):
        with two.subscribe("a") as foreign, other.subscribe("a") as own:
            one.publish("a", "told")
            assert (await take(own)).kind == "told"
            two.publish("a", "last")
            assert (await take(foreign)).kind == "last"


async def test_while_redis_is_away_all_look_for_themselves_and_then_hear_again(server: RedisServer) -> None:
    async with RedisEvents(server.url, "c") as one, RedisEvents(server.url, "c") as other:
        with one.subscribe("a") as here, other.subscribe("a") as there:
            server.stop()
            await until(lambda: not one.connected and not other.connected)
            one.publish("a", "lost")
            assert (await take(here)).kind in ("lost", "lagged")
            assert {(await take(there)).kind for _ in range(3)} == {"lagged"}  # again and again
            server.start()
            await until(lambda: one.connected and other.connected)
            await settle(there)
            one.publish("a", "back")
            async with asyncio.timeout(10):
                while (await there.get()).kind != "back":
                    pass


async def test_who_could_not_tell_has_everybody_look(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line to Redis breaks for one process alone: the other, which hears well, would never know."""
    async with RedisEvents(server.url, "c") as one, RedisEvents(server.url, "c") as other:
        broken = True
        pipeline = one._redis.pipeline

        def shaky(**options: Any) -> Any:
            if broken:
                raise ConnectionError("the line is cut")
            return pipeline(**options)

        monkeypatch.setattr(one._redis, "pipeline", shaky)
        with other.subscribe("a") as there:
            one.publish("a", "lost")
            await until(lambda: one._outgoing.empty())
            assert there._queue.empty()
            broken = False
            assert (await take(there)).kind == "lagged"


async def test_without_redis_from_the_start_it_goes_on_and_joins_later(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redis_events, "START_S", 0.2)
    server.stop()
    async with RedisEvents(server.url, "c") as one:
        with one.subscribe("a") as here:
            one.publish("a", "told")
            async with asyncio.timeout(5):
                while (await here.get()).kind != "told":
                    pass
        assert not one.connected and caplog.text.count("Redis is away") == 1
        server.start()
        await until(lambda: one.connected)


async def test_a_line_that_is_silent_is_found_out(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen, not gone: no connection breaks by itself."""
    monkeypatch.setattr(redis_events, "QUIET_S", 0.2)
    async with RedisEvents(server.url, "c") as one:
        assert server._running is not None
        server._running.send_signal(19)  # SIGSTOP
        await until(lambda: not one.connected)
        server._running.send_signal(18)  # SIGCONT
        await until(lambda: one.connected)


async def test_what_is_no_event_does_no_harm(server: RedisServer) -> None:
    async with RedisEvents(server.url, "c") as one, RedisEvents(server.url, "c") as other:
        with other.subscribe("a") as there:
            for text in ("x", "[]", "{}", '{"from": 1}', "null"):
                await one._redis.publish("c", text)
            one.publish("a", "told")
            assert (await take(there)).kind == "told"


def test_a_url_that_is_none_is_said_plainly() -> None:
    with pytest.raises(ConfigurationError, match="WENBAN_REDIS_URL"):
        RedisEvents("http://x", "c")
