"""Delivery: what is owed and due is handed to its channel, one conversation at a time, by whichever process is free.

A job for each conversation that is owed something (:mod:`conversations.wakes`) says *when*; how, and whether it worked,
is the channel's word (:class:`conversations.channels.Channel`), written into the outbox. A process that dies over it
loses the job to another; what the channel had taken without a word comes free again after a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import outbox
from conversations.channels import Channels
from conversations.models import Conversation, Delivery, MessageRow, Turn
from conversations.wakes import FAR, JOB, wake
from core.clock import now
from core.database import Database
from core.jobs import Again, Job, JobRow, Jobs

AT_ONCE = 3
"""Conversations one process delivers to at the same time."""
LEASE = timedelta(seconds=5)
"""After which a process that died loses a conversation to another."""
PAUSE = timedelta(seconds=0.5)
"""Between two hand-overs to one citizen, when not everything went out with the first."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=1)
"""After a channel failed in a way it has no word for, until it is asked again; doubled each time, up to the longest."""
LOOK = timedelta(hours=1)
"""Between two looks for what is owed and has no job: owed since before there were jobs, or one that was dropped by hand."""
_A_LOOK = 500


class Deliveries:
    """Delivers for every channel of this process.

    Args:
        jobs: the process's runner; from now on it does the jobs of kind :data:`conversations.wakes.JOB`.
    """

    def __init__(self, database: Database, channels: Channels, jobs: Jobs) -> None:
        self._database = database
        self._channels = channels
        jobs.handle(
            JOB,
            self._deliver,
            forget=True,
            at_once=AT_ONCE,
            lease=LEASE,
            first_pause=FIRST_PAUSE,
            longest_pause=LONGEST_PAUSE,
        )
        jobs.every("deliver_look", LOOK, self._look)

    async def _deliver(self, job: Job) -> Again | None:
        conversation_id = job.key
        async with self._database.read() as session:
            found = await session.get(Conversation, conversation_id)
        channel = self._channels.get(found.channel) if found is not None else None
        if found is None or channel is None or not channel.delivers:
            return None
        ready_at = await channel.ready_at(found.account)
        if ready_at is None:
            async with self._database.write() as session:
                await outbox.wait(session, conversation_id, at=now() + outbox.UNTIL_THEY_WRITE)
            return None
        due_at = await self._due_at(conversation_id)
        if due_at is not None and max(due_at, ready_at) <= now():
            await channel.deliver(conversation_id)
            due_at = await self._due_at(conversation_id)
            ready_at = now() + PAUSE
        if due_at is None or due_at > now() + FAR:
            return None
        return Again(max(due_at, ready_at))

    async def _due_at(self, conversation_id: str) -> datetime | None:
        """When the first of what is owed is due; None when nothing is owed."""
        async with self._database.read() as session:
            return await due_at(session, conversation_id)

    async def _look(self, job: Job) -> Again | None:
        """Give a job to what is owed, due, and has none."""
        moment = now()
        async with self._database.write() as session:
            found = list(
                await session.scalars(
                    select(Delivery.conversation_id)
                    .where(
                        Delivery.state == "pending",
                        Delivery.next_attempt_at <= moment,
                        outbox.free(moment),
                        ~select(JobRow.id)
                        .where(JobRow.kind == JOB, JobRow.key == Delivery.conversation_id)
                        .exists(),
                    )
                    .distinct()
                    .order_by(Delivery.conversation_id)
                    .limit(_A_LOOK)
                )
            )
            for conversation_id in found:
                await wake(session, conversation_id, moment)
        return Again(moment + PAUSE) if len(found) == _A_LOOK else None


async def due_at(session: AsyncSession, conversation_id: str) -> datetime | None:
    """When the first of what is owed to a citizen is due, and no answer to a request of theirs will bring it.

    Returns:
        None when nothing is owed.
    """
    found = await session.execute(
        select(Delivery.next_attempt_at, Delivery.held_until, Turn.answer_until)
        .join(MessageRow, MessageRow.id == Delivery.message_id)
        .outerjoin(Turn, Turn.id == MessageRow.turn_id)
        .where(Delivery.conversation_id == conversation_id, Delivery.state == "pending")
    )
    moments = []
    for at, held_until, answer_until in found:
        free_at = held_until and held_until + outbox.CLOCK_SKEW
        moments.append(max(moment for moment in (at, free_at, answer_until) if moment is not None))
    return min(moments, default=None)
