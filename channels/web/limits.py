"""Rate limits of the web channel, by visitor and by network address. People don't reach them; programs do."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from aiohttp import web

from core.errors import RateLimited
from core.networks import customer_of
from core.rates import LocalRates, Rates

VISITOR_PER_MINUTE = 20
"""Messages and photos that one visitor may send at once; the same number again becomes free each minute."""
ADDRESS_PER_MINUTE = 120
"""The same for the messages, photos, sessions and sockets of one address. A whole office may share an address."""
FRAMES_PER_MINUTE = 120
"""Frames of all kinds, the sign that one types included, that one visitor may send over all sockets."""
LOOKS_PER_MINUTE = 240
"""Requests for missed messages and photos that one visitor may send. A page without socket looks every 3 seconds."""
SOCKETS = 5
"""Sockets that one visitor may have open. More tabs than these ask for their messages by request."""


UPLOADS = 3
"""Photos that one visitor may be sending at once. The widget sends one after the other."""
ADDRESS_UPLOADS = 12
"""The same for one address: their bytes are in memory until they are drawn."""


class Limits:
    """The two limits of the web channel: by visitor and by address.

    Args:
        rates: counts. When it is shared by all processes, the limits are, too.
        key: secret key of the installation. Addresses are hashed with it, so that nobody else can compute the hash.
    """

    def __init__(self, rates: Rates, key: str) -> None:
        self._rates = rates
        self._frames = LocalRates()
        self._sockets: Counter[str] = Counter()
        self._uploads: Counter[str] = Counter()
        self._key = hashlib.sha256(f"web sources {key}".encode()).digest()

    async def message(self, visitor_id: str, request: web.Request) -> None:
        """Count one message or photo, sent by this request or over the socket that it opened.

        Raises:
            RateLimited: the visitor, or the address, has sent too many. ``retry_after_s`` is set.
        """
        await self._take("web-visitor", visitor_id, VISITOR_PER_MINUTE)
        await self.call(request)

    async def frame(self, visitor_id: str) -> None:
        """Count one frame of a socket, before anything of it is read.

        It is counted in this process only, because a frame costs less than asking Redis.

        Raises:
            RateLimited: the visitor has sent too many. ``retry_after_s`` is set.
        """
        await self._take("web-frame", visitor_id, FRAMES_PER_MINUTE, self._frames)

    async def look(self, visitor_id: str) -> None:
        """Count one request that only reads.

        Raises:
            RateLimited: the visitor has sent too many. ``retry_after_s`` is set.
        """
        await self._take("web-look", visitor_id, LOOKS_PER_MINUTE, self._frames)

    @contextmanager
    def socket(self, visitor_id: str) -> Iterator[None]:
        """Hold the place of one socket during the block.

        Raises:
            RateLimited: the visitor has :data:`SOCKETS` open in this process.
        """
        if self._sockets[visitor_id] >= SOCKETS:
            raise RateLimited("您打开的对话窗口太多了，请关掉几个", code="too_many_sockets", retry_after_s=30)
        with _one_more(self._sockets, visitor_id):
            yield

    @contextmanager
    def upload(self, visitor_id: str, request: web.Request) -> Iterator[None]:
        """Hold the place of one photo while it comes in and is drawn.

        Raises:
            RateLimited: the visitor is sending :data:`UPLOADS` to this process, or the address :data:`ADDRESS_UPLOADS`.
        """
        visitor, address = f"visitor {visitor_id}", f"address {self.source(request)}"
        if self._uploads[visitor] >= UPLOADS or self._uploads[address] >= ADDRESS_UPLOADS:
            raise RateLimited("前面的照片还在处理，请稍等一会儿再发", code="too_many_photos", retry_after_s=10)
        with _one_more(self._uploads, visitor), _one_more(self._uploads, address):
            yield

    def source(self, request: web.Request) -> str:
        """A keyed hash of the address from which a request came: 24 hexadecimal digits.

        The same address always gives the same hash; of IPv6 the first 64 bits count, because one customer has all
        addresses behind them. Empty when the address is not known.
        """
        if not request.remote:
            return ""
        return hashlib.blake2b(customer_of(request.remote).encode(), key=self._key, digest_size=12).hexdigest()

    async def call(self, request: web.Request) -> None:
        """Count one session or socket that is opened from this address.

        Raises:
            RateLimited: there were too many from this address. ``retry_after_s`` is set.
        """
        await self._take("web-address", self.source(request) or "unknown", ADDRESS_PER_MINUTE)

    async def _take(self, kind: str, key: str, per_minute: int, rates: Rates | None = None) -> None:
        wait_s = await (rates or self._rates).take(kind, key, per_minute)
        if wait_s:
            raise RateLimited("您发得太快了，请稍等一会儿再发。有人有危险请直接拨打 110、119、120", retry_after_s=ceil(wait_s))


@contextmanager
def _one_more(counter: Counter[str], name: str) -> Iterator[None]:
    counter[name] += 1
    try:
        yield
    finally:
        counter[name] -= 1
        if not counter[name]:
            del counter[name]
