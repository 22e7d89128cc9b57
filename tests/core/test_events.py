"""Events reach present subscribers in order; a slow one is told it missed some."""

from __future__ import annotations

from core.events import Events


async def test_only_the_topic_asked_for_arrives_in_order() -> None:
    events = Events()
    with events.subscribe("a") as subscription:
        events.publish("b", "other")
        events.publish("a", "first", n=1)
        events.publish("a", "second")
        assert [(await subscription.get()).kind, (await subscription.get()).kind] == ["first", "second"]


async def test_a_slow_reader_learns_that_it_lagged() -> None:
    events = Events()
    with events.subscribe("a", limit=2) as subscription:
        for number in range(5):
            events.publish("a", "n", number=number)
        kinds = [(await subscription.get()).kind for _ in range(3)]
    assert kinds == ["n", "n", "lagged"]


async def test_leaving_ends_the_subscription() -> None:
    events = Events()
    with events.subscribe("a") as subscription:
        pass
    events.publish("a", "late")
    assert subscription._queue.empty()
