"""Sessions and messages by plain requests. They are enough for the widget where websockets don't get through."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import ClientPayloadError, web

from channels.web import greeting
from channels.web.limits import Limits
from channels.web.messages import CHANNEL, Reader, read
from channels.web.origin import Origins
from channels.web.tokens import Tokens, Visitor
from conversations.service import Conversations
from conversations.types import Message, Mode
from core.bodies import BODY_S, TooSlow
from core.errors import BadRequest, TooLarge, Unauthorized

MAX_BODY = 65_536
"""Most bytes of a request's body. 4,000 characters of any script fit, even when JSON escapes them."""
SHOWN = 50
"""Most messages that are sent when a session is opened again: the newest ones."""
RESUMED = 500
"""Most messages that one call for missed messages returns."""


class Rest:
    """The request handlers of sessions and messages.

    Args:
        conversations: the conversations.
        reader: makes inbound messages.
        tokens: the visitors' tokens.
        origins: the allowed sites.
        limits: the rate limits.
        city: name of the city for the greeting.
        wait_s: seconds for which a request waits for the replies. After them the answer says ``pending``.
        notice: what a page needs to know of the notice about personal data; None without a notice.
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
        notice: Callable[[str | None], Awaitable[dict[str, Any] | None]],
    ) -> None:
        self._conversations = conversations
        self._reader = reader
        self._tokens = tokens
        self._origins = origins
        self._limits = limits
        self._city = city
        self._wait_s = wait_s
        self._notice = notice

    async def session(self, request: web.Request) -> web.StreamResponse:
        """POST /api/web/session: begin as a new visitor, or go on as the visitor of the given token.

        A token that is not valid any more gives a new visitor.

        Raises:
            Forbidden: the page's site is not allowed.
            RateLimited: there were too many requests from this address.
        """
        self._origins.check(request)
        await self._limits.call(request)
        data = await body_of(request, empty_is_fine=True)
        given = data.get("token")
        visitor = await self._tokens.read(given) if isinstance(given, str) else None
        if visitor is None:
            # No conversation is stored yet, because the visitor may never say anything.
            return await self._session(await self._tokens.issue(), None, Mode.BOT, [])
        token = str(given)
        if visitor.stale:
            token = await self._tokens.issue(visitor)
        view = await self._conversations.find_or_create(CHANNEL, "", visitor.id)
        messages = await self._conversations.history(view.id, limit=SHOWN)
        return await self._session(token, visitor, view.mode, await self._told(view.id, messages))

    async def send(self, request: web.Request) -> web.StreamResponse:
        """POST /api/web/messages: take a message, and wait a while for the replies.

        Raises:
            Forbidden: the page's site is not allowed.
            Unauthorized: the token is missing or not valid.
            BadRequest, TooLarge: see :func:`channels.web.messages.read`.
            RateLimited: there were too many messages.
        """
        self._origins.check(request)
        visitor = await visitor_of(request, self._tokens)
        said = read(await body_of(request))
        await self._limits.message(visitor.id, request)
        inbound = await self._reader.inbound(said, visitor.id, self._limits.source(request))
        receipt = await self._conversations.receive(inbound)
        replies = await self._conversations.wait(receipt.turn_id, self._wait_s)
        return json_answer(
            {
                "message": receipt.message.to_json(),
                "replies": await self._told(receipt.conversation_id, replies or ()),
                "pending": replies is None,
            }
        )

    async def missed(self, request: web.Request) -> web.StreamResponse:
        """GET /api/web/messages?after=SEQ: the messages with a ``seq`` greater than SEQ, and who answers now.

        Raises:
            Forbidden: the page's site is not allowed.
            Unauthorized: the token is missing or not valid.
            BadRequest: ``after`` is not a number.
            RateLimited: there were too many such requests.
        """
        self._origins.check(request)
        visitor = await visitor_of(request, self._tokens)
        await self._limits.look(visitor.id)
        after = after_of(request)
        view = await self._conversations.find_or_create(CHANNEL, "", visitor.id)
        messages = await self._conversations.history(view.id, after=after, limit=RESUMED)
        return json_answer({"messages": await self._told(view.id, messages), "mode": str(view.mode)})

    async def _told(self, conversation_id: str, messages: Iterable[Message]) -> list[dict[str, Any]]:
        """Messages as their citizen reads them, with query codes."""
        return await self._conversations.told.messages(
            conversation_id, [message.to_json() for message in messages]
        )

    async def forget(self, request: web.Request) -> web.StreamResponse:
        """POST /api/web/forget: end all tokens of this visitor, also those of other tabs. Open sockets are closed.

        What was said stays for the time that the notice names, but nobody can open it with a browser any more.

        Raises:
            Forbidden: the page's site is not allowed.
            Unauthorized: the token is missing or not valid.
        """
        self._origins.check(request)
        visitor = await visitor_of(request, self._tokens)
        await self._limits.call(request)
        await self._tokens.revoke(visitor.id)
        return json_answer({})

    async def _session(
        self, token: str, visitor: Visitor | None, mode: Mode, messages: list[dict[str, Any]]
    ) -> web.Response:
        return json_answer(
            {
                "token": token,
                "conversation": {"mode": str(mode)},
                "messages": messages,
                "city": self._city,
                "greeting": greeting.greeting(self._city),
                "starters": list(greeting.STARTERS),
                "notice": await self._notice(visitor.id if visitor else None),
            }
        )


async def visitor_of(request: web.Request, tokens: Tokens) -> Visitor:
    """The visitor of a request, by its bearer token.

    Raises:
        Unauthorized: the token is missing or not valid (:meth:`channels.web.tokens.Tokens.read`).
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    visitor = await tokens.read(token.strip()) if scheme.lower() == "bearer" else None
    if visitor is None:
        raise Unauthorized("会话已过期，请重新打开对话")
    return visitor


def after_of(request: web.Request) -> int:
    """The parameter ``after``: the last ``seq`` that the browser has; 0 when it has no message.

    Raises:
        BadRequest: it is not a whole number of at most nine digits.
    """
    given = request.query.get("after", "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 9):
        raise BadRequest("after 必须是消息序号", details={"fields": ["after"]})
    return int(given)


async def bytes_of(request: web.Request, most: int, within_s: float = BODY_S) -> bytes:
    """The body of a request.

    Args:
        request: the request.
        most: most bytes.
        within_s: most seconds until all of it is there.

    Raises:
        TooLarge: it has more than ``most`` bytes.
        TooSlow: it is not complete in time.
        ConnectionResetError: the browser left before it was complete.
    """
    if (request.content_length or 0) > most:
        raise TooLarge
    raw = bytearray()
    try:
        async with asyncio.timeout(within_s):
            while len(raw) <= most and (more := await request.content.read(most + 1 - len(raw))):
                raw += more
    except TimeoutError as error:
        raise TooSlow from error
    except (ClientPayloadError, web.RequestPayloadError) as error:
        raise ConnectionResetError("the browser left before the body was complete") from error
    if len(raw) > most:
        raise TooLarge
    return bytes(raw)


async def body_of(request: web.Request, *, empty_is_fine: bool = False) -> dict[str, Any]:
    """The JSON object in the body of a request.

    Args:
        request: the request.
        empty_is_fine: whether an empty body counts as an empty object.

    Raises:
        BadRequest: it is no JSON object.
        TooLarge, TooSlow: see :func:`bytes_of`.
    """
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


def json_answer(data: dict[str, Any]) -> web.Response:
    """A JSON answer that no cache may store."""
    return web.json_response(data, headers={"Cache-Control": "no-store"})
