"""Events: what happened, for whoever shows it live, in this process and in others.

Events are hints to look, never the only record: everything they tell is in the database first. Who misses some
(too slow a reader, a message broker that was away) gets one of kind ``lagged``, and looks into the database.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

log = logging.getLogger(__name__)

LIMIT = 1000
"""Events a reader may be behind before it loses some."""


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Args:
        topic: what it is about: ``conversation:<id>``, ``turn:<id>``, ``desk``, ``tickets``, ``account:<id>``.
        kind: what happened: ``message``, ``mode``, ``turn_done``, ``lagged`` …
        data: facts of the kinds JSON knows: text, numbers, booleans, None, lists, and dicts with text as keys.
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
        """The next event. After a loss one is ``lagged``: fetch the state anew."""
        if self.lagged and self._queue.empty():
            self.lagged = False
            return Event("", "lagged")
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self.get()


class Events(Protocol):
    """Publish and subscribe; one process's (:class:`LocalEvents`) or several's (:mod:`core.redis_events`)."""

    def publish(self, topic: str, kind: str, **data: Any) -> None:
        """Tell every present subscriber of ``topic``; never waits, and fails only on data that is not JSON."""
        ...

    def subscribe(self, *topics: str, limit: int = LIMIT) -> AbstractContextManager[Subscription]:
        """Events of ``topics`` from now on, until the block is left."""
        ...


class LocalEvents:
    """Events within this process.

    Args:
        strict: refuse data that JSON would change or can't write. Not so in production, where the mistake is logged
            and the subscribers are told to look into the database instead.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._topics: dict[str, set[Subscription]] = {}
        self._strict = strict

    def publish(self, topic: str, kind: str, **data: Any) -> None:
        """See :class:`Events`.

        Raises:
            TypeError: strict, and the data would not come out of JSON as they went in.
        """
        if self.checked(topic, kind, data) is None:
            self.lag(topic)
        else:
            self.hand_out(Event(topic, kind, data))

    def checked(self, topic: str, kind: str, data: dict[str, Any]) -> str | None:
        """The data as JSON; None when they can't be written, which is logged.

        Raises:
            TypeError: see :meth:`publish`.
        """
        try:
            text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            if self._strict:
                raise TypeError(f"event {kind} of {topic} is not JSON: {error}") from error
            log.exception("an event is not JSON and was not told", extra={"topic": topic, "kind": kind})
            return None
        if self._strict and json.loads(text) != data:
            raise TypeError(f"event {kind} of {topic} would be changed by JSON: {data}")
        return text

    def hand_out(self, event: Event) -> None:
        """Give an event to every present subscriber of its topic."""
        for subscription in tuple(self._topics.get(event.topic, ())):
            subscription.put(event)

    def lag(self, topic: str | None = None) -> None:
        """Tell the subscribers of a topic, or all of them, that they may have missed something."""
        event = Event(topic or "", "lagged")
        found = self._topics.values() if topic is None else [self._topics.get(topic, set())]
        for subscription in {one for group in found for one in group}:
            subscription.put(event)

    @contextmanager
    def subscribe(self, *topics: str, limit: int = LIMIT) -> Iterator[Subscription]:
        """See :class:`Events`."""
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
