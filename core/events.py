"""Events between the parts of one process: what happened, for whoever shows it live.

Events are hints to look, never the only record: everything they tell is in the database first. A subscriber
that is too slow loses events, and is told so, rather than holding the publisher up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Args:
        topic: what it is about: ``conversation:<id>``, ``turn:<id>``, ``desk``, ``tickets``.
        kind: what happened: ``message``, ``mode``, ``turn_done``, ``lagged`` …
        data: JSON-safe facts.
    """

    topic: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


class Subscription:
    """The events of some topics, in order; iterate it, or take one with :meth:`get`."""

    def __init__(self, limit: int) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(limit)
        self.lagged = False

    def put(self, event: Event) -> None:
        """Add an event; when the reader is ``limit`` events behind, drop it and remember that."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.lagged = True

    async def get(self) -> Event:
        """The next event. After a loss the first one is ``lagged``: fetch the state anew."""
        if self.lagged and self._queue.empty():
            self.lagged = False
            return Event("", "lagged")
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self.get()


class Events:
    """Publish and subscribe within this process."""

    def __init__(self) -> None:
        self._topics: dict[str, set[Subscription]] = {}

    def publish(self, topic: str, kind: str, **data: Any) -> None:
        """Tell every present subscriber of ``topic``; never blocks, never raises."""
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.put(Event(topic, kind, data))

    @contextmanager
    def subscribe(self, *topics: str, limit: int = 1000) -> Iterator[Subscription]:
        """Events of ``topics`` from now on, until the block is left."""
        subscription = Subscription(limit)
        for topic in topics:
            self._topics.setdefault(topic, set()).add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                remaining = self._topics[topic]
                remaining.discard(subscription)
                if not remaining:
                    del self._topics[topic]
