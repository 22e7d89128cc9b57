"""One delivery of the platform: its connection, the time it has, and the shape of its answer."""

from __future__ import annotations

import asyncio

from aiohttp import web

from channels.wechat.api.crypto import Opened
from channels.wechat.message import Inbound
from channels.wechat.outbound.reply import json_reply, text_reply
from channels.wechat.text import showable


class Exchange:
    """One request and the time it has.

    Args:
        hold_s: seconds from now that :meth:`hold` lasts at most.
        patience_s: seconds from now that a reply is waited for.
    """

    def __init__(self, request: web.Request, hold_s: float, patience_s: float) -> None:
        self.request = request
        self.inbound: Inbound | None = None
        self.opened: Opened | None = None
        self._began = asyncio.get_running_loop().time()
        self._hold_until = self._began + hold_s
        self._patient_until = self._began + patience_s

    @property
    def gone(self) -> bool:
        """Whether the platform has dropped the connection."""
        transport = self.request.transport
        return transport is None or transport.is_closing()

    def patience_left(self) -> float:
        """Seconds this delivery may still wait; at least 0.01, so that a reply that is ready is found."""
        return max(self._patient_until - asyncio.get_running_loop().time(), 0.01)

    async def hold(self) -> None:
        """Answer nothing until the platform drops the connection, at most ``hold_s`` seconds."""
        loop = asyncio.get_running_loop()
        # aiohttp tells a handler of a lost connection only by cancelling it, which would be too early for us.
        while not self.gone and loop.time() < self._hold_until:  # noqa: ASYNC110
            await asyncio.sleep(min(0.05, max(self._hold_until - loop.time(), 0.001)))

    def nothing(self) -> web.Response:
        """The answer ``success``: received, nothing to say. It is not encrypted, in safe mode either."""
        return web.Response(text="success", content_type="text/plain")

    def say(self, text: str) -> web.Response:
        """A passive reply with ``text``, in the message's format and encryption; without text ``success``."""
        assert self.inbound is not None
        if not text:
            return self.nothing()
        make = json_reply if self.inbound.json else text_reply
        body = make(self.inbound.user, self.inbound.account, text)
        if self.opened is not None:
            nonce = showable(self.request.query.get("nonce", ""))
            body = self.opened.seal(body, nonce, as_json=self.inbound.json)
        kind = "application/json" if self.inbound.json else "application/xml"
        return web.Response(text=body, content_type=kind)
