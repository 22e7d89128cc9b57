"""Events between processes, by Redis publish/subscribe.

Redis does not store events, so a process that is not connected misses them. When a process loses its connection,
it tells its own subscribers to read the database, again and again, and once more when it is connected. A process
that could not publish tells all processes to read the database as soon as it can. Subscribers in the publishing
process get events directly. The loops here are not jobs, because each process has its own connection.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.errors import ConfigurationError
from core.events import LIMIT, Event, LocalEvents, Subscription
from core.ids import new_id
from core.tasks import end

log = logging.getLogger(__name__)

AWAY_S = 2.0
"""Seconds between two hints to read the database while Redis is away."""
RETRY_S = 0.5
"""Seconds between two tries to connect to Redis."""
QUIET_S = 5.0
"""Seconds of silence after which the connection is tested with a ping.

After the same time without an answer the connection counts as dead.
"""
START_S = 3.0
"""Seconds for which a starting process waits for Redis before it goes on without it."""
_BACKLOG = 10_000
"""Most events that may wait to be sent. When more come, all processes are told to read the database."""
_BATCH = 200
"""Most events that are sent in one call."""
_FAILURES = (RedisError, OSError, TimeoutError)


def channel_of(installation_key: str) -> str:
    """The Redis channel of one installation.

    Installations that share a server must not get each other's events.

    Args:
        installation_key: a secret that all processes of the installation share. The name of the channel does
            not reveal it.
    """
    return f"wenban:{hashlib.sha256(installation_key.encode()).hexdigest()[:16]}"


def client(url: str) -> Redis:
    """A Redis client that fails after :data:`QUIET_S` seconds without an answer.

    Raises:
        ConfigurationError: the URL is not a Redis URL.
    """
    try:
        return Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=QUIET_S,
            socket_timeout=QUIET_S,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise ConfigurationError(f"WENBAN_REDIS_URL: {error}") from error


class RedisEvents:
    """Events of all processes with the same Redis and channel. Enter its context before use.

    Args:
        url: ``redis://host:6379``, ``rediss://…`` or ``unix://…``.
        channel: the result of :func:`channel_of`.
        strict: see :class:`core.events.LocalEvents`.
    """

    def __init__(self, url: str, channel: str, *, strict: bool = True) -> None:
        self._redis = client(url)
        self._channel = channel
        self._local = LocalEvents(strict=strict)
        self._id = new_id()
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(_BACKLOG)
        self._lost = False
        self._up = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> bool:
        """Whether this process receives the events of other processes now."""
        return self._up.is_set()

    def publish(self, topic: str, kind: str, **data: Any) -> None:
        """See :class:`core.events.Events`.

        Subscribers in this process get the event at once, others when Redis brings it.

        Raises:
            TypeError: see :meth:`core.events.LocalEvents.publish`.
        """
        text = self._local.checked(topic, kind, data)
        if text is None:
            self._local.lag(topic)
            self._queue(topic, "lagged", "{}")
            return
        self._local.hand_out(Event(topic, kind, data))
        self._queue(topic, kind, text)

    def subscribe(self, *topics: str, limit: int = LIMIT) -> AbstractContextManager[Subscription]:
        """See :class:`core.events.Events`."""
        return self._local.subscribe(*topics, limit=limit)

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(loop()) for loop in (self._listen, self._send, self._hint)]
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                await self._up.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await end(*self._tasks)
        await self._redis.aclose()

    def _queue(self, topic: str, kind: str, data: str) -> None:
        head = json.dumps({"from": self._id, "topic": topic, "kind": kind}, ensure_ascii=False)
        try:
            self._outgoing.put_nowait(f'{head[:-1]}, "data": {data}}}')
        except asyncio.QueueFull:
            self._lost = True

    async def _send(self) -> None:
        while True:
            batch = [await self._outgoing.get()]
            while len(batch) < _BATCH and not self._outgoing.empty():
                batch.append(self._outgoing.get_nowait())
            await self._publish(batch)
            while self._lost:
                # Some events were not sent: tell all processes to read the database.
                self._lost = False
                await self._publish(
                    [json.dumps({"from": self._id, "topic": "", "kind": "lagged", "data": {}})]
                )
                if self._lost:
                    await asyncio.sleep(RETRY_S)

    async def _publish(self, batch: list[str]) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for text in batch:
                    pipe.publish(self._channel, text)
                await pipe.execute()
        except _FAILURES:
            self._lost = True

    async def _listen(self) -> None:
        told = False
        while True:
            try:
                await self._hear()
            except _FAILURES as error:
                if self._up.is_set() or not told:
                    log.warning("Redis is away; what others do is seen late: %s", error)
                    told = True
            except Exception:
                log.exception("listening to Redis failed; trying again")
            self._up.clear()
            await asyncio.sleep(RETRY_S)

    async def _hear(self) -> None:
        """Hand out the events that Redis brings.

        Raises:
            TimeoutError, RedisError: the connection is dead.
        """
        asked = False
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(self._channel)
            while True:
                message = await pubsub.get_message(timeout=QUIET_S)
                if message is None:
                    if asked:
                        raise TimeoutError("no answer to a ping")
                    asked = True
                    await pubsub.ping()
                    continue
                asked = False
                if message["type"] == "subscribe":
                    log.info("hearing other processes by Redis")
                    self._up.set()
                    self._local.lag()  # Events missed while not connected are in the database.
                elif message["type"] == "message":
                    self._take(message["data"])

    def _take(self, text: str) -> None:
        try:
            told = json.loads(text)
            sender, event = told["from"], Event(told["topic"], told["kind"], told["data"])
        except (ValueError, KeyError, TypeError):
            log.warning("something that is no event of ours came by Redis")
            return
        if sender == self._id:
            return
        if event.kind == "lagged":
            self._local.lag(event.topic or None)
        else:
            self._local.hand_out(event)

    async def _hint(self) -> None:
        while True:
            await asyncio.sleep(AWAY_S)
            if not self._up.is_set():
                self._local.lag()
