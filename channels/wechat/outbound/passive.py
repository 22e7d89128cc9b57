"""Passive replies: the text in the answer to a delivery; the same message asked for again gets the same text.

1. What the citizen is owed is taken from the outbox and the answer written down under the MsgId, in one
   transaction. From here on whoever is asked again for this MsgId, in whichever process, answers the same.
2. It goes out, and only then counts as delivered (:meth:`Answers.written`).

A process that dies after 1 leaves an answer of which nobody knows whether it arrived. The platform tells: what did
not arrive it asks for again. So (:meth:`Answers.settle`)

- asked again, the same answer is given again;
- not asked again although somebody was there to be asked the whole time: it has arrived;
- nobody was there (the only process died, and was started again too late): nobody can tell. What it carried is
  ``doubtful``: given once more with the citizen's next message, with words that say so. Of losing a reply and
  repeating one, repeating is the lesser harm.
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
"""Age up to which “继续” still brings the rest of an answer."""
KEEP = timedelta(days=3)
"""How long answers and events are stored: longer than the platform's window of 48 hours."""


@dataclass(frozen=True)
class Answer:
    """A stored answer, which may be sent any number of times; without text it is ``success``.

    Args:
        carried: ids of the outbox rows in it.
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
        full: the address of an entry's page, by its id.
    """

    def __init__(self, database: Database, pace: Pace, full: pages.FullEntry = pages.no_page) -> None:
        self._database = database
        self._pace = pace
        self._full = full
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._listening_since = now()

    async def known(self, conversation_id: str, message_id: str) -> Answer | None:
        """The answer stored for this message, if there is one."""
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
        """The last text this citizen was sent within :data:`MORE_WITHIN`; None when there is none."""
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
        """Make an answer of what the outbox owes the citizen, as much as fits; None when nothing is owed.

        Args:
            after: words put last, such as a greeting.
            follows: whether the rest is pushed; otherwise the citizen is told to ask for it.
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
                        # WeChat can show nothing of it (a card without words): it counts as delivered.
                        await outbox.delivered(session, page.parts)
                        return None
                    await set_aside(session, page)
                    return await self._keep(
                        session, conversation_id, message_id, page.text, carried=page.parts, more=page.more
                    )
            except IntegrityError:
                # Another process answered first; the rollback released what was claimed here.
                row = await self._row(conversation_id, message_id)
                return None if row is None else _answer(row)

    async def patience(self, conversation_id: str, message_id: str, turn_id: str, text: str) -> Answer:
        """Make an answer that asks for patience (without text: nothing); the replies stay in the outbox."""
        try:
            async with self._database.write() as session:
                return await self._keep(session, conversation_id, message_id, text, awaited_turn=turn_id)
        except IntegrityError:
            first = await self._row(conversation_id, message_id)
            if first is None:
                raise
            return _answer(first)

    async def written(self, answer: Answer) -> None:
        """Mark an answer that went out, and what it carried, as delivered."""
        async with self._database.write() as session:
            await _arrived(session, answer.conversation_id, answer.message_id, answer.carried)

    async def settle(self, conversation_id: str | None = None) -> None:
        """Decide about answers whose process died before it marked them; see the module's text."""
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
        """Forget answers and events older than :data:`KEEP`."""
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
        """A lock for each citizen: in this process answers are built one after another."""
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
    """Release the claimed rows that do not fit; the rest of a cut message becomes a row of its own."""
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
