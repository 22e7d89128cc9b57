"""Citizens whom an agent has taken and does not answer: the supervisors are alerted, as of those who wait in the queue.

Who is taken stands in no queue, and the clock of the first reply is over with one word. So an agent who takes everybody and
says 您好 would leave them waiting unseen. Nothing is taken away from the agent: a supervisor looks, and may take over (接手).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from conversations import happened
from conversations.event_kinds import Actor, Kind, Overdue
from conversations.models import Conversation, ConversationEvent, MessageRow
from conversations.moves import AgentsOnline, Mover, Moves, seconds
from conversations.patience import Patience
from conversations.types import Mode, Stage
from core.clock import now
from core.database import Database
from core.jobs import Job
from core.text import plain

JOB = "neglected"
"""Kind of the job that looks for them."""
LOOK = timedelta(seconds=30)
"""Time between two looks."""
GREETING = 15
"""Most characters of a first word that answers nothing (您好，请稍等，我看一下)."""
_AT_ONCE = 200
"""Most conversations that one look alerts of."""


class Neglected(Mover):
    """Alerts the supervisors. One process does it for all.

    Args:
        database, moves, agents_online, patience: see :class:`conversations.moves.Mover`.
    """

    def __init__(
        self, database: Database, moves: Moves, agents_online: AgentsOnline, patience: Patience
    ) -> None:
        super().__init__(database, moves, agents_online, patience)

    async def look(self, _: Job | None = None) -> None:
        """Alert of each conversation once: until its agent writes again, or another agent gets it."""
        if not self._patience.long_wait:
            return
        before = now() - self._patience.long_wait
        async with self._database.read() as session:
            found = {**await _greeted(session, before), **await _unanswered(session, before)}
        for id, (agent, since) in list(found.items())[:_AT_ONCE]:
            async with self._database.write() as session:
                row = await session.get(Conversation, id, with_for_update=True)
                if row is None or row.mode != Mode.HUMAN or row.agent_id != agent or row.alerted_at:
                    continue
                row.alerted_at = now()
                overdue = Overdue(seconds(since))
                await happened.record(
                    session, id, overdue, Actor.SYSTEM, agent_id=agent, reason=row.reason, at=row.alerted_at
                )
            self._moves.conversation_changed(id)


_HELD: tuple[ColumnElement[bool], ...] = (
    Conversation.mode == Mode.HUMAN,
    Conversation.stage == Stage.ACTIVE,
    Conversation.alerted_at.is_(None),
    Conversation.reply_due_at.is_(None),
)
"""Conversations that may be neglected. Before an agent's first word, the clock of the first reply runs."""
Found = dict[str, tuple[str | None, datetime]]
"""Id of a conversation → the agent who has it, and since when the citizen waits."""


async def _unanswered(session: AsyncSession, before: datetime) -> Found:
    """Conversations in which the citizen wrote before this moment, and the agent has not since."""
    by_agent = aliased(MessageRow)
    answered = (
        select(func.coalesce(func.max(by_agent.seq), 0))
        .where(by_agent.conversation_id == Conversation.id, by_agent.sender == "agent")
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Conversation.id, Conversation.agent_id, func.min(MessageRow.created_at))
        .join(MessageRow, MessageRow.conversation_id == Conversation.id)
        .where(*_HELD, MessageRow.direction == "in", MessageRow.kind != "event", MessageRow.seq > answered)
        .group_by(Conversation.id, Conversation.agent_id)
        .having(func.min(MessageRow.created_at) <= before)
    )
    return {id: (agent, since) for id, agent, since in rows}


async def _greeted(session: AsyncSession, before: datetime) -> Found:
    """Conversations that have been still since before this moment, in which the agent has said one short word only."""
    got = (
        select(func.max(ConversationEvent.at))
        .where(
            ConversationEvent.conversation_id == Conversation.id,
            ConversationEvent.kind.in_((Kind.TAKEN, Kind.TRANSFERRED)),
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Conversation.id, Conversation.agent_id, MessageRow.created_at, MessageRow.text)
        .join(MessageRow, MessageRow.conversation_id == Conversation.id)
        .where(
            *_HELD,
            Conversation.updated_at <= before,
            MessageRow.sender == "agent",
            MessageRow.created_at >= got,
        )
    )
    said = defaultdict(list)
    for id, agent, at, text in rows:
        said[id].append((agent, at, text))
    return {
        id: (words[0][0], words[0][1])
        for id, words in said.items()
        if len(words) == 1 and len(plain(words[0][2])) <= GREETING
    }
