"""``/wechat/{account}``: checks, decrypts and parses the platform's requests, and passes them on by kind."""

from __future__ import annotations

import logging
from dataclasses import replace

from aiohttp import web

from channels.wechat.api.crypto import Crypto, Opened, check_signature
from channels.wechat.api.errors import BadSignature, WeChatError
from channels.wechat.inbound import words
from channels.wechat.inbound.answering import Answering, Parts
from channels.wechat.inbound.events import Events
from channels.wechat.inbound.exchange import Exchange
from channels.wechat.inbound.parse import MAX_XML, encrypted_part, parse
from channels.wechat.inbound.patience import Patience
from channels.wechat.message import Inbound
from conversations import attachments
from conversations.inbox import MAX_TEXT
from core.bodies import whole
from core.errors import TooLarge

log = logging.getLogger(__name__)


class Entrance:
    """The request handlers of one account's address."""

    def __init__(self, parts: Parts) -> None:
        self.account = account = parts.account
        self._parts = parts
        self._answering = Answering(parts)
        self._patience = Patience(parts, self._answering)
        self._events = Events(parts, self._answering, self._patience)
        self._crypto = (
            Crypto(account.token, account.app_id, account.aes_key, account.previous_aes_key)
            if account.aes_key
            else None
        )

    async def check(self, request: web.Request) -> web.StreamResponse:
        """GET: the platform checks that we know the token. ``echostr`` is sent back as it is.

        Raises:
            BadSignature: the request is not signed with the account's token.
            WeChatError: there is no ``echostr``.
        """
        query = request.query
        check_signature(
            query.get("signature", ""), self.account.token, query.get("timestamp", ""), query.get("nonce", "")
        )
        if not query.get("echostr"):
            raise WeChatError("缺少 echostr")
        return web.Response(text=query["echostr"], content_type="text/plain")

    async def push(self, request: web.Request) -> web.StreamResponse:
        """POST: a message or an event.

        Raises:
            BadSignature: it is not signed with the account's token, or not encrypted although the mode is safe.
            WeChatError: the body can't be decrypted or read.
            TooLarge: the body has more than :data:`~channels.wechat.inbound.parse.MAX_XML` bytes.
            Unavailable: a message of a mini program could not be stored. The platform sends it again.
        """
        exchange = Exchange(request, self._parts.pace.hold_s, self._parts.pace.patience_s)
        message, exchange.opened = await self._open(request)
        exchange.inbound = message
        await self._agreed(message)
        if message.kind == "event":
            return await self._events.event(exchange, message)
        if message.kind == "location" and attachments.place(message.media):
            # When the place has a label, the place holds it already.
            return await self._patience.message(
                exchange, replace(message, text=message.text or attachments.PLACE)
            )
        if message.kind == "image" and message.message_id and message.media:
            await self._answering.note_message(message)
            return await self._patience.message(exchange, message)
        if not message.readable:
            return await self._events.not_understood(exchange, message)
        if len(message.text) > MAX_TEXT:
            return await self._answering.tell(exchange, message, words.TOO_LONG)
        return await self._patience.message(exchange, message)

    async def _agreed(self, message: Inbound) -> None:
        try:
            await self._parts.agreed(message)
        except Exception:
            log.exception("a consent could not be noted")  # The message is worth more than its note.

    async def _open(self, request: web.Request) -> tuple[Inbound, Opened | None]:
        """Check the signature, decrypt the body when it is encrypted, and parse it."""
        query = request.query
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if (request.content_length or 0) > MAX_XML:
            raise TooLarge
        if query.get("encrypt_type", "raw") != "aes":
            check_signature(query.get("signature", ""), self.account.token, timestamp, nonce)
            if self.account.mode == "safe":
                raise BadSignature("这个账号设为安全模式，不收明文消息")
            return parse(await whole(request)), None
        if self._crypto is None:
            raise WeChatError("这个账号没有配置 EncodingAESKey，收不了加密消息")
        # Compatible mode also sends the plain text. Only the ciphertext is signed, so only that is read.
        encrypted = encrypted_part(await whole(request))
        check_signature(query.get("msg_signature", ""), self.account.token, timestamp, nonce, encrypted)
        opened = self._crypto.open(encrypted)
        return parse(opened.body), opened
