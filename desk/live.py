"""GET /api/desk/live: the websocket that keeps an open desk up to date and shows that its agent is there.

Frames to the desk: ``message``, ``conversation``, ``beside`` (something beside a talk is new; of any,
when events were lost), ``ticket``, ``pong``, ``error``, ``presence`` (the agent's state) and
``beat``, a question. Frames from the desk: ``{"type": "ping"}``, and the answer ``{"type": "beat", "idle_s": 12.5}``:
seconds since the person last did something at the page. The page answers when it is asked, because browsers slow down the
clocks of pages in the background. Close codes: 4401, the session has ended; 1013, frames were lost, so connect again and
read the state; 1001, the service restarts.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from aiohttp import WSCloseCode, WSMsgType, web

from conversations.service import Conversations
from core.errors import BadRequest, RateLimited, WenbanError
from desk import acts, presence
from desk.guard import SESSION, Guard
from desk.hub import Hub, Mailbox
from desk.presence import Presence
from desk.roles import ANSWERING
from desk.sessions import SOCKETS
from desk.users import User
from desk.watch import Watch

log = logging.getLogger(__name__)

MAX_FRAME = 65_536
"""Most bytes of one frame from a desk."""
SESSION_OVER = 4401
"""Close code: the session has ended."""
MOST_SOCKETS = 12
"""Most connections of one account to one process at the same time: so many windows of the desk nobody looks at."""
MOST_IDLE_S = 7 * 24 * 3600
"""More seconds than any page stays open without an action. Its session ends before."""


class Live:
    """The live connections of the open desks."""

    def __init__(
        self,
        presence: Presence,
        watch: Watch,
        guard: Guard,
        hub: Hub,
        conversations: Conversations,
    ) -> None:
        self._presence = presence
        self._conversations = conversations
        self._watch = watch
        self._guard = guard
        self._hub = hub
        self._open: Counter[str] = Counter()

    def routes(self) -> list[web.RouteDef]:
        """The route of this handler."""
        return [web.get("/api/desk/live", self._guard.only(ANSWERING, self.connect, acts.WATCH))]

    async def connect(self, request: web.Request, user: User) -> web.WebSocketResponse:
        """Serve one connection until one side ends it.

        Raises:
            BadRequest: it is no websocket, and so no sign that somebody is there.
            RateLimited: code ``too_many_windows``; the account has :data:`MOST_SOCKETS` connections.
        """
        socket = web.WebSocketResponse(heartbeat=25, max_msg_size=MAX_FRAME)
        if not socket.can_prepare(request).ok:
            raise BadRequest("这个地址只接受 WebSocket 连接", code="no_websocket")
        with self._counted(user), self._hub.join() as mailbox, self._watch.over(request[SESSION].id) as over:
            await self._presence.came(user.id, request[SESSION].id)
            await self._conversations.agent_came()
            await socket.prepare(request)
            request.app[SOCKETS].add(socket)
            helpers = [
                asyncio.create_task(_write(socket, mailbox)),
                asyncio.create_task(_ask(socket)),
                asyncio.create_task(_close_when(over, socket)),
            ]
            try:
                await self._listen(socket, user)
            finally:
                for helper in helpers:
                    helper.cancel()
                await asyncio.gather(*helpers, return_exceptions=True)
        return socket

    @contextmanager
    def _counted(self, user: User) -> Iterator[None]:
        if self._open[user.id] >= MOST_SOCKETS:
            raise RateLimited(
                f"这个账号已经开着 {MOST_SOCKETS} 个坐席台窗口，请关掉几个",
                code="too_many_windows",
                retry_after_s=30,
            )
        self._open[user.id] += 1
        try:
            yield
        finally:
            self._open[user.id] -= 1
            if not self._open[user.id]:
                del self._open[user.id]

    async def _listen(self, socket: web.WebSocketResponse, user: User) -> None:
        shown: tuple[str, str] | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                found = json.loads(message.data)
            except (ValueError, RecursionError):
                found = None
            frame: dict[str, object] = found if isinstance(found, dict) else {}
            kind, idle = frame.get("type"), _idle(frame.get("idle_s"))
            if kind == "ping":
                await socket.send_str('{"type": "pong"}')
            elif kind == "beat" and idle is not None:
                await self._presence.beat(user.id, idle)
                if (state := await self._presence.state(user.id)) != shown:
                    shown = state
                    told = {"type": "presence", "state": state[0], "chosen": state[1]}
                    await socket.send_str(json.dumps(told))
            else:
                error = WenbanError("不认识这种消息", code="unknown_frame")
                await socket.send_str(json.dumps({"type": "error", **error.to_json()}, ensure_ascii=False))


async def _ask(socket: web.WebSocketResponse) -> None:
    """Ask the page again and again whether it is there. It says so unasked when it connects."""
    while True:
        await asyncio.sleep(presence.BEAT_S)
        await socket.send_str('{"type": "beat"}')


def _idle(seconds: object) -> timedelta | None:
    """The time without an action that a page tells; None when it is no such time."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < MOST_IDLE_S:
        return None
    return timedelta(seconds=seconds)


async def _close_when(over: asyncio.Event, socket: web.WebSocketResponse) -> None:
    await over.wait()
    await socket.close(code=SESSION_OVER, message="请重新登录".encode())


async def _write(socket: web.WebSocketResponse, mailbox: Mailbox) -> None:
    while (frame := await mailbox.get()) is not None:
        await socket.send_str(json.dumps(frame, ensure_ascii=False))
    await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"frames were lost")
