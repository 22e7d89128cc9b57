"""Counts how often something happened recently, in this process or (with Redis) in all processes.

Redis keeps a count for as long as it is needed. While Redis is away, each process counts for itself, as without
Redis. Then a limit holds for each process separately, and no caller has to wait for Redis.
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
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core.errors import ConfigurationError

log = logging.getLogger(__name__)

MOST = 20_000
"""Most keys of one kind that a process remembers.

The keys unused for the longest time are forgotten first.
"""
ANSWER_S = 0.5
"""Seconds to wait for an answer of Redis. It is short because a caller waits meanwhile."""
AWAY_S = 5.0
"""Seconds for which Redis is not asked again after it failed to answer."""
_T = TypeVar("_T")
_FAILURES = (RedisError, OSError, TimeoutError)


class Rates(Protocol):
    """Counts, within one process (:class:`LocalRates`) or for all processes (:class:`RedisRates`)."""

    async def take(self, kind: str, key: str, per_minute: int) -> float:
        """Ask whether ``key`` may do something of this kind now, and count it if so.

        A refusal does not count.

        Args:
            kind: what is limited.
            key: who is limited.
            per_minute: allowed number per minute.

        Returns:
            0 when it is allowed; otherwise the seconds until it is allowed.
        """
        ...

    async def place(self, kind: str, key: str, member: str, within_s: float) -> int:
        """The place of ``member`` among the recent members of ``key``, from 1.

        A repeated member keeps its place.

        Args:
            kind: what is counted.
            key: the group of members.
            member: the member that is new, or is repeated.
            within_s: seconds for which a member counts as recent.
        """
        ...


@dataclass
class _Bucket:
    tokens: float
    at: float


class LocalRates:
    """Counts in the memory of this process.

    Each key has a bucket that holds as many tokens as are allowed per minute, and is refilled continuously.

    Args:
        clock: returns a number of seconds that only rises. Tests pass their own.
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
        # A bucket that was not used for 60 seconds is full again, so it can be forgotten.
        while len(buckets) > MOST or moment - next(iter(buckets.values())).at >= 60:
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
    """Counts for all processes with the same Redis and prefix. Leaving the context closes the connections.

    Args:
        url: ``redis://host:6379``, ``rediss://…`` or ``unix://…``.
        prefix: prefix of all keys, because several installations may share a server.

    Raises:
        ConfigurationError: the URL is not a Redis URL.
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
        # The storage uses the connection pool given here. The address only names the kind of server.
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
        """See :class:`Rates`. Here the limit holds for every period of 60 seconds."""

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
                # That Redis is away is said once a process: by the events, which always listen.
                away = isinstance(error, RedisConnectionError | RedisTimeoutError | OSError)
                level = logging.DEBUG if away else logging.WARNING
                log.log(level, "Redis does not count; this process counts for itself: %s", error)
        return await alone()
