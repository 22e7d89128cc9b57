"""The websocket of the widget. When the connection breaks, no message is lost and none is shown twice."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from channels.web.limits import Limits
from channels.web.messages import CHANNEL, Reader, read
from channels.web.origin import Origins
from channels.web.rest import RESUMED, after_of
from channels.web.tokens import Tokens, Visitor, topic
from conversations.service import Conversations
from conversations.types import Mode
from core.errors import BadRequest, RateLimited, WenbanError
from core.events import Event, Events, Subscription

log = logging.getLogger(__name__)

MAX_FRAME = 65_536
"""Most bytes of one frame. A longer frame closes the socket with code 1009."""
HEARTBEAT_S = 30.0
"""Seconds between two pings. A browser that does not answer a ping counts as gone."""
SEND_S = 10.0
"""Most seconds for sending one frame. A slower browser is disconnected, and connects again by itself."""
TURN_S = 30.0
"""Most seconds for which the typing sign is shown."""
IDLE_S = 300.0
"""Seconds without any frame after which a socket is closed. The widget sends one every 25 seconds."""
ERRORS = 20
"""Most error frames of one socket. A browser that makes more errors is no widget, and is disconnected."""
_CLOSED = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)
PROTOCOL = "wenban.v1"
"""The subprotocol that is spoken. The browser offers it together with its token (:data:`TOKEN`)."""
TOKEN = "wenban.token."
"""Begin of the offered subprotocol that holds the token, so that the token stands in no address and no log of addresses."""
LOOK_S = 60.0
"""Seconds after which a socket's next frame makes it look whether its visitor's tokens were revoked.

It hears so by an event, too. But an event can get lost.
"""
NEW_SESSION = 4401
"""Close code: the token is not valid, and the page must begin a new session."""


class Sockets:
    """The handler of websockets. It remembers the open ones, so that it can close them at shutdown.

    Args:
        conversations: the conversations.
        reader: makes inbound messages.
        events: live events.
        tokens: the visitors' tokens.
        origins: the allowed sites.
        limits: the rate limits.
        heartbeat_s: seconds between two pings.
    """

    def __init__(
        self,
        conversations: Conversations,
        reader: Reader,
        events: Events,
        tokens: Tokens,
        origins: Origins,
        limits: Limits,
        *,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._conversations = conversations
        self._reader = reader
        self._events = events
        self._tokens = tokens
        self._origins = origins
        self._limits = limits
        self._heartbeat_s = heartbeat_s
        self._open: set[web.WebSocketResponse] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /api/web/socket?after=SEQ: open a socket. All messages after SEQ are sent first.

        The header ``Sec-WebSocket-Protocol`` offers :data:`PROTOCOL`, and the token behind :data:`TOKEN`.

        A token that is not valid closes the socket with :data:`NEW_SESSION`.

        Raises:
            Forbidden: the page's site is not allowed.
            RateLimited: there were too many requests from this address, or the visitor has too many sockets.
            BadRequest: ``after`` is not a number.
        """
        self._origins.check(request)
        await self._limits.call(request)
        after = after_of(request)
        visitor = await self._tokens.read(_offered(request))
        socket = web.WebSocketResponse(
            # Pings of the browser come to us, so that they are counted, too.
            heartbeat=self._heartbeat_s, autoping=False, max_msg_size=MAX_FRAME, timeout=SEND_S, protocols=(PROTOCOL,)
        )
        if visitor is None:
            await socket.prepare(request)
            await socket.close(code=NEW_SESSION, message=b"session")
            return socket
        with self._limits.socket(visitor.id):
            await socket.prepare(request)
            return await self._talk(request, socket, visitor, after)

    async def _talk(
        self, request: web.Request, socket: web.WebSocketResponse, visitor: Visitor, after: int
    ) -> web.StreamResponse:
        async with self._registered(socket):
            view = await self._conversations.find_or_create(CHANNEL, "", visitor.id)
            # Subscribed before the past is read. So what happens in between is found twice, but sent once.
            with self._events.subscribe(f"conversation:{view.id}", topic(visitor.id)) as subscription:
                link = _Link(
                    self._conversations,
                    self._reader,
                    self._tokens,
                    self._limits,
                    socket,
                    visitor,
                    view.id,
                    request,
                    after,
                )
                await link.run(subscription)
        return socket

    async def close_all(self, _: web.Application) -> None:
        """Handler of the signal ``on_shutdown``: closes all sockets, so that browsers connect again."""
        await asyncio.gather(
            *(socket.close(code=WSCloseCode.GOING_AWAY) for socket in tuple(self._open)),
            return_exceptions=True,
        )

    @asynccontextmanager
    async def _registered(self, socket: web.WebSocketResponse) -> AsyncIterator[None]:
        self._open.add(socket)
        try:
            yield
        finally:
            self._open.discard(socket)


class _Link:
    """One browser's socket."""

    def __init__(
        self,
        conversations: Conversations,
        reader: Reader,
        tokens: Tokens,
        limits: Limits,
        socket: web.WebSocketResponse,
        visitor: Visitor,
        conversation_id: str,
        request: web.Request,
        after: int,
    ) -> None:
        self._conversations = conversations
        self._reader = reader
        self._tokens = tokens
        self._limits = limits
        self._socket = socket
        self._visitor = visitor
        self._conversation_id = conversation_id
        self._request = request
        self._sent_to = after
        """The browser has all messages with a ``seq`` up to this one."""
        self._sent: set[int] = set()
        """The ``seq`` of sent messages above ``_sent_to``. Events of two transactions may come in any order."""
        self._own: set[str] = set()
        """Client ids of this browser's messages. Their ``ack`` holds them, so their events are not sent."""
        self._looked = time.monotonic()
        """When it was last sure that the visitor's tokens were not revoked."""
        self._errors = 0
        """Number of error frames that the browser was sent."""
        self._mode: Mode | None = None
        """The mode that the browser was last told."""

    async def run(self, subscription: Subscription) -> None:
        """Send and read until the browser leaves."""
        try:
            await self._hello()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(subscription))
                await self._read(group)
                raise ConnectionResetError  # The browser left. This ends the other tasks of the group, too.
        except* (ConnectionError, TimeoutError):
            pass  # The browser is gone or too slow. It will connect again and name the last message that it has.
        finally:
            await self._socket.close()

    async def _hello(self) -> None:
        view = await self._conversations.view(self._conversation_id)
        missed = await self._conversations.history(self._conversation_id, after=self._sent_to, limit=RESUMED)
        if missed:
            # Numbers are taken and committed in order, so no message with a lower number can come later.
            self._sent_to = missed[-1].seq
        self._mode = view.mode
        messages = await self._conversations.told.messages(
            self._conversation_id, [message.to_json() for message in missed]
        )
        await self._send({"type": "hello", "mode": str(view.mode), "messages": messages})

    async def _pump(self, subscription: Subscription) -> None:
        async for event in subscription:
            await self._forward(event)

    async def _forward(self, event: Event) -> None:
        if event.kind == "message":
            message: dict[str, Any] = event.data["message"]
            if message["direction"] == "in" and message["client_id"] in self._own:
                return
            await self._message(message)
        elif event.kind == "mode":
            self._mode = Mode(event.data["mode"])
            frame = {"type": "mode", "mode": event.data["mode"]}
            if self._mode is Mode.WAITING:
                frame["position"] = event.data["position"]
                # An event of a process of an earlier version has no ``agents``.
                frame["agents"] = event.data.get("agents", True)
            await self._send(frame)
        elif event.kind == "revoked":
            await self._over()
        elif event.kind == "lagged":
            if await self._revoked():
                return
            await self._catch_up()

    async def _catch_up(self) -> None:
        """After events were lost: read from the database what they would have told."""
        messages = await self._conversations.history(
            self._conversation_id, after=self._sent_to, limit=RESUMED
        )
        for each in messages:
            await self._message(each.to_json())
        view = await self._conversations.view(self._conversation_id)
        if view.mode is not self._mode:
            self._mode = view.mode
            await self._send({"type": "mode", "mode": str(view.mode)})

    async def _revoked(self) -> bool:
        """Whether the visitor's tokens were revoked. Then the socket is closed."""
        self._looked = time.monotonic()
        if await self._tokens.valid(self._visitor):
            return False
        await self._over()
        return True

    async def _over(self) -> None:
        await self._socket.close(code=NEW_SESSION, message=b"session")

    async def _message(self, message: dict[str, Any]) -> None:
        if self._first(message["seq"]):
            [told] = await self._conversations.told.messages(self._conversation_id, [message])
            await self._send({"type": "message", "message": told})

    def _first(self, seq: int) -> bool:
        """Whether this message has not been sent yet. From now on it counts as sent."""
        if seq <= self._sent_to or seq in self._sent:
            return False
        self._sent.add(seq)
        self._settle()
        return True

    def _settle(self) -> None:
        while self._sent_to + 1 in self._sent:
            self._sent_to += 1
            self._sent.discard(self._sent_to)

    async def _read(self, group: asyncio.TaskGroup) -> None:
        # One frame after another. So a browser that sends faster than messages can be stored has to wait.
        while True:
            try:
                async with asyncio.timeout(IDLE_S) as patience:
                    frame = await self._socket.receive()
            except TimeoutError:
                if not patience.expired():
                    raise
                await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"idle")
                return
            if frame.type in _CLOSED:
                return
            if frame.type is WSMsgType.PONG:
                continue  # the answer to our own ping
            # Counted before anything of it is read, so that reading costs nobody else their time.
            try:
                await self._limits.frame(self._visitor.id)
            except RateLimited as error:
                await self._error(error)
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"flood")
                return
            if frame.type is WSMsgType.PING:
                await self._socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                if time.monotonic() - self._looked > LOOK_S and await self._revoked():
                    return
                await self._frame(group, frame.data)
            else:
                await self._error(BadRequest("只收文本帧"))
            if self._errors > ERRORS:
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"errors")
                return

    async def _frame(self, group: asyncio.TaskGroup, text: str) -> None:
        client_id = None
        try:
            data = _object(text)
            kind = data.get("type")
            if kind == "ping":
                await self._send({"type": "pong"})
            elif kind == "typing":
                pass  # Accepted and ignored, because the desk does not show it yet.
            elif kind == "message":
                given = data.get("client_id")
                client_id = given if isinstance(given, str) and len(given) <= 64 else None
                await self._said(group, data)
            else:
                raise BadRequest("不认识的消息类型", code="unknown_frame")
        except WenbanError as error:
            await self._error(error, client_id)
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            log.exception("a frame could not be handled")
            await self._error(WenbanError(), client_id)

    async def _said(self, group: asyncio.TaskGroup, data: dict[str, Any]) -> None:
        said = read(data)
        await self._limits.message(self._visitor.id, self._request)
        self._own.add(said.client_id)
        try:
            inbound = await self._reader.inbound(said, self._visitor.id, self._limits.source(self._request))
            receipt = await self._conversations.receive(inbound)
        except BaseException:
            self._own.discard(said.client_id)
            raise
        self._first(receipt.message.seq)
        await self._send({"type": "ack", "client_id": said.client_id, "message": receipt.message.to_json()})
        if not receipt.duplicate:
            group.create_task(self._typing(receipt.turn_id))

    async def _typing(self, turn_id: str) -> None:
        """Show the typing sign until the turn is done, when the bot answers."""
        view = await self._conversations.view(self._conversation_id)
        if view.mode is not Mode.BOT:
            return
        await self._send({"type": "typing", "active": True})
        await self._conversations.wait(turn_id, TURN_S)
        await self._send({"type": "typing", "active": False})

    async def _error(self, error: WenbanError, client_id: str | None = None) -> None:
        self._errors += 1
        frame: dict[str, Any] = {"type": "error", **error.to_json()}
        if client_id is not None:
            frame["client_id"] = client_id
        if error.retry_after_s is not None:
            frame["retry_after_s"] = error.retry_after_s
        await self._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        if self._socket.closed:
            raise ConnectionResetError
        async with asyncio.timeout(SEND_S):
            await self._socket.send_str(json.dumps(frame, ensure_ascii=False))


def _offered(request: web.Request) -> str:
    """The token among the subprotocols that the browser offers; empty when there is none."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    return next((one.strip().removeprefix(TOKEN) for one in offered if one.strip().startswith(TOKEN)), "")


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest("消息不是 JSON") from error
    if not isinstance(data, dict):
        raise BadRequest("消息不是 JSON 对象")
    return data
