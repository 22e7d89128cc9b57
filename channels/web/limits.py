"""Rate limits of the web channel, by visitor and by address: enough for persons, too little for machines."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from aiohttp import web

from core.errors import RateLimited

VISITOR_PER_MINUTE = 20
"""Messages and photos one visitor may send at once, and as many a minute from then on."""
ADDRESS_PER_MINUTE = 120
"""Messages, photos, sessions and sockets of one address in a minute; an office shares an address."""
_MOST = 20_000
"""Keys remembered at most; the longest unused is forgotten first."""


@dataclass
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """A token bucket for each key: ``per_minute`` at once, and as many a minute from then on.

    Args:
        clock: seconds, rising; tests bring their own.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = per_minute
        self._per_s = per_minute / 60
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> None:
        """Use one of the key's tokens.

        Raises:
            RateLimited: none is left; ``retry_after_s`` says when there is one again.
        """
        moment = self._clock()
        # Taken out and put in again: the dictionary's order is that of last use.
        bucket = self._buckets.pop(key, None) or _Bucket(self._size, moment)
        bucket.tokens = min(self._size, bucket.tokens + (moment - bucket.at) * self._per_s)
        bucket.at = moment
        self._buckets[key] = bucket
        self._forget(moment)
        if bucket.tokens < 1:
            raise RateLimited("您发得太快了，请稍等一会儿再发", retry_after_s=ceil((1 - bucket.tokens) / self._per_s))
        bucket.tokens -= 1

    def _forget(self, moment: float) -> None:
        """Drop buckets that are full again by now, and the longest unused when there are too many."""
        while self._buckets:
            oldest = next(iter(self._buckets))
            if len(self._buckets) <= _MOST and moment - self._buckets[oldest].at < 60:
                break
            del self._buckets[oldest]


class Limits:
    """The two limits of the web channel: by visitor and by address."""

    def __init__(self) -> None:
        self._visitors = Buckets(VISITOR_PER_MINUTE)
        self._addresses = Buckets(ADDRESS_PER_MINUTE)
        self._salt = secrets.token_bytes(16)

    def message(self, visitor_id: str, request: web.Request) -> None:
        """Count one message or photo, sent by this request or over the socket it opened.

        Raises:
            RateLimited: the visitor, or the address, has sent too many; ``retry_after_s`` is set.
        """
        self._visitors.take(visitor_id)
        self.call(request)

    def source(self, request: web.Request) -> str:
        """A keyed hash of the address a request came from; the same address gives the same in this process.

        Empty when the address is not known.
        """
        if not request.remote:
            return ""
        return hashlib.blake2b(request.remote.encode(), key=self._salt, digest_size=12).hexdigest()

    def call(self, request: web.Request) -> None:
        """Count one session or socket that is opened from this address.

        Raises:
            RateLimited: too many from this address; ``retry_after_s`` is set.
        """
        self._addresses.take(request.remote or "unknown")
