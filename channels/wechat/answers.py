"""The passive side of the outbox: what goes into the answer to one delivery, exactly once unless asked again.

1. What the citizen is owed is claimed in the outbox for some seconds, so that no other request takes it too.
2. The answer is written down under the MsgId. From here on whoever is asked again for this MsgId, in
   whichever process, answers the same.
3. It goes out, and only then counts as delivered (:meth:`Answers.written`).

A process that dies between 1 and 2 has its claim taken over by the platform's repeat, or by the next message once
it has run out; between 2 and 3 the repeat is given what was written down. Only a death between the response and step 3 shows the citizen a reply
twice, at the next message: of losing a reply and repeating one, repeating is the lesser harm.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from channels.wechat import reply
from channels.wechat.models import WeChatAnswer
from conversations.service import Conversations
from conversations.types import Message
from core.clock import now
from core.database import Database

CLAIM_S = 12.0
"""Seconds outbox messages stay claimed for an answer under way; longer than a delivery can take."""
KEEP = timedelta(days=1)
"""How long an answer is kept: as long as “继续” may still turn its page."""
TIDY_S = 3_600.0
"""Seconds between two looks for answers that are older."""


@dataclass(frozen=True)
class Answer:
    """An answer that is written down and may go out, now and again."""

    conversation_id: str
    message_id: str
    text: str
    carried: tuple[str, ...]


class Answers:
    """Builds, keeps and confirms passive replies."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        self._conversations = conversations
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._tidy_at = 0.0

    async def known(self, conversation_id: str, message_id: str) -> Answer | None:
        """The answer already given, or about to be, to this very message."""
        async with self._database.read() as session:
            row = await session.get(WeChatAnswer, (conversation_id, message_id))
            return None if row is None else _answer(row)

    async def latest(self, conversation_id: str) -> WeChatAnswer | None:
        """The last answer given to this citizen."""
        async with self._database.read() as session:
            return await session.scalar(
                select(WeChatAnswer)
                .where(WeChatAnswer.conversation_id == conversation_id)
                .order_by(WeChatAnswer.created_at.desc())
                .limit(1)
            )

    async def owed(self, conversation_id: str, message_id: str, replies: Sequence[Message]) -> Answer | None:
        """The answer to a message: everything the outbox owes this citizen; None when that is nothing.

        Args:
            replies: what the message's own turn replied. When they are neither here to claim nor delivered,
                another process is just now writing this same answer down, and is waited for shortly; or it has
                died at it, and they are taken from it.
        """
        async with self._one_at_a_time(conversation_id):
            answer = await self.known(conversation_id, message_id)
            if answer is not None:
                return answer
            messages = await self._conversations.claim(conversation_id, CLAIM_S)
            if not messages:
                answer, messages = await self._elsewhere(conversation_id, message_id, replies)
                if answer is not None or not messages:
                    return answer
            choices = reply.numbered(reply.choices_of(messages))
            page = reply.page(reply.body_of(messages), choices)
            if not page.text:
                # Nothing WeChat could show (a card without words): done with.
                await self._conversations.delivered([message.id for message in messages])
                return None
            return await self._keep(
                conversation_id, message_id, page, carried=[message.id for message in messages]
            )

    async def more(self, conversation_id: str, message_id: str, rest: str) -> Answer:
        """The next page of an answer that did not fit."""
        return await self._keep(conversation_id, message_id, reply.page(rest))

    async def patience(self, conversation_id: str, message_id: str, turn_id: str, text: str) -> Answer:
        """An answer that asks for patience; the replies of ``turn_id`` stay in the outbox."""
        return await self._keep(conversation_id, message_id, reply.Page(text), awaited_turn=turn_id)

    async def written(self, answer: Answer) -> None:
        """The answer went out; what it carried is delivered."""
        await self._conversations.delivered(answer.carried)

    async def _keep(
        self,
        conversation_id: str,
        message_id: str,
        page: reply.Page,
        *,
        carried: Sequence[str] = (),
        awaited_turn: str | None = None,
    ) -> Answer:
        row = WeChatAnswer(
            conversation_id=conversation_id,
            message_id=message_id,
            text=page.text,
            rest=page.rest,
            carried=list(carried),
            awaited_turn=awaited_turn,
        )
        try:
            async with self._database.write() as session:
                if time.monotonic() >= self._tidy_at:
                    self._tidy_at = time.monotonic() + TIDY_S
                    await session.execute(delete(WeChatAnswer).where(WeChatAnswer.created_at < now() - KEEP))
                session.add(row)
        except IntegrityError:
            # Another process was first for the same message. What was claimed here is free again in CLAIM_S.
            first = await self.known(conversation_id, message_id)
            if first is None:
                raise
            return first
        return _answer(row)

    async def _elsewhere(
        self, conversation_id: str, message_id: str, replies: Sequence[Message]
    ) -> tuple[Answer | None, list[Message]]:
        """Why there is nothing to claim: an answer written down elsewhere, or replies whose claimer has died."""
        mine: list[Message] = []
        for _ in range(5):
            owed = {message.id for message in await self._conversations.undelivered(conversation_id)}
            mine = [message for message in replies if message.id in owed]
            answer = await self.known(conversation_id, message_id)
            if answer is not None or not mine:
                return answer, []
            await asyncio.sleep(0.1)
        return None, mine

    @asynccontextmanager
    async def _one_at_a_time(self, conversation_id: str) -> AsyncIterator[None]:
        """Requests of one citizen build their answers one after another in this process."""
        lock, users = self._locks.get(conversation_id, (asyncio.Lock(), 0))
        self._locks[conversation_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[conversation_id]
            if users == 1:
                del self._locks[conversation_id]
            else:
                self._locks[conversation_id] = (lock, users - 1)


def _answer(row: WeChatAnswer) -> Answer:
    return Answer(row.conversation_id, row.message_id, row.text, tuple(row.carried))
