"""What all request handlers of one account share: the account's parts, storing a message, sending what is owed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy.exc import IntegrityError

from channels.wechat.api.client import Client
from channels.wechat.inbound import words
from channels.wechat.inbound.exchange import Exchange
from channels.wechat.inbound.pictures import Pictures
from channels.wechat.message import CHANNEL, Inbound
from channels.wechat.models import WeChatEvent
from channels.wechat.outbound import quota
from channels.wechat.outbound.consents import Consents
from channels.wechat.outbound.notices import Notices
from channels.wechat.outbound.passive import Answer, Answers
from channels.wechat.outbound.push import Pusher
from channels.wechat.pace import Pace
from conversations.noticed import pointer
from conversations.service import Conversations
from conversations.types import ConversationView, InboundMessage, Receipt, Reply
from core import consents
from core.city.notice import PrivacyNotice
from core.clock import now
from core.consents import Citizen, Purpose
from core.database import Database
from core.wechat_accounts import WeChatAccount

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """The objects that the handlers of one account's requests use.

    Args:
        account: the account.
        database: where its answers and events are.
        conversations: the conversations.
        answers: the passive replies.
        pusher: sends pushes.
        notices: sends notices about tickets.
        consents: counts consents to subscription messages.
        pictures: fetches pictures.
        client: the platform's API; None for an account that may not use it.
        city: name of the city for the greeting.
        notice: the city's notice about personal data; None: there is none.
        notice_url: address of its page; empty when citizens can't reach it.
        pace: the time limits.
        busy: whether a turn that begins now has to wait for others.
    """

    account: WeChatAccount
    database: Database
    conversations: Conversations
    answers: Answers
    pusher: Pusher
    notices: Notices
    consents: Consents
    pictures: Pictures
    client: Client | None
    city: str
    notice: PrivacyNotice | None
    notice_url: str
    pace: Pace
    busy: Callable[[], bool]

    @property
    def passive(self) -> bool:
        """Whether the answer to a delivery may hold words. For a mini program it may not."""
        return self.account.kind != "mini_program"

    async def greeting(self, user: str) -> str:
        """The greeting, with the line about personal data. The citizen then counts as told."""
        text = words.greeting(self.city)
        if self.notice is None:
            return text
        citizen = Citizen(CHANNEL, user, self.account.name)
        await consents.give(self.database, citizen, Purpose.NOTICE, self.notice.number)
        return f"{text}\n{pointer(self.notice, self.notice_url)}"

    async def agreed(self, message: Inbound) -> None:
        """Note that who sends a photo or a place, having been told what that means, agrees by doing so."""
        purpose = {"image": Purpose.PHOTOS, "location": Purpose.PLACE}.get(message.kind)
        if self.notice is None or purpose is None:
            return
        citizen = Citizen(CHANNEL, message.user, self.account.name)
        if Purpose.NOTICE in await consents.holding(self.database, citizen, self.notice.holds):
            await consents.give(self.database, citizen, purpose, self.notice.number)

    async def pushes(self) -> bool:
        """Whether the account may push now."""
        return await self.pusher.may(self.account.name)

    async def view(self, user: str) -> ConversationView:
        """The conversation with the citizen who has this openid. It is begun when there is none."""
        return await self.conversations.find_or_create(CHANNEL, self.account.name, user)


class Answering:
    """Stores messages and events of one account, and answers its deliveries."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._storing: set[asyncio.Task[Receipt | None]] = set()

    async def send(self, exchange: Exchange, answer: Answer | None) -> web.StreamResponse:
        """Send a stored answer, and then mark what it holds as delivered. None: there is nothing to say."""
        if answer is None:
            return exchange.nothing()
        told = self._parts.conversations.told
        response = exchange.say(await told.text(answer.conversation_id, answer.text))
        if exchange.gone:
            return response  # The connection is closed. The platform's next delivery gets the same answer.
        await response.prepare(exchange.request)
        await response.write_eof()
        if not exchange.gone:
            try:
                await self._parts.answers.written(answer)
                if answer.more and await self._parts.pushes():
                    await self._parts.conversations.due_now(answer.conversation_id)
            except Exception:
                # The citizen has the answer. Answers.settle finds this out later.
                log.exception("a reply that went out could not be marked as delivered")
        return response

    async def owed(
        self, exchange: Exchange, conversation_id: str, message_id: str, after: str = ""
    ) -> web.StreamResponse:
        """Answer a delivery with what the citizen is owed, followed by the words ``after``."""
        answer = await self._parts.answers.owed(
            conversation_id, message_id, after=after, follows=await self._parts.pushes()
        )
        return await self.send(exchange, answer)

    async def tell(self, exchange: Exchange, message: Inbound, text: str) -> web.StreamResponse:
        """Say something without a turn, after what is owed: in the passive reply, or else through the outbox."""
        if self._parts.passive and not message.message_id:
            return exchange.say(text)
        view = await self._parts.view(message.user)
        if self._parts.passive:
            return await self.owed(exchange, view.id, message.message_id, after=text)
        key = message.message_id or f"at:{int(now().timestamp())}"
        await self._parts.conversations.tell(view.id, Reply(text), key)
        await self._parts.conversations.due_now(view.id)
        return exchange.nothing()

    def store(self, message: Inbound) -> asyncio.Task[Receipt | None]:
        """Begin to store the message. The task goes on even when the platform drops the connection."""
        inbound = InboundMessage(
            channel=CHANNEL,
            account=self._parts.account.name,
            user_id=message.user,
            message_id=message.message_id,
            text=message.text,
            kind=message.kind,
            media=message.media,
            received_at=now(),
            answer_s=self._parts.pace.passive_s if self._parts.passive else 0,
        )
        task: asyncio.Task[Receipt | None] = asyncio.create_task(self._receive(inbound))
        self._storing.add(task)
        task.add_done_callback(self._stored)
        return task

    async def _receive(self, inbound: InboundMessage) -> Receipt | None:
        return await self._parts.conversations.receive(inbound)

    def _stored(self, task: asyncio.Task[Receipt | None]) -> None:
        self._storing.discard(task)
        if not task.cancelled():
            task.exception()  # Read the error, so that asyncio does not warn when nobody waits for the task.

    async def note(self, message: Inbound) -> None:
        """Store an event once. Some events allow pushes for a while, and unsubscribing ends this."""
        row = WeChatEvent(
            account=self._parts.account.name,
            user_id=message.user,
            key=message.message_id,
            event=message.event,
        )
        try:
            async with self._parts.database.write() as session:
                session.add(row)
        except IntegrityError:
            pass  # The platform has sent this event before.

    async def note_message(self, message: Inbound) -> None:
        """Store that the citizen wrote, without the message, because this allows pushes for a while."""
        if message.message_id and self._parts.account.pushes:
            try:
                await self.note(replace(message, event=quota.WROTE))
            except Exception:
                log.exception("a message could not be noted")
