"""Sessions and messages by plain requests: all the widget needs where websockets don't get through."""

from __future__ import annotations

import json
import time
from typing import Any

from aiohttp import web

from channels.web import greeting
from channels.web.limits import Limits
from channels.web.messages import CHANNEL, Reader, read
from channels.web.origin import Origins
from channels.web.tokens import RENEW_S, Tokens, Visitor
from conversations.service import Conversations
from conversations.types import Mode
from core.errors import BadRequest, TooLarge, Unauthorized

MAX_BODY = 65_536
"""Bytes of a request body at most; 4,000 characters fit in any script, even escaped as JSON."""
SHOWN = 50
"""Newest messages sent when a session is opened again."""
RESUMED = 500
"""Messages one call for missed messages returns at most."""


class Rest:
    """The request handlers of sessions and messages.

    Args:
        wait_s: seconds a message waits for its replies before the answer says they are pending.
    """

    def __init__(
        self,
        conversations: Conversations,
        reader: Reader,
        tokens: Tokens,
        origins: Origins,
        limits: Limits,
        *,
        city: str,
        wait_s: float,
    ) -> None:
        self._conversations = conversations
        self._reader = reader
        self._tokens = tokens
        self._origins = origins
        self._limits = limits
        self._city = city
        self._wait_s = wait_s

    async def session(self, request: web.Request) -> web.StreamResponse:
        """POST /api/web/session: begin as a new visitor, or go on as the visitor of the token sent."""
        self._origins.check(request)
        await self._limits.call(request)
        data = await _body(request, empty_is_fine=True)
        given = data.get("token")
        visitor = self._tokens.read(given) if isinstance(given, str) else None
        if visitor is None:
            # No row for somebody who may never say anything.
            return self._session(self._tokens.issue(), Mode.BOT, [])
        token = str(given)
        if _age(visitor) > RENEW_S:
            token = self._tokens.issue(visitor.id)
        view = await self._conversations.find_or_create(CHANNEL, "", visitor.id)
        messages = await self._conversations.history(view.id, limit=SHOWN)
        return self._session(token, view.mode, [message.to_json() for message in messages])

    async def send(self, request: web.Request) -> web.StreamResponse:
        """POST /api/web/messages: say something and wait a while for the reply."""
        self._origins.check(request)
        visitor = visitor_of(request, self._tokens)
        said = read(await _body(request))
        await self._limits.message(visitor.id, request)
        inbound = await self._reader.inbound(said, visitor.id, self._limits.source(request))
        receipt = await self._conversations.receive(inbound)
        replies = await self._conversations.wait(receipt.turn_id, self._wait_s)
        return _json(
            {
                "message": receipt.message.to_json(),
                "replies": [reply.to_json() for reply in replies or ()],
                "pending": replies is None,
            }
        )

    async def missed(self, request: web.Request) -> web.StreamResponse:
        """GET /api/web/messages?after=SEQ: what came since."""
        self._origins.check(request)
        visitor = visitor_of(request, self._tokens)
        after = after_of(request)
        view = await self._conversations.find_or_create(CHANNEL, "", visitor.id)
        messages = await self._conversations.history(view.id, after=after, limit=RESUMED)
        return _json({"messages": [message.to_json() for message in messages], "mode": str(view.mode)})

    def _session(self, token: str, mode: Mode, messages: list[dict[str, Any]]) -> web.Response:
        return _json(
            {
                "token": token,
                "conversation": {"mode": str(mode)},
                "messages": messages,
                "city": self._city,
                "greeting": greeting.greeting(self._city),
                "starters": list(greeting.STARTERS),
            }
        )


def visitor_of(request: web.Request, tokens: Tokens) -> Visitor:
    """The visitor of a request, by its bearer token.

    Raises:
        Unauthorized: the token is missing, forged or too old.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    visitor = tokens.read(token.strip()) if scheme.lower() == "bearer" else None
    if visitor is None:
        raise Unauthorized("会话已过期，请重新打开对话")
    return visitor


def after_of(request: web.Request) -> int:
    """The ``after`` of a query: the last ``seq`` the browser has, 0 for none.

    Raises:
        BadRequest: not a whole number a database can hold.
    """
    given = request.query.get("after", "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 9):
        raise BadRequest("after 必须是消息序号", details={"fields": ["after"]})
    return int(given)


async def bytes_of(request: web.Request, most: int) -> bytes:
    """The body, read up to ``most`` bytes.

    Raises:
        TooLarge: there are more.
    """
    if (request.content_length or 0) > most:
        raise TooLarge
    raw = bytearray()
    while len(raw) <= most and (more := await request.content.read(most + 1 - len(raw))):
        raw += more
    if len(raw) > most:
        raise TooLarge
    return bytes(raw)


async def _body(request: web.Request, *, empty_is_fine: bool = False) -> dict[str, Any]:
    raw = await bytes_of(request, MAX_BODY)
    if not raw.strip() and empty_is_fine:
        return {}
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadRequest("请求不是 JSON") from error
    if not isinstance(data, dict):
        raise BadRequest("请求不是 JSON 对象")
    return data


def _json(data: dict[str, Any]) -> web.Response:
    # The answer holds a citizen's own words: no cache on the way may keep it.
    return web.json_response(data, headers={"Cache-Control": "no-store"})


def _age(visitor: Visitor) -> float:
    return time.time() - visitor.issued_s
