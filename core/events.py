"""Events tell other parts of the system, in this process and in others, that something happened.

An event is only a hint to look, because everything in it is already in the database. A reader that missed events
(because it was too slow, or Redis was away) gets an event of kind ``lagged`` and then reads the database.
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
"""Most events that may wait for one reader. Further events are dropped."""


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Args:
        topic: what the event is about: ``conversation:<id>``, ``turn:<id>``, ``desk``, ``tickets``, or
            ``desk_sessions``.
        kind: what happened: ``message``, ``mode``, ``turn_done``, ``lagged`` …
        data: facts that JSON can hold: text, numbers, booleans, None, lists, and dicts with text as keys.
    """

    topic: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


class Subscription:
    """The events of some topics, in order. Iterate over it, or call :meth:`get`."""

    def __init__(self, limit: int) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(limit)
        self.lagged = False

    def put(self, event: Event) -> None:
        """Add an event.

        When ``limit`` events are already waiting, the event is dropped and the loss remembered.
        """
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.lagged = True

    async def get(self) -> Event:
        """The next event.

        After a loss, an event of kind ``lagged`` follows: the reader must read the database.
        """
        if self.lagged and self._queue.empty():
            self.lagged = False
            return Event("", "lagged")
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self.get()


class Events(Protocol):
    """Publish and subscribe, within one process (:class:`LocalEvents`) or many (:mod:`core.redis_events`)."""

    def publish(self, topic: str, kind: str, **data: Any) -> None:
        """Tell all current subscribers of ``topic``.

        It never waits, and fails only when the data is not JSON.
        """
        ...

    def subscribe(self, *topics: str, limit: int = LIMIT) -> AbstractContextManager[Subscription]:
        """Receive the events of ``topics`` from now until the end of the block."""
        ...


class LocalEvents:
    """Events within this process.

    Args:
        strict: whether to raise an error for data that JSON can't hold or would change. In production it is off:
            the mistake is logged, and the subscribers are told to read the database.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._topics: dict[str, set[Subscription]] = {}
        self._strict = strict

    def publish(self, topic: str, kind: str, **data: Any) -> None:
        """See :class:`Events`.

        Raises:
            TypeError: ``strict`` is on, and the data is not JSON or would be changed by JSON.
        """
        if self.checked(topic, kind, data) is None:
            self.lag(topic)
        else:
            self.hand_out(Event(topic, kind, data))

    def checked(self, topic: str, kind: str, data: dict[str, Any]) -> str | None:
        """The data as JSON text; None when JSON can't hold it, which is logged.

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
        """Give an event to all current subscribers of its topic."""
        for subscription in tuple(self._topics.get(event.topic, ())):
            subscription.put(event)

    def lag(self, topic: str | None = None) -> None:
        """Tell the subscribers of a topic that they may have missed events; with None, all subscribers."""
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
