"""What is said to citizens who wait for an agent, and to those whose agent has left the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import by_text, happened, queue, store, waiting
from conversations.danger_state import met_by_agent
from conversations.event_kinds import Actor, Closed, Overdue, WhyRequeued
from conversations.models import Conversation, MessageRow
from conversations.moves import (
    MISSED,
    TOLD_WAITING,
    Agents,
    AgentsOnline,
    Mover,
    Moves,
    asked_after_all,
    out_of_queue,
    seconds,
    to_bot,
    unfinished,
)
from conversations.parting import LOOKED_AT, parted
from conversations.patience import Patience
from conversations.returning import SORRY, requeue
from conversations.types import HandoffReason, Message, Mode, QueuePlace, Reply, Stage
from core.clock import now
from core.database import Database
from core.jobs import Again, Job

JOB = "agents_gone"
"""Kind of the job that looks for conversations whose agent has left."""
LOOK = timedelta(seconds=10)
"""Time between two such looks."""
_MISSED = 3
"""Most messages that are named when the assistant answers again after it had failed: the last ones."""
_CLIPPED = 30
"""Most characters that are shown of each."""
_AT_ONCE = 100
"""Most conversations that one look takes back. The next one follows at once."""
_TOGETHER = 10
"""Most conversations that one transaction takes back. It holds their rows, and with SQLite all writers wait."""


class Queued(Mover):
    """Talks with citizens in the queue, and takes conversations back from agents who have left.

    Args:
        database: where the conversations are.
        moves: tells the citizen and the desks.
        agents_online: number of agents who are at the desk now.
        patience: how long a citizen is left without an agent's word.
        gone: tells which agents have left.
        hours: when agents are at the desk, in words for citizens; empty when the hotline has not said.
    """

    def __init__(
        self,
        database: Database,
        moves: Moves,
        agents_online: AgentsOnline,
        patience: Patience,
        gone: Agents,
        hours: str = "",
    ) -> None:
        super().__init__(database, moves, agents_online, patience)
        self._gone = gone
        self._hours = hours

    def put_in(self, place: QueuePlace) -> Reply:
        """What a citizen is told who comes into the queue."""
        return waiting.put_in(place, self._hours)

    async def look(self, _: Job | None = None) -> Again | None:
        """Take back the conversations in which somebody waits for an agent who has left, and tell the citizens.

        A quiet conversation stays with its agent when the agent's words are the last, until the citizen writes again. When more
        remain, the next look follows at once, so that all citizens of a whole office that vanishes are back within a minute.
        """
        async with self._database.read() as session:
            open_ = select(Conversation.id, Conversation.agent_id).where(
                Conversation.mode == Mode.HUMAN, or_(Conversation.stage == Stage.ACTIVE, _unanswered())
            )
            held = [(id, agent) for id, agent in await session.execute(open_) if agent is not None]
        left = await self._gone({agent for _, agent in held}) if held else set()
        lost = sorted((id, agent) for id, agent in held if agent in left)
        for first in range(0, min(len(lost), _AT_ONCE), _TOGETHER):
            await self._take_back(dict(lost[first : first + _TOGETHER]))
        return Again(now()) if len(lost) > _AT_ONCE else None

    async def take_back(self, conversation_id: str) -> Reply | None:
        """Put a conversation whose agent has left back at the queue's front. The caller tells the citizen.

        A citizen who only takes leave needs no other agent: the conversation is over.

        Returns:
            What the citizen is told; None when the agent is still there, or no agent has it.
        """
        async with self._database.read() as session:
            holder = (await store.get_conversation(session, conversation_id)).agent_id
        if holder is None or holder not in await self._gone({holder}):
            return None
        online = await self._agents_online()
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.HUMAN or row.agent_id != holder:
                return None
            over = await _is_over(session, row)
            if over:
                await _end(session, row, holder)
                told = Reply("不客气。以后有事，在这里直接说就行。")
            else:
                told, _ = await self._back(session, row, WhyRequeued.GONE, online, tell=False)
        await self._moves.changed(conversation_id, Mode.BOT if over else Mode.WAITING)
        return told

    async def _take_back(self, lost: dict[str, str]) -> None:
        """Put conversations back whose agents have left, in one transaction: id → the agent who had it. The citizens are told.

        Those in which citizen and agent have parted are over, and nobody is told.
        """
        # Some agent may have come back while others' conversations were taken back.
        left, online = await self._gone(set(lost.values())), await self._agents_online()
        messages: list[Message] = []
        back, over = [], []
        async with self._database.write() as session:
            for id, holder in lost.items():
                row = await session.get(Conversation, id, with_for_update=True)
                if row is None or holder not in left or row.mode != Mode.HUMAN or row.agent_id != holder:
                    continue
                if await _is_over(session, row):
                    await _end(session, row, holder)
                    over.append(id)
                    continue
                messages += (await self._back(session, row, WhyRequeued.GONE, online, tell=True))[1]
                back.append(id)
        self._moves.announce(messages)
        if back:
            await self._moves.places()
        for id in (*back, *over):
            self._moves.conversation_changed(id)

    async def unanswered(self, job: Job) -> Again | None:
        """Put a conversation back at the queue's front whose agent has not written in time (:data:`FIRST_REPLY`)."""
        online = await self._agents_online()
        async with self._database.write() as session:
            row = await session.get(Conversation, job.key, with_for_update=True)
            if row is None or row.mode != Mode.HUMAN or row.reply_due_at is None:
                return None
            if row.reply_due_at > now():
                return Again(row.reply_due_at)
            _, messages = await self._back(session, row, WhyRequeued.SILENT, online, tell=True)
        self._moves.announce(messages)
        await self._moves.changed(job.key, Mode.WAITING)
        return None

    async def waits_long(self, job: Job) -> Again | None:
        """Alert the supervisors of a citizen who still waits (:data:`LONG_WAIT`)."""
        async with self._database.write() as session:
            row = await session.get(Conversation, job.key, with_for_update=True)
            if row is None or row.mode != Mode.WAITING or row.waiting_since is None or row.alerted_at:
                return None
            moment, due = now(), row.waiting_since + self._patience.long_wait
            if due > moment:
                return Again(due)
            row.alerted_at = moment
            overdue = Overdue(seconds(row.waiting_since))
            await happened.record(session, row.id, overdue, Actor.SYSTEM, reason=row.reason, at=moment)
        self._moves.conversation_changed(job.key)
        return None

    async def _back(
        self, session: AsyncSession, row: Conversation, why: WhyRequeued, online: int, *, tell: bool
    ) -> tuple[Reply, Sequence[Message]]:
        """Put a conversation back at the queue's front, and say so."""
        await requeue(session, row, why, self._patience, now())
        await session.flush()
        position = await queue.position(session, row)
        told = self.put_in(QueuePlace(Mode.WAITING, position, online, by_text.wanted(row.facts)))
        told = Reply(SORRY[why] + told.text.removeprefix("已为您转接人工，"), told.buttons)
        return told, await self._moves.tell(session, row, [told]) if tell else []

    async def while_waiting(
        self, conversation_id: str, text: str, *, leave: bool, goodbye: bool = False
    ) -> Sequence[Reply]:
        """Replies to a citizen in the queue.

        Each message gets a reply: that it is kept, and the citizen's place in the queue.

        Args:
            leave: whether the citizen asks to leave the queue, and does.
            goodbye: whether that is because the matter is settled, or in parting.
        """
        if leave:
            return await self.leave(conversation_id, listens=True, goodbye=goodbye)
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.WAITING:
                return ()
            if waiting.calls_agent(text):
                await asked_after_all(session, row, HandoffReason.CITIZEN_ASKED)
            _, ways = unfinished(row)
            told = bool(row.facts.get(TOLD_WAITING))
            if not told:
                row.facts = {**row.facts, TOLD_WAITING: True}
            position = await queue.position(session, row)
            text_only = by_text.wanted(row.facts)
        place = QueuePlace(Mode.WAITING, position, await self._agents_online(), text_only)
        return [waiting.goes_on(text, place, self._hours, told=told, resume=ways)]

    async def leave(
        self, conversation_id: str, *, listens: bool = False, goodbye: bool = False
    ) -> Sequence[Reply]:
        """Take a citizen out of the queue who asks for it, and say so.

        Args:
            listens: whether nothing else is answered in this turn, so that the citizen is asked to go on.
            goodbye: whether that is because the matter is settled, or in parting.
        """
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.WAITING:
                return ()
            left, ways = unfinished(row)
            await out_of_queue(session, row, "asked")
        await self._moves.changed(conversation_id, Mode.BOT)
        if goodbye:
            return [Reply(f"好的，那就不给您排队了，祝您一切顺利，以后有事随时来说。{left}", ways)]
        return [
            Reply(f"好的，不排队了。您请说，我在听。{left}", ways) if listens else Reply("好的，不排队了。")
        ]

    async def still_waiting(self, conversation_id: str) -> Sequence[Reply]:
        """The reminder after an answer of the assistant that the citizen's place is kept; none when it is not."""
        async with self._database.read() as session:
            row = await store.get_conversation(session, conversation_id)
            if row.mode != Mode.WAITING:
                return ()
            position = await queue.position(session, row)
            _, ways = unfinished(row)
            text_only = by_text.wanted(row.facts)
        place = QueuePlace(Mode.WAITING, position, await self._agents_online(), text_only)
        return [waiting.kept_place(place, ways)]

    async def asked_for_nobody(self, conversation_id: str) -> bool:
        """Whether the assistant tries again at the next message of a citizen who waits without having asked for an agent.

        It does when it had failed, and when it had not understood and no agent is there.
        """
        async with self._database.read() as session:
            row = await store.get_conversation(session, conversation_id)
            reason = row.reason if row.mode == Mode.WAITING and not row.urgent else None
        if reason == HandoffReason.LOW_CONFIDENCE:
            return await self._agents_online() == 0
        return reason == HandoffReason.DEGRADED

    async def missed(self, conversation_id: str, text: str) -> None:
        """Keep what the assistant, which fails, leaves unanswered, until it answers again."""
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode == Mode.WAITING and row.reason == HandoffReason.DEGRADED and text:
                kept = [*row.facts.get(MISSED, ()), text[:_CLIPPED]]
                row.facts = {**row.facts, MISSED: kept[-_MISSED:]}

    async def answers_again(self, conversation_id: str, text: str) -> Sequence[Reply]:
        """Take a citizen out of the queue whom only the assistant's failure had put there, now that it answers again.

        Nobody asked for an agent, and the agents are for those who did. What got no answer meanwhile is named, so that
        nothing is lost unseen. These words come first, because a channel may show only the buttons of the last message.

        Args:
            text: the message that is answered now.
        """
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.WAITING or row.reason != HandoffReason.DEGRADED or row.urgent:
                return ()
            missed = [one for one in row.facts.get(MISSED, ()) if one != text[:_CLIPPED]]
            await out_of_queue(session, row, "answered", Actor.BOT)
        await self._moves.changed(conversation_id, Mode.BOT)
        named = "、".join(f"“{one}”" for one in dict.fromkeys(missed))
        again = f"刚才没来得及答您的{named}，还要的话请再说一遍。" if named else ""
        return [Reply(f"智能助手恢复了，不用排队了，咱们接着说；想找人就说“转人工”。{again}")]


async def _is_over(session: AsyncSession, row: Conversation) -> bool:
    """Whether citizen and agent have parted. With an emergency nothing is over by its words."""
    if row.urgent:
        return False
    words = await session.execute(
        select(MessageRow.sender, MessageRow.text)
        .where(
            MessageRow.conversation_id == row.id,
            MessageRow.kind != "event",
            or_(MessageRow.direction == "in", MessageRow.sender == "agent"),
        )
        .order_by(MessageRow.seq.desc())
        .limit(LOOKED_AT)
    )
    return parted([(sender == "agent", text) for sender, text in words])


async def _end(session: AsyncSession, row: Conversation, holder: str) -> None:
    """End a conversation whose agent has left after both had parted. When the citizen writes again, the bot answers."""
    got = await happened.taken_at(session, row.id)
    over = Closed(held_s=None if got is None else seconds(got))
    await happened.record(session, row.id, over, Actor.SYSTEM, agent_id=holder, reason=row.reason)
    to_bot(row)
    row.facts = met_by_agent(row.facts)
    row.stage = Stage.CLOSED


def _unanswered() -> ColumnElement[bool]:
    """SQL condition: the citizen has written since the agent's last words."""

    def last(*which: ColumnElement[bool]) -> ColumnElement[int]:
        found = select(func.max(MessageRow.seq)).where(MessageRow.conversation_id == Conversation.id, *which)
        return func.coalesce(found.scalar_subquery(), 0)

    heard = last(MessageRow.direction == "in", MessageRow.kind != "event")
    return heard > last(MessageRow.sender == "agent")
