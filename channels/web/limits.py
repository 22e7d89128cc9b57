"""Rate limits of the web channel, by visitor and by network address. People don't reach them; programs do."""

from __future__ import annotations

import hashlib
from math import ceil

from aiohttp import web

from core.errors import RateLimited
from core.rates import Rates

VISITOR_PER_MINUTE = 20
"""Messages and photos that one visitor may send at once; the same number again becomes free each minute."""
ADDRESS_PER_MINUTE = 120
"""The same for the messages, photos, sessions and sockets of one address. A whole office may share an address."""


class Limits:
    """The two limits of the web channel: by visitor and by address.

    Args:
        rates: counts. When it is shared by all processes, the limits are, too.
        key: secret key of the installation. Addresses are hashed with it, so that nobody else can compute the hash.
    """

    def __init__(self, rates: Rates, key: str) -> None:
        self._rates = rates
        self._key = hashlib.sha256(f"web sources {key}".encode()).digest()

    async def message(self, visitor_id: str, request: web.Request) -> None:
        """Count one message or photo, sent by this request or over the socket that it opened.

        Raises:
            RateLimited: the visitor, or the address, has sent too many. ``retry_after_s`` is set.
        """
        await self._take("web-visitor", visitor_id, VISITOR_PER_MINUTE)
        await self.call(request)

    def source(self, request: web.Request) -> str:
        """A keyed hash of the address from which a request came: 24 hexadecimal digits.

        The same address always gives the same hash. Empty when the address is not known.
        """
        if not request.remote:
            return ""
        return hashlib.blake2b(request.remote.encode(), key=self._key, digest_size=12).hexdigest()

    async def call(self, request: web.Request) -> None:
        """Count one session or socket that is opened from this address.

        Raises:
            RateLimited: there were too many from this address. ``retry_after_s`` is set.
        """
        await self._take("web-address", self.source(request) or "unknown", ADDRESS_PER_MINUTE)

    async def _take(self, kind: str, key: str, per_minute: int) -> None:
        wait_s = await self._rates.take(kind, key, per_minute)
        if wait_s:
            raise RateLimited("您发得太快了，请稍等一会儿再发。有人有危险请直接拨打 110、119、120", retry_after_s=ceil(wait_s))
