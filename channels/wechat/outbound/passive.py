"""Passive replies: the texts in our answers to deliveries. All deliveries of one message get the same text.

1. What the citizen is owed is claimed from the outbox, and the answer is stored under the MsgId, in one transaction.
   From then on each process gives this answer to each delivery of this message.
2. The answer is sent. Only then it counts as delivered (:meth:`Answers.written`).

When a process dies after step 1, it is not known whether the answer arrived. The platform sends a message again when
no answer arrived. So :meth:`Answers.settle` decides:

- The message came again: the same answer is given again.
- It did not come again, although a process was listening all the time: the answer has arrived.
- No process was listening, because the only one died and was started too late: it can't be known. What the answer
  held becomes ``doubtful``. It is sent once more with the answer to the citizen's next message, with words that say
  so, because losing a reply would do more harm than repeating it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from channels.wechat.models import WeChatAnswer, WeChatEvent
from channels.wechat.outbound import pages
from channels.wechat.pace import LAST, Pace
from conversations import outbox
from core.clock import now
from core.database import Database

MORE_WITHIN = timedelta(days=1)
"""Largest age of an answer whose rest a citizen gets with “继续”."""
KEEP = timedelta(days=3)
"""Time for which answers and events are stored. It is longer than the 48 hours in which the platform allows pushes."""


@dataclass(frozen=True)
class Answer:
    """A stored answer, which may be sent any number of times.

    Args:
        conversation_id: the citizen's conversation.
        message_id: the MsgId that it answers.
        text: the words; when empty, the answer is ``success``.
        carried: ids of the outbox's parts in it.
        more: whether something owed did not fit.
    """

    conversation_id: str
    message_id: str
    text: str
    carried: tuple[str, ...]
    more: bool = False


class Answers:
    """Builds and stores passive replies, and marks them as delivered.

    Args:
        database: where they are stored.
        pace: the time limits.
        full: returns the address of an entry's page.
    """

    def __init__(self, database: Database, pace: Pace, full: pages.FullEntry = pages.no_page) -> None:
        self._database = database
        self._pace = pace
        self._full = full
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._listening_since = now()

    async def known(self, conversation_id: str, message_id: str) -> Answer | None:
        """The stored answer to this message, and count one more delivery; None when no answer is stored."""
        row = await self._row(conversation_id, message_id)
        if row is None:
            return None
        if row.state == "open":
            async with self._database.write() as session:
                await session.execute(
                    update(WeChatAnswer)
                    .where(
                        WeChatAnswer.conversation_id == conversation_id,
                        WeChatAnswer.message_id == message_id,
                    )
                    .values(tries=WeChatAnswer.tries + 1, last_try_at=now())
                    .execution_options(synchronize_session=False)
                )
        return _answer(row)

    async def latest(self, conversation_id: str) -> WeChatAnswer | None:
        """The last text that was made for this citizen within :data:`MORE_WITHIN`; None when there is none."""
        async with self._database.read() as session:
            return await session.scalar(
                select(WeChatAnswer)
                .where(
                    WeChatAnswer.conversation_id == conversation_id,
                    WeChatAnswer.state != "refused",
                    WeChatAnswer.created_at > now() - MORE_WITHIN,
                )
                .order_by(WeChatAnswer.created_at.desc())
                .limit(1)
            )

    async def owed(
        self, conversation_id: str, message_id: str, *, after: str = "", follows: bool = False
    ) -> Answer | None:
        """Make an answer of as much as fits of what the citizen is owed, and store it.

        When an answer to this message is stored already, it is returned.

        Args:
            conversation_id: the citizen's conversation.
            message_id: MsgId of the message.
            after: words at the end, such as a greeting.
            follows: whether the rest is pushed; otherwise the citizen is told to ask for it.

        Returns:
            The answer; None when there is nothing to say.
        """
        async with self._one_at_a_time(conversation_id):
            answer = await self.known(conversation_id, message_id)
            if answer is not None:
                return answer
            await self.settle(conversation_id)
            try:
                async with self._database.write() as session:
                    owed = await outbox.claim(session, conversation_id, self._pace.claim_s)
                    if not owed and not after:
                        row = await session.get(WeChatAnswer, (conversation_id, message_id))
                        return None if row is None else _answer(row)
                    page = pages.page(owed, self._full, after=after, follows=follows)
                    if not page.text:
                        # WeChat can't show it, because it is a card without words. It counts as delivered.
                        await outbox.delivered(session, page.parts)
                        return None
                    await set_aside(session, page)
                    return await self._keep(
                        session, conversation_id, message_id, page.text, carried=page.parts, more=page.more
                    )
            except IntegrityError:
                # Another process has stored an answer first. The rollback has released what was claimed here.
                row = await self._row(conversation_id, message_id)
                return None if row is None else _answer(row)

    async def patience(self, conversation_id: str, message_id: str, turn_id: str, text: str) -> Answer:
        """Store an answer that asks the citizen to wait. The replies of the turn stay in the outbox."""
        try:
            async with self._database.write() as session:
                return await self._keep(session, conversation_id, message_id, text, awaited_turn=turn_id)
        except IntegrityError:
            first = await self._row(conversation_id, message_id)
            if first is None:
                raise
            return _answer(first)

    async def written(self, answer: Answer) -> None:
        """Mark a sent answer, and the outbox's parts in it, as delivered."""
        async with self._database.write() as session:
            await _arrived(session, answer.conversation_id, answer.message_id, answer.carried)

    async def settle(self, conversation_id: str | None = None) -> None:
        """Decide about answers whose process died before it marked them, as described at the top of this module.

        Args:
            conversation_id: only answers in this conversation; None: all.
        """
        moment = now()
        old = moment - timedelta(seconds=self._pace.settled_s)
        wanted = [
            WeChatAnswer.route == "passive",
            WeChatAnswer.state == "open",
            WeChatAnswer.last_try_at < old,
        ]
        if conversation_id is not None:
            wanted.append(WeChatAnswer.conversation_id == conversation_id)
        async with self._database.read() as session:
            found = list(await session.scalars(select(WeChatAnswer).where(*wanted).limit(200)))
        for row in found:
            arrived = row.tries < LAST and row.last_try_at > self._listening_since
            async with self._database.write() as session:
                if arrived or not row.carried:
                    await _arrived(session, row.conversation_id, row.message_id, row.carried)
                elif await _change(session, row.conversation_id, row.message_id, "unsure"):
                    await outbox.put_in_doubt(session, row.carried)

    async def tidy(self) -> None:
        """Delete answers and events that are older than :data:`KEEP`."""
        old = now() - KEEP
        async with self._database.write() as session:
            await session.execute(delete(WeChatAnswer).where(WeChatAnswer.created_at < old))
            await session.execute(delete(WeChatEvent).where(WeChatEvent.received_at < old))

    async def _row(self, conversation_id: str, message_id: str) -> WeChatAnswer | None:
        async with self._database.read() as session:
            return await session.get(WeChatAnswer, (conversation_id, message_id))

    async def _keep(
        self,
        session: AsyncSession,
        conversation_id: str,
        message_id: str,
        text: str,
        *,
        carried: Sequence[str] = (),
        more: bool = False,
        awaited_turn: str | None = None,
    ) -> Answer:
        row = WeChatAnswer(
            conversation_id=conversation_id,
            message_id=message_id,
            text=text,
            more=more,
            carried=list(carried),
            awaited_turn=awaited_turn,
        )
        session.add(row)
        await session.flush()
        return _answer(row)

    @asynccontextmanager
    async def _one_at_a_time(self, conversation_id: str) -> AsyncIterator[None]:
        """A lock for each citizen, so that this process builds a citizen's answers one after another."""
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


async def set_aside(session: AsyncSession, page: pages.Page) -> None:
    """Release the claimed parts that are not on the page. The rest of a cut message becomes a part of its own."""
    if page.cut is not None:
        await outbox.split(session, *page.cut)
    await outbox.let_go(session, page.left)


async def _change(session: AsyncSession, conversation_id: str, message_id: str, state: str) -> bool:
    changed = await session.scalar(
        update(WeChatAnswer)
        .where(
            WeChatAnswer.conversation_id == conversation_id,
            WeChatAnswer.message_id == message_id,
            WeChatAnswer.state.in_(("open", "unsure")),
        )
        .values(state=state)
        .returning(WeChatAnswer.message_id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


async def _arrived(
    session: AsyncSession, conversation_id: str, message_id: str, carried: Sequence[str]
) -> None:
    await _change(session, conversation_id, message_id, "sent")
    await outbox.delivered(session, carried)


def _answer(row: WeChatAnswer) -> Answer:
    return Answer(row.conversation_id, row.message_id, row.text, tuple(row.carried), row.more)
