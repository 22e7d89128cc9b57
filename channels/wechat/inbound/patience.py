"""Answers a message within the platform's time limit, in one of its three deliveries, or later.

The platform waits five seconds for an answer. Then it drops the connection and sends the same message again, three
deliveries in all. After a status other than 200 it repeats at once, so that all three deliveries are used up within
a second, and the citizen reads 该公众号暂时无法提供服务. So a first or second delivery whose turn is not done is
*held*: there is no answer until the platform drops the connection. The next delivery joins the same turn.

An account that may push (客服消息) answers ``success`` to the third delivery, or at once when the bot is busy, and
the reply is pushed (:mod:`channels.wechat.outbound.push`). An account that may not push answers the third delivery
with a request to wait, and the reply is sent with the answer to the citizen's next message. A mini program can't
answer passively, so its replies are always pushed.

This waiting is not a job, because it ends with the platform's request. What comes too late is in the outbox.
"""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from channels.wechat.api.client import Client
from channels.wechat.api.errors import PlatformError, WeChatError
from channels.wechat.inbound import words
from channels.wechat.inbound.answering import Answering, Parts
from channels.wechat.inbound.exchange import Exchange
from channels.wechat.inbound.repeats import Repeats, delivery
from channels.wechat.message import Inbound
from channels.wechat.outbound.passive import Answer
from channels.wechat.pace import LAST
from conversations.types import Message, Mode, Receipt
from core.errors import Unavailable

log = logging.getLogger(__name__)

LAST_LOOK_S = 0.2
"""Most seconds of the last wait for a reply, before the citizen is asked to wait."""
_TYPING_AT_ONCE = 1
"""Most calls at the same time that show 对方正在输入."""


class Patience:
    """Answers the messages of one account."""

    def __init__(self, parts: Parts, answering: Answering) -> None:
        self._parts = parts
        self._answering = answering
        self._repeats = Repeats(parts.pace.every_s)
        self._typing: set[asyncio.Task[None]] = set()

    async def message(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        """Store a message, unless an earlier delivery was stored, and answer this delivery of it.

        Raises:
            Unavailable: a message of a mini program could not be stored. The platform sends it again.
        """
        counted = self._repeats.count(self._parts.account.name, message.user, message.message_id)
        try:
            if (response := await self._without_turn(exchange, message)) is not None:
                return response
            storing = await self._take(message)
            await asyncio.wait({storing}, timeout=exchange.patience_left())
            if not storing.done():
                return await self._not_in_time(exchange, message, counted, storing)
            receipt = storing.result()
            if receipt is None:
                return await self._picture_waits(exchange, message)
            counted = delivery(counted, receipt.message.created_at, self._parts.pace.every_s)
            if not self._parts.passive:
                return await self._follows(exchange, message, receipt)
            if self._parts.busy() and await self._parts.pushes():
                return await self._follows(exchange, message, receipt)
            replies = await self._reply(exchange, message, receipt)
            if replies is None:
                return await self._not_in_time(exchange, message, counted, storing)
            if exchange.gone:
                return exchange.nothing()  # The connection is closed. The next delivery gets the answer.
            return await self._answering.owed(exchange, receipt.conversation_id, message.message_id)
        except (WeChatError, ConnectionError):
            raise
        except Exception:
            # A status 5xx would use up the three deliveries within a second. When the connection is held, the next
            # one comes later, and may succeed. At the last delivery the citizen is told.
            log.exception("a WeChat message could not be taken in")
            return await self._failed(exchange, counted)

    async def _reply(self, exchange: Exchange, message: Inbound, receipt: Receipt) -> list[Message] | None:
        """Wait for the turn's replies within this delivery's time. After a while the citizen sees 对方正在输入."""
        first = min(self._parts.pace.typing_s, exchange.patience_left())
        replies = await self._parts.conversations.wait(receipt.turn_id, first)
        if replies is not None:
            return replies
        self._show_typing(message.user)
        return await self._parts.conversations.wait(receipt.turn_id, exchange.patience_left())

    def _show_typing(self, openid: str) -> None:
        if self._parts.client is None or len(self._typing) >= _TYPING_AT_ONCE:
            return
        task = asyncio.create_task(self._type(self._parts.client, openid))
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    @staticmethod
    async def _type(client: Client, openid: str) -> None:
        try:
            await client.typing(openid)
        except PlatformError as error:
            log.debug("typing could not be shown: %s", error.message)

    async def _without_turn(self, exchange: Exchange, message: Inbound) -> web.StreamResponse | None:
        """The answer to words such as “继续” or “好了吗”, which ask for an earlier answer.

        None for all other words, which begin a turn.
        """
        more, nudge = words.wants_more(message.text), words.is_nudge(message.text)
        if not more and not nudge:
            return None
        view = await self._parts.view(message.user)
        known = await self._parts.answers.known(view.id, message.message_id)
        if known is not None:
            return await self._answering.send(exchange, known)
        last = await self._parts.answers.latest(view.id)
        if last is None:
            return None
        answer: Answer | None = None
        if more and last.more and await self._parts.conversations.undelivered(view.id):
            await self._answering.note_message(message)
            if not self._parts.passive:
                await self._parts.conversations.due_now(view.id)
                return exchange.nothing()
            answer = await self._owed(view.id, message)
        elif nudge and last.awaited_turn and view.mode is Mode.BOT:
            replies = await self._parts.conversations.wait(last.awaited_turn, exchange.patience_left())
            if replies is not None:
                answer = await self._owed(view.id, message)
            else:
                answer = await self._parts.answers.patience(
                    view.id, message.message_id, last.awaited_turn, words.STILL_BUSY
                )
        # None when nothing is owed. Then the words are read like all other words.
        return None if answer is None else await self._answering.send(exchange, answer)

    async def _owed(self, conversation_id: str, message: Inbound) -> Answer | None:
        return await self._parts.answers.owed(
            conversation_id, message.message_id, follows=await self._parts.pushes()
        )

    async def _take(self, message: Inbound) -> asyncio.Task[Receipt | None]:
        """Begin to store the message. When it is a picture, the picture is fetched and stored first."""
        if message.kind != "image" or message.text:
            return self._answering.store(message)
        assert message.media is not None
        return await self._parts.pictures.take(
            self._parts.account.name,
            message.user,
            message.message_id,
            message.media,
            self._parts.pace.passive_s if self._parts.passive else 0,
        )

    async def _picture_waits(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        """Answer when the picture is not stored (yet). What the citizen is told about it is in the outbox."""
        view = await self._parts.view(message.user)
        if not self._parts.passive:
            return exchange.nothing()
        return await self._answering.owed(exchange, view.id, message.message_id, words.PICTURE_LATER)

    async def _follows(self, exchange: Exchange, message: Inbound, receipt: Receipt) -> web.StreamResponse:
        """Answer ``success`` now. The reply is pushed later, after what is owed from earlier."""
        await self._parts.conversations.due_now(receipt.conversation_id)
        self._show_typing(message.user)
        return exchange.nothing()

    async def _not_in_time(
        self, exchange: Exchange, message: Inbound, counted: int, storing: asyncio.Task[Receipt | None]
    ) -> web.StreamResponse:
        pushed = await self._parts.pushes()
        if pushed and (counted >= LAST or self._parts.busy()) and (receipt := _stored(storing)):
            return await self._follows(exchange, message, receipt)
        if counted < LAST:
            await exchange.hold()
            if exchange.gone:
                return exchange.nothing()
            # The platform would have dropped the connection by now. It is answered like the last delivery.
        receipt = _stored(storing)
        if receipt is None:
            picture = message.kind == "image" and not message.text
            return await (self._picture_waits(exchange, message) if picture else self._failed(exchange, LAST))
        replies = await self._parts.conversations.wait(receipt.turn_id, LAST_LOOK_S)
        if replies is not None:
            return await self._answering.owed(exchange, receipt.conversation_id, message.message_id)
        if pushed:
            return await self._follows(exchange, message, receipt)
        answer = await self._parts.answers.patience(
            receipt.conversation_id, message.message_id, receipt.turn_id, words.PATIENCE
        )
        return await self._answering.send(exchange, answer)

    async def _failed(self, exchange: Exchange, counted: int) -> web.StreamResponse:
        if counted < LAST:
            await exchange.hold()
        if not self._parts.passive:
            raise Unavailable
        return exchange.say(words.NOT_KEPT)


def _stored(storing: asyncio.Task[Receipt | None]) -> Receipt | None:
    """The receipt, when the message is stored by now.

    Raises:
        Exception: the error that kept it from being stored.
    """
    return storing.result() if storing.done() else None
