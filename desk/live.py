"""GET /api/desk/live: the websocket that keeps an open desk up to date and shows that its agent is there.

Frames to the desk: ``message``, ``conversation``, ``beside`` (something beside a talk is new; of any, when events were lost), ``ticket``, ``pong``, ``error``. Frames from the desk:
``{"type": "ping"}``. Close codes: 4401, the session has ended; 1013, frames were lost, so connect again and
read the state; 1001, the service restarts.
"""

from __future__ import annotations

import asyncio
import json
import logging

from aiohttp import WSCloseCode, WSMsgType, web
from sqlalchemy.exc import SQLAlchemyError

from conversations.service import Conversations
from core.database import Database
from core.errors import WenbanError
from desk import acts, presence
from desk.guard import SESSION, Guard
from desk.hub import Hub, Mailbox
from desk.roles import ANSWERING
from desk.sessions import SOCKETS
from desk.users import User
from desk.watch import Watch

log = logging.getLogger(__name__)

MAX_FRAME = 65_536
"""Most bytes of one frame from a desk."""
SESSION_OVER = 4401
"""Close code: the session has ended."""


class Live:
    """The live connections of the open desks."""

    def __init__(
        self,
        database: Database,
        watch: Watch,
        guard: Guard,
        hub: Hub,
        conversations: Conversations,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._watch = watch
        self._guard = guard
        self._hub = hub

    def routes(self) -> list[web.RouteDef]:
        """The route of this handler."""
        return [web.get("/api/desk/live", self._guard.only(ANSWERING, self.connect, acts.WATCH))]

    async def connect(self, request: web.Request, user: User) -> web.WebSocketResponse:
        """Serve one connection until one side ends it."""
        socket = web.WebSocketResponse(heartbeat=25, max_msg_size=MAX_FRAME)
        with self._hub.join() as mailbox, self._watch.over(request[SESSION].id) as over:
            await presence.seen(self._database, user.id)
            await self._conversations.agent_came()
            await socket.prepare(request)
            request.app[SOCKETS].add(socket)
            helpers = [
                asyncio.create_task(_write(socket, mailbox)),
                asyncio.create_task(self._beat(user)),
                asyncio.create_task(_close_when(over, socket)),
            ]
            try:
                await _listen(socket)
            finally:
                for helper in helpers:
                    helper.cancel()
                await asyncio.gather(*helpers, return_exceptions=True)
        return socket

    async def _beat(self, user: User) -> None:
        """Record signs of life."""
        while True:
            await asyncio.sleep(presence.BEAT_S)
            try:
                await presence.seen(self._database, user.id)
            except SQLAlchemyError:
                log.exception("a sign of life can't be recorded; trying again")


async def _close_when(over: asyncio.Event, socket: web.WebSocketResponse) -> None:
    await over.wait()
    await socket.close(code=SESSION_OVER, message="请重新登录".encode())


async def _write(socket: web.WebSocketResponse, mailbox: Mailbox) -> None:
    while (frame := await mailbox.get()) is not None:
        await socket.send_str(json.dumps(frame, ensure_ascii=False))
    await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"frames were lost")


async def _listen(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            frame = json.loads(message.data)
        except (ValueError, RecursionError):
            frame = None
        if isinstance(frame, dict) and frame.get("type") == "ping":
            await socket.send_str('{"type": "pong"}')
        else:
            error = WenbanError("不认识这种消息", code="unknown_frame")
            await socket.send_str(json.dumps({"type": "error", **error.to_json()}, ensure_ascii=False))
