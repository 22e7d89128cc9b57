"""Delivery: gives what is owed and due to its channel, one conversation at a time.

Each conversation that is owed something has a job (:mod:`conversations.wakes`), which decides when. The
channel (:class:`conversations.channels.Channel`) decides how, and records the result in the outbox. When a
process dies, another process gets the job; what the channel had claimed without recording a result becomes
free after a while.
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
"""Number of conversations in which one process delivers at the same time."""
LEASE = timedelta(seconds=5)
"""Time after which another process may take over from a process that died."""
PAUSE = timedelta(seconds=0.5)
"""Time between two deliveries to one citizen, when the first did not send everything."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=1)
"""Pauses after an unexpected error of a channel: the first one, and the longest. The pause doubles with each error."""
LOOK = timedelta(hours=1)
"""Time between two searches for owed parts without a job, such as parts whose job was deleted by hand."""
_A_LOOK = 500
"""Most conversations that one search finds."""


class Deliveries:
    """Delivers for all channels of this process.

    Args:
        database: where the outbox is.
        channels: the channels that deliver.
        jobs: the runner of this process. It will do the jobs of kind :data:`conversations.wakes.JOB`.
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
        """When the first owed part is due; None when nothing is owed."""
        async with self._database.read() as session:
            return await due_at(session, conversation_id)

    async def _look(self, job: Job) -> Again | None:
        """Make jobs for conversations whose owed parts are due and have no job."""
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
    """When the first owed part may be delivered: it is due, not claimed, and no open request can carry it.

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
