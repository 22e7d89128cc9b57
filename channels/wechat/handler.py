"""``/wechat/{account}``: the platform's check, its messages, and the answer within its five seconds.

How time is won. The platform waits five seconds, then drops the connection and sends the same message again,
three deliveries in all. A status other than 200 makes it repeat at once instead, so that all three are used up
within a second and the citizen reads 该公众号暂时无法提供服务. So a first or second delivery whose turn is not
done is *held*: nothing is answered until the platform lets go. The repeat joins the same turn. The third is
answered with words of patience, and the reply goes out with the citizen's next message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from channels.wechat import words
from channels.wechat.answers import Answer, Answers
from channels.wechat.crypto import Crypto, Opened, check_signature
from channels.wechat.errors import BadSignature, WeChatError
from channels.wechat.exchange import Exchange
from channels.wechat.parse import MAX_XML, Inbound, encrypted_part, parse
from channels.wechat.repeats import EVERY_S, LAST, Repeats, delivery
from conversations.inbox import MAX_TEXT
from conversations.service import Conversations
from conversations.types import InboundMessage, Message, Mode, Receipt
from core.clock import now
from core.database import Database
from core.errors import NotFound, TooLarge
from core.settings import WeChatAccount

log = logging.getLogger(__name__)

HOLD_S = 1.5
"""Seconds past the platform's five for which a held connection is kept, should it be slow to let go."""
LAST_LOOK_S = 0.2
"""Seconds the last look for a reply may take before words of patience go out instead."""
CHANNEL = "wechat"


class Entrance:
    """One account's address.

    Args:
        patience_s: seconds a delivery waits for its reply.
        hold_s: seconds after which a connection still open is answered after all; over the platform's five.
    """

    def __init__(
        self,
        account: WeChatAccount,
        conversations: Conversations,
        answers: Answers,
        *,
        city: str,
        patience_s: float,
        hold_s: float = EVERY_S + HOLD_S,
    ) -> None:
        self.account = account
        self._conversations = conversations
        self._answers = answers
        self._city = city
        self._patience_s = patience_s
        self._hold_s = hold_s
        self._repeats = Repeats()
        self._storing: set[asyncio.Task[Receipt]] = set()
        self._crypto = (
            Crypto(account.token, account.app_id, account.aes_key, account.previous_aes_key)
            if account.aes_key
            else None
        )

    async def check(self, request: web.Request) -> web.StreamResponse:
        """GET: the platform checks that we know the token; ``echostr`` comes and goes in the clear."""
        query = request.query
        check_signature(
            query.get("signature", ""), self.account.token, query.get("timestamp", ""), query.get("nonce", "")
        )
        if not query.get("echostr"):
            raise WeChatError("缺少 echostr")
        return web.Response(text=query["echostr"], content_type="text/plain")

    async def push(self, request: web.Request) -> web.StreamResponse:
        """POST: a message or an event."""
        exchange = Exchange(request, self._hold_s, self._patience_s)
        message, exchange.opened = await self._open(request)
        exchange.inbound = message
        if self.account.kind == "mini_program":
            log.warning("a mini program's message came in; answering those is not built yet")
            return exchange.nothing()
        if message.kind == "event":
            if message.event in ("subscribe", "subscribe_scan"):
                return exchange.say(words.greeting(self._city))
            return exchange.nothing()
        if not message.readable:
            return await self._not_understood(exchange, message)
        if len(message.text) > MAX_TEXT:
            return exchange.say(words.TOO_LONG)
        return await self._message(exchange, message)

    async def _open(self, request: web.Request) -> tuple[Inbound, Opened | None]:
        """Check the signature, decrypt if encrypted, parse."""
        query = request.query
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if (request.content_length or 0) > MAX_XML:
            raise TooLarge
        if query.get("encrypt_type", "raw") != "aes":
            check_signature(query.get("signature", ""), self.account.token, timestamp, nonce)
            if self.account.mode == "safe":
                raise BadSignature("这个账号设为安全模式，不收明文消息")
            return parse(await request.read()), None
        if self._crypto is None:
            raise WeChatError("这个账号没有配置 EncodingAESKey，收不了加密消息")
        # Compatible mode sends the text beside the ciphertext; only what is signed counts.
        encrypted = encrypted_part(await request.read())
        check_signature(query.get("msg_signature", ""), self.account.token, timestamp, nonce, encrypted)
        opened = self._crypto.open(encrypted)
        return parse(opened.xml), opened

    async def _not_understood(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        """Say that only words are understood; an agent who is talking learns what kind of thing came in."""
        try:
            view = await self._conversations.find_or_create(CHANNEL, self.account.name, message.user)
            if view.mode is Mode.HUMAN and message.message_id:
                name = words.NAMES.get(message.kind, words.NAMES["unknown"])
                await self._store(replace(message, text=f"［{name}］"))
                return exchange.say(words.TEXT_ONLY_FOR_AGENT.format(name))
        except Exception:
            log.exception("what is not understood could not be noted for the agent")
        return exchange.say(words.TEXT_ONLY.get(message.kind, words.TEXT_ONLY["unknown"]))

    async def _message(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        counted = self._repeats.count(self.account.name, message.user, message.message_id)
        try:
            without_turn = await self._without_turn(exchange, message)
            if without_turn is not None:
                return await self._send(exchange, without_turn)
            storing = self._store(message)
            await asyncio.wait({storing}, timeout=exchange.patience_left())
            if not storing.done():
                return await self._not_in_time(exchange, message, counted, storing)
            receipt = storing.result()
            counted = delivery(counted, receipt.message.created_at)
            replies = await self._conversations.wait(receipt.turn_id, exchange.patience_left())
            if replies is None:
                return await self._not_in_time(exchange, message, counted, storing)
            if exchange.gone:
                return exchange.nothing()  # The repeat gets the answer.
            return await self._answer(exchange, receipt.conversation_id, message.message_id, replies)
        except (WeChatError, ConnectionError):
            raise
        except Exception:
            # A 5xx would use up the platform's repeats within a second. Held, they come later, when whatever
            # failed may be well again; and on the last one the citizen is told.
            log.exception("a WeChat message could not be taken in")
            return await self._failed(exchange, counted)

    async def _without_turn(self, exchange: Exchange, message: Inbound) -> Answer | None:
        """“继续” and “好了吗” are about the answer before; everything else is a turn (None)."""
        more, nudge = words.wants_more(message.text), words.is_nudge(message.text)
        if not more and not nudge:
            return None
        view = await self._conversations.find_or_create(CHANNEL, self.account.name, message.user)
        known = await self._answers.known(view.id, message.message_id)
        if known is not None:
            return known
        last = await self._answers.latest(view.id)
        if last is None:
            return None
        if more and last.rest:
            return await self._answers.more(view.id, message.message_id, last.rest)
        if nudge and last.awaited_turn and view.mode is Mode.BOT:
            replies = await self._conversations.wait(last.awaited_turn, exchange.patience_left())
            if replies is not None:
                # None again when nothing is owed any more: then the words are read as always.
                return await self._answers.owed(view.id, message.message_id, replies)
            return await self._answers.patience(
                view.id, message.message_id, last.awaited_turn, words.STILL_BUSY
            )
        return None

    def _store(self, message: Inbound) -> asyncio.Task[Receipt]:
        """Have the message stored; a task of its own, which goes on when the platform has dropped us."""
        inbound = InboundMessage(
            channel=CHANNEL,
            account=self.account.name,
            user_id=message.user,
            message_id=message.message_id,
            text=message.text,
            kind=message.kind,
            media=message.media,
            received_at=now(),
        )
        task = asyncio.create_task(self._conversations.receive(inbound))
        self._storing.add(task)
        task.add_done_callback(self._stored)
        return task

    def _stored(self, task: asyncio.Task[Receipt]) -> None:
        self._storing.discard(task)
        if not task.cancelled():
            task.exception()  # Looked at, so that asyncio does not complain when nobody waited any longer.

    async def _answer(
        self, exchange: Exchange, conversation_id: str, message_id: str, replies: Sequence[Message]
    ) -> web.StreamResponse:
        answer = await self._answers.owed(conversation_id, message_id, replies)
        return exchange.nothing() if answer is None else await self._send(exchange, answer)

    async def _send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:
        response = exchange.say(answer.text)
        if exchange.gone:
            return response  # Nobody listens; the repeat finds the same answer.
        await response.prepare(exchange.request)
        await response.write_eof()
        if not exchange.gone:
            try:
                await self._answers.written(answer)
            except Exception:
                # The citizen has it; at worst it is given once more with the next message.
                log.exception("a reply that went out could not be marked as delivered")
        return response

    async def _not_in_time(
        self, exchange: Exchange, message: Inbound, counted: int, storing: asyncio.Task[Receipt]
    ) -> web.StreamResponse:
        if counted < LAST:
            await exchange.hold()
            if exchange.gone:
                return exchange.nothing()
            # Still there after its five seconds: not the platform's clock. Answered like a last delivery.
        if not storing.done():
            return exchange.say(words.NOT_KEPT)
        receipt = storing.result()
        replies = await self._conversations.wait(receipt.turn_id, LAST_LOOK_S)
        if replies is not None:
            return await self._answer(exchange, receipt.conversation_id, message.message_id, replies)
        answer = await self._answers.patience(
            receipt.conversation_id, message.message_id, receipt.turn_id, words.PATIENCE
        )
        return await self._send(exchange, answer)

    async def _failed(self, exchange: Exchange, counted: int) -> web.StreamResponse:
        if counted < LAST:
            await exchange.hold()
        return exchange.say(words.NOT_KEPT)


def routes(
    accounts: Sequence[WeChatAccount],
    conversations: Conversations,
    database: Database,
    *,
    city: str,
    patience_s: float,
    hold_s: float = EVERY_S + HOLD_S,
) -> list[web.AbstractRouteDef]:
    """``GET`` and ``POST /wechat/{account}`` for all accounts.

    Args:
        database: keeps the answers given (:mod:`channels.wechat.models`).
        city: the city's name in the greeting.
        patience_s: ``settings.wechat_patience_s``.
        hold_s: only tests change it.
    """
    answers = Answers(database, conversations)
    entrances = {
        account.name: Entrance(
            account, conversations, answers, city=city, patience_s=patience_s, hold_s=hold_s
        )
        for account in accounts
    }

    def entrance(request: web.Request) -> Entrance:
        found = entrances.get(request.match_info["account"])
        if found is None:
            raise NotFound("没有这个微信账号")
        return found

    async def check(request: web.Request) -> web.StreamResponse:
        return await entrance(request).check(request)

    async def push(request: web.Request) -> web.StreamResponse:
        return await entrance(request).push(request)

    return [
        web.get("/wechat/{account}", check, allow_head=False),
        web.post("/wechat/{account}", push),
    ]
