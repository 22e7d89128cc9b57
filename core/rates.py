"""How often something happened lately: within this process, or for all processes together by Redis.

Redis holds it for as long as the window lasts. While it is away each process counts for itself, as if there were none:
a limit then holds for each of them, and nobody waits for it.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TypeVar

from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.errors import ConfigurationError

log = logging.getLogger(__name__)

MOST = 20_000
"""Keys of a kind that one process remembers; those unused the longest are forgotten first."""
ANSWER_S = 0.5
"""Seconds Redis may take; somebody waits for it."""
AWAY_S = 5.0
"""Seconds for which Redis is not asked after it did not answer."""
_T = TypeVar("_T")
_FAILURES = (RedisError, OSError, TimeoutError)


class Rates(Protocol):
    """Counts; one process's (:class:`LocalRates`) or all processes' together (:class:`RedisRates`)."""

    async def take(self, kind: str, key: str, per_minute: int) -> float:
        """Have ``key`` do something of a kind that it may do so often a minute; one that may not costs it nothing.

        Returns:
            0 when it may; else the seconds after which it may.
        """
        ...

    async def place(self, kind: str, key: str, member: str, within_s: float) -> int:
        """Which of ``key``'s members within the window this one is, from 1; the same again keeps its place."""
        ...


@dataclass
class _Bucket:
    tokens: float
    at: float


class LocalRates:
    """Within this process, in memory: a bucket for each key, full with a minute's worth and refilled all the time.

    Args:
        clock: seconds, rising; tests bring their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, OrderedDict[str, _Bucket]] = {}
        self._members: dict[str, OrderedDict[str, dict[str, float]]] = {}

    async def take(self, kind: str, key: str, per_minute: int) -> float:
        """See :class:`Rates`."""
        moment, per_s = self._clock(), per_minute / 60
        buckets = self._buckets.setdefault(kind, OrderedDict())
        bucket = buckets.setdefault(key, _Bucket(per_minute, moment))
        buckets.move_to_end(key)
        bucket.tokens = min(per_minute, bucket.tokens + (moment - bucket.at) * per_s)
        bucket.at = moment
        while len(buckets) > MOST or moment - next(iter(buckets.values())).at >= 60:  # full again by now
            buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / per_s
        bucket.tokens -= 1
        return 0

    async def place(self, kind: str, key: str, member: str, within_s: float) -> int:
        """See :class:`Rates`."""
        moment = self._clock()
        keys = self._members.setdefault(kind, OrderedDict())
        lately = keys.setdefault(key, {})
        keys.move_to_end(key)
        while len(keys) > MOST:
            keys.popitem(last=False)
        for one in [one for one, at in lately.items() if moment - at > within_s]:
            del lately[one]
        lately.setdefault(member, moment)
        return list(lately).index(member) + 1


class RedisRates:
    """For all processes with the same Redis and prefix; leave it to close its connections.

    Args:
        url: ``redis://host:6379``, ``rediss://…`` or ``unix://…``.
        prefix: of every key; several installations may share a server.

    Raises:
        ConfigurationError: the URL is none of Redis.
    """

    def __init__(self, url: str, prefix: str) -> None:
        try:
            self._redis = Redis.from_url(
                url,
                socket_connect_timeout=ANSWER_S,
                socket_timeout=ANSWER_S,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError as error:
            raise ConfigurationError(f"WENBAN_REDIS_URL: {error}") from error
        self._prefix = prefix
        # It takes the connections given; the address only says what kind of server it is.
        storage = RedisStorage(
            "async+redis://", implementation="redispy", key_prefix=prefix,
            connection_pool=self._redis.connection_pool,  # type: ignore[arg-type]
        )  # fmt: skip
        self._windows = MovingWindowRateLimiter(storage)
        self._alone = LocalRates()
        self._away_until = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._redis.aclose()

    async def take(self, kind: str, key: str, per_minute: int) -> float:
        """See :class:`Rates`; here a minute's worth within any minute."""

        async def ask() -> float:
            item = RateLimitItemPerMinute(per_minute)
            if await self._windows.hit(item, kind, key):
                return 0
            return max((await self._windows.get_window_stats(item, kind, key)).reset_time - time.time(), 0.1)

        return await self._asked(ask, lambda: self._alone.take(kind, key, per_minute))

    async def place(self, kind: str, key: str, member: str, within_s: float) -> int:
        """See :class:`Rates`."""

        async def ask() -> int:
            name, moment = f"{self._prefix}:{kind}:{key}", time.time()
            async with self._redis.pipeline() as pipe:
                pipe.zremrangebyscore(name, "-inf", moment - within_s)
                pipe.zadd(name, {member: moment}, nx=True)
                pipe.zrank(name, member)
                pipe.expire(name, int(within_s) + 1)
                answers = await pipe.execute()
            return int(answers[2]) + 1

        return await self._asked(ask, lambda: self._alone.place(kind, key, member, within_s))

    async def _asked(self, ask: Callable[[], Awaitable[_T]], alone: Callable[[], Awaitable[_T]]) -> _T:
        if time.monotonic() >= self._away_until:
            try:
                return await ask()
            except _FAILURES as error:
                self._away_until = time.monotonic() + AWAY_S
                log.warning("Redis is away; this process counts for itself: %s", error)
        return await alone()
