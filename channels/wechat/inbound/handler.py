"""``/wechat/{account}``: the platform's check, its messages, and the answer within its five seconds.

How time is won. The platform waits five seconds, then drops the connection and sends the same message again,
three deliveries in all. A status other than 200 makes it repeat at once instead, so that all three are used up
within a second and the citizen reads 该公众号暂时无法提供服务. So a first or second delivery whose turn is not
done is *held*: nothing is answered until the platform lets go. The repeat joins the same turn.

An account that may write by itself (客服消息) answers ``success`` to the third, or at once when the bot is busy, and
the reply follows by itself (:mod:`channels.wechat.outbound.push`). One that may not answers the third with words of
patience, and the reply goes out with the citizen's next message. A mini program knows no passive replies at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from aiohttp import web
from sqlalchemy.exc import IntegrityError

from channels.wechat.api.client import Client
from channels.wechat.api.errors import BadSignature, PlatformError, WeChatError
from channels.wechat.inbound import words
from channels.wechat.inbound.crypto import Crypto, Opened, check_signature
from channels.wechat.inbound.exchange import Exchange
from channels.wechat.inbound.parse import MAX_XML, Inbound, encrypted_part, parse
from channels.wechat.inbound.pictures import Pictures
from channels.wechat.inbound.repeats import LAST, Repeats, delivery
from channels.wechat.models import WeChatEvent
from channels.wechat.outbound import quota
from channels.wechat.outbound.consents import CHOICES, Consents
from channels.wechat.outbound.notices import Notices
from channels.wechat.outbound.passive import Answer, Answers
from channels.wechat.outbound.push import Pusher
from channels.wechat.pace import Pace
from conversations import attachments
from conversations.inbox import MAX_TEXT
from conversations.service import Conversations
from conversations.types import InboundMessage, Message, Mode, Receipt, Reply
from core.clock import now
from core.database import Database
from core.errors import TooLarge, Unavailable
from core.settings import WeChatAccount

log = logging.getLogger(__name__)

LAST_LOOK_S = 0.2
"""Seconds the last look for a reply may take before words of patience go out instead."""
CHANNEL = "wechat"
SAY = "say:"
"""A menu button whose key begins so says the rest, as if the citizen had typed it."""
_TYPING_AT_ONCE = 1


class Entrance:
    """One account's address.

    Args:
        client: the platform's API, for accounts that may use it.
        city: the city's name in the greeting.
        busy: whether a turn begun now has to wait for others.
    """

    def __init__(
        self,
        account: WeChatAccount,
        database: Database,
        conversations: Conversations,
        answers: Answers,
        pusher: Pusher,
        notices: Notices,
        consents: Consents,
        pictures: Pictures,
        client: Client | None,
        *,
        city: str,
        pace: Pace,
        busy: Callable[[], bool],
    ) -> None:
        self.account = account
        self._database = database
        self._conversations = conversations
        self._answers = answers
        self._pusher = pusher
        self._notices = notices
        self._consents = consents
        self._pictures = pictures
        self._client = client
        self._city = city
        self._pace = pace
        self._busy = busy
        self._passive = account.kind != "mini_program"
        self._repeats = Repeats(pace.every_s)
        self._storing: set[asyncio.Task[Receipt | None]] = set()
        self._typing: set[asyncio.Task[None]] = set()
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
        exchange = Exchange(request, self._pace.hold_s, self._pace.patience_s)
        message, exchange.opened = await self._open(request)
        exchange.inbound = message
        if message.kind == "event":
            return await self._event(exchange, message)
        if message.kind == "location" and attachments.place(message.media):
            # Its label, where it has one, is in the place already.
            return await self._message(exchange, replace(message, text=message.text or words.PLACE))
        if message.kind == "image" and message.message_id and message.media:
            await self._note_message(message)
            return await self._message(exchange, message)
        if not message.readable:
            return await self._not_understood(exchange, message)
        if len(message.text) > MAX_TEXT:
            return await self._tell(exchange, message, words.TOO_LONG)
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
        return parse(opened.body), opened

    async def _event(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        try:
            if message.event in quota.NOTED:
                await self._note(message)
            if message.event == "click" and message.key.startswith(SAY):
                return await self._message(exchange, replace(message, text=message.key.removeprefix(SAY)))
            if message.event in CHOICES:
                await self._consents.chosen(self.account.name, message)
            if message.event in ("templatesendjobfinish", "subscribe_msg_sent_event"):
                await self._notices.arrived(message)
            if message.event not in words.GREETED:
                return exchange.nothing()
            view = await self._conversations.find_or_create(CHANNEL, self.account.name, message.user)
            if message.key and message.event in ("subscribe", "scan"):
                await self._conversations.remember(view.id, "scene", message.key)
            if not self._passive:
                return await self._tell(exchange, message, words.greeting(self._city))
            answer = await self._answers.owed(view.id, message.message_id, after=words.greeting(self._city))
            return exchange.nothing() if answer is None else await self._send(exchange, answer)
        except (WeChatError, ConnectionError):
            raise
        except Exception:
            log.exception("a WeChat event could not be worked on")
            greeted = self._passive and message.event in words.GREETED
            return exchange.say(words.greeting(self._city)) if greeted else exchange.nothing()

    async def _note(self, message: Inbound) -> None:
        row = WeChatEvent(
            account=self.account.name, user_id=message.user, key=message.message_id, event=message.event
        )
        try:
            async with self._database.write() as session:
                session.add(row)
        except IntegrityError:
            pass  # The platform has told it before.

    async def _note_message(self, message: Inbound) -> None:
        """It opens the window as any message does, although it is not kept as one."""
        if message.message_id and self.account.pushes:
            try:
                await self._note(replace(message, event=quota.WROTE))
            except Exception:
                log.exception("a message could not be noted")

    async def _not_understood(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        """Say that only words are understood; an agent who is talking learns what kind of thing came in."""
        await self._note_message(message)
        try:
            view = await self._conversations.find_or_create(CHANNEL, self.account.name, message.user)
            if view.mode is Mode.HUMAN and message.message_id:
                name = words.NAMES.get(message.kind, words.NAMES["unknown"])
                await self._store(replace(message, text=f"［{name}］"))
                return await self._tell(exchange, message, words.TEXT_ONLY_FOR_AGENT.format(name))
        except Exception:
            log.exception("what is not understood could not be noted for the agent")
        return await self._tell(
            exchange, message, words.TEXT_ONLY.get(message.kind, words.TEXT_ONLY["unknown"])
        )

    async def _tell(self, exchange: Exchange, message: Inbound, text: str) -> web.StreamResponse:
        """Say something without a turn: in the answer where there is one, else by the outbox."""
        if self._passive:
            return exchange.say(text)
        view = await self._conversations.find_or_create(CHANNEL, self.account.name, message.user)
        await self._conversations.tell(
            view.id, Reply(text), message.message_id or f"at:{int(now().timestamp())}"
        )
        return exchange.nothing()

    async def _message(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        counted = self._repeats.count(self.account.name, message.user, message.message_id)
        try:
            without_turn = await self._without_turn(exchange, message) if self._passive else None
            if without_turn is not None:
                return await self._send(exchange, without_turn)
            storing = await self._take(message)
            await asyncio.wait({storing}, timeout=exchange.patience_left())
            if not storing.done():
                return await self._not_in_time(exchange, message, counted, storing)
            receipt = storing.result()
            if receipt is None:
                return await self._picture_waits(exchange, message)
            counted = delivery(counted, receipt.message.created_at, self._pace.every_s)
            if not self._passive:
                return self._follows(exchange, message, receipt)
            if self._busy() and self._pusher.ready(self.account.name):
                return self._follows(exchange, message, receipt)
            replies = await self._reply(exchange, message, receipt)
            if replies is None:
                return await self._not_in_time(exchange, message, counted, storing)
            if exchange.gone:
                return exchange.nothing()  # The repeat gets the answer.
            return await self._answer(exchange, receipt.conversation_id, message.message_id)
        except (WeChatError, ConnectionError):
            raise
        except Exception:
            # A 5xx would use up the platform's repeats within a second. Held, they come later, when whatever
            # failed may be well again; and on the last one the citizen is told.
            log.exception("a WeChat message could not be taken in")
            return await self._failed(exchange, counted)

    async def _reply(self, exchange: Exchange, message: Inbound, receipt: Receipt) -> list[Message] | None:
        """The turn's replies as far as there is patience; meanwhile the citizen sees that somebody is typing."""
        first = min(self._pace.typing_s, exchange.patience_left())
        replies = await self._conversations.wait(receipt.turn_id, first)
        if replies is not None:
            return replies
        self._show_typing(message.user)
        return await self._conversations.wait(receipt.turn_id, exchange.patience_left())

    def _show_typing(self, openid: str) -> None:
        if self._client is None or len(self._typing) >= _TYPING_AT_ONCE:
            return
        task = asyncio.create_task(self._type(self._client, openid))
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    @staticmethod
    async def _type(client: Client, openid: str) -> None:
        try:
            await client.typing(openid)
        except PlatformError as error:
            log.debug("typing could not be shown: %s", error.message)

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
                return await self._answers.owed(view.id, message.message_id)
            return await self._answers.patience(
                view.id, message.message_id, last.awaited_turn, words.STILL_BUSY
            )
        return None

    async def _take(self, message: Inbound) -> asyncio.Task[Receipt | None]:
        """Have the message stored; of a picture first the picture."""
        if message.kind != "image" or message.text:
            return self._store(message)
        assert message.media is not None
        return await self._pictures.take(self.account.name, message.user, message.message_id, message.media)

    async def _picture_waits(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        """The picture could not be brought in, or not yet; what is to be said about it is in the outbox."""
        view = await self._conversations.find_or_create(CHANNEL, self.account.name, message.user)
        if not self._passive:
            return exchange.nothing()
        answer = await self._answers.owed(view.id, message.message_id, after=words.PICTURE_LATER)
        return exchange.nothing() if answer is None else await self._send(exchange, answer)

    def _store(self, message: Inbound) -> asyncio.Task[Receipt | None]:
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
        task: asyncio.Task[Receipt | None] = asyncio.create_task(self._receive(inbound))
        self._storing.add(task)
        task.add_done_callback(self._stored)
        return task

    async def _receive(self, inbound: InboundMessage) -> Receipt | None:
        return await self._conversations.receive(inbound)

    def _stored(self, task: asyncio.Task[Receipt | None]) -> None:
        self._storing.discard(task)
        if not task.cancelled():
            task.exception()  # Looked at, so that asyncio does not complain when nobody waited any longer.

    async def _answer(self, exchange: Exchange, conversation_id: str, message_id: str) -> web.StreamResponse:
        answer = await self._answers.owed(conversation_id, message_id)
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
                # The citizen has it; settling finds that out.
                log.exception("a reply that went out could not be marked as delivered")
        return response

    def _follows(self, exchange: Exchange, message: Inbound, receipt: Receipt) -> web.StreamResponse:
        """The reply comes by itself: ``success`` now, and the outbox pushes it."""
        self._pusher.given_up(receipt.turn_id)
        self._show_typing(message.user)
        return exchange.nothing()

    async def _not_in_time(
        self, exchange: Exchange, message: Inbound, counted: int, storing: asyncio.Task[Receipt | None]
    ) -> web.StreamResponse:
        pushed = self._pusher.ready(self.account.name)
        if pushed and (counted >= LAST or self._busy()) and (receipt := _stored(storing)):
            return self._follows(exchange, message, receipt)
        if counted < LAST:
            await exchange.hold()
            if exchange.gone:
                return exchange.nothing()
            # Still there after its five seconds: not the platform's clock. Answered like a last delivery.
        receipt = _stored(storing)
        if receipt is None:
            picture = message.kind == "image" and not message.text
            return await (self._picture_waits(exchange, message) if picture else self._failed(exchange, LAST))
        replies = await self._conversations.wait(receipt.turn_id, LAST_LOOK_S)
        if replies is not None:
            return await self._answer(exchange, receipt.conversation_id, message.message_id)
        if pushed:
            return self._follows(exchange, message, receipt)
        answer = await self._answers.patience(
            receipt.conversation_id, message.message_id, receipt.turn_id, words.PATIENCE
        )
        return await self._send(exchange, answer)

    async def _failed(self, exchange: Exchange, counted: int) -> web.StreamResponse:
        if counted < LAST:
            await exchange.hold()
        if not self._passive:
            raise Unavailable
        return exchange.say(words.NOT_KEPT)


def _stored(storing: asyncio.Task[Receipt | None]) -> Receipt | None:
    """The receipt, when the message is stored by now.

    Raises:
        Exception: whatever kept it from being stored.
    """
    return storing.result() if storing.done() else None
