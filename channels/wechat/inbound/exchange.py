"""One delivery of the platform: its connection, its time limits, and the form of its answer."""

from __future__ import annotations

import asyncio

from aiohttp import web

from channels.wechat.api.crypto import Opened
from channels.wechat.message import Inbound
from channels.wechat.outbound.reply import json_reply, text_reply
from channels.wechat.text import showable


class Exchange:
    """One delivery.

    Args:
        request: the platform's request.
        hold_s: seconds from now after which :meth:`hold` ends at the latest.
        patience_s: seconds from now for which a reply is waited for.
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
        """Seconds for which this delivery may still wait: at least 0.01, so that a reply that is ready is found."""
        return max(self._patient_until - asyncio.get_running_loop().time(), 0.01)

    async def hold(self) -> None:
        """Wait without an answer until the platform drops the connection, or until ``hold_s`` is over."""
        loop = asyncio.get_running_loop()
        # aiohttp can only cancel a handler when the connection is lost, which would be too early here. So look often.
        while not self.gone and loop.time() < self._hold_until:  # noqa: ASYNC110
            await asyncio.sleep(min(0.05, max(self._hold_until - loop.time(), 0.001)))

    def nothing(self) -> web.Response:
        """The answer ``success``: the message is received, and there is nothing to say. It is never encrypted."""
        return web.Response(text="success", content_type="text/plain")

    def say(self, text: str) -> web.Response:
        """A passive reply in the format and encryption of the message. For an empty text it is ``success``."""
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
