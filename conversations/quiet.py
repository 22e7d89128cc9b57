"""Quiet conversations: marks them as idle (静默) after some time without a message, and later as over (结束)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select

from conversations import happened
from conversations.event_kinds import Actor, Closed, Idle
from conversations.models import Conversation
from conversations.moves import seconds
from conversations.types import Mode, Stage
from core.clock import now
from core.database import Database
from core.events import Events
from core.jobs import Again, Job, Jobs

IDLE_AFTER = timedelta(minutes=30)
"""Default time without a message after which a conversation is idle."""
CLOSE_AFTER = timedelta(hours=24)
"""Default time without a message after which a conversation with the bot is closed."""
JOB = "quiet_look"
"""Kind of the job."""
LOOK = timedelta(minutes=1)
"""Time between two looks for quiet conversations."""
_SOON = timedelta(seconds=2)
"""Time until the next look, when a conversation was just being changed in this one."""
_AT_ONCE = 100
"""Most conversations that one transaction marks. It holds their rows, and with SQLite all writers wait."""


class Quiet:
    """Marks quiet conversations. One process does it for all.

    An agent's conversations and those in the queue become idle, too, but are never closed by the clock.
    What the citizen had begun, such as a form, stays as it is.

    Args:
        database: where the conversations are.
        events: told about each change.
        jobs: the runner of this process.
        idle_after: time since the last change after which a conversation is idle.
        close_after: time since the last change after which a conversation with the bot is closed.
    """

    def __init__(
        self, database: Database, events: Events, jobs: Jobs, idle_after: timedelta, close_after: timedelta
    ) -> None:
        self._database = database
        self._events = events
        self._idle_after = idle_after
        self._close_after = close_after
        jobs.every(JOB, LOOK, self.look)

    async def look(self, _: Job | None = None) -> Again | None:
        """Mark and close conversations that are quiet now. When more remain, the next look follows at once.

        A desk that misses the live event sees the change when it reads its list again.
        """
        moment = now()
        async with self._database.read() as session:
            due = list(await session.scalars(self._due(moment)))
        if not due:
            return None
        marked = []
        async with self._database.write() as session:
            # A row that is being changed is locked, and the query skips it. The change may be no message, such as an
            # alert that the citizen waits too long, so it is looked at again soon.
            query = select(Conversation).where(Conversation.id.in_(due)).with_for_update(skip_locked=True)
            rows = (await session.scalars(query)).all()
            for row in rows:
                stage, quiet_s = self._becomes(row, moment), seconds(row.updated_at)
                if stage is None:
                    continue
                row.stage = stage
                facts = Idle(quiet_s) if stage is Stage.IDLE else Closed(quiet_s)
                await happened.record(session, row.id, facts, Actor.SYSTEM, agent_id=row.agent_id)
                marked.append(row.id)
        for conversation_id in marked:
            self._events.publish("desk", "conversation", conversation_id=conversation_id)
        if len(rows) < len(due):
            return Again(moment + _SOON)
        return Again(moment) if marked and len(due) == _AT_ONCE else None

    def _due(self, moment: datetime) -> Select[str]:
        """Query for the ids of conversations to mark, the longest quiet first; see :meth:`_becomes`."""
        idle_at, close_at = moment - self._idle_after, moment - self._close_after
        return (
            select(Conversation.id)
            .where(
                # These three let the database use the index.
                Conversation.mode.in_(list(Mode)),
                Conversation.stage.in_([Stage.ACTIVE, Stage.IDLE]),
                Conversation.updated_at <= max(idle_at, close_at),
                or_(
                    and_(Conversation.stage == Stage.ACTIVE, Conversation.updated_at <= idle_at),
                    and_(Conversation.mode == Mode.BOT, Conversation.updated_at <= close_at),
                ),
            )
            .order_by(Conversation.updated_at)
            .limit(_AT_ONCE)
        )

    def _becomes(self, row: Conversation, moment: datetime) -> Stage | None:
        """The stage that the clock gives to a conversation; None when it stays as it is."""
        quiet = moment - row.updated_at
        if row.mode == Mode.BOT and row.stage != Stage.CLOSED and quiet >= self._close_after:
            return Stage.CLOSED
        return Stage.IDLE if row.stage == Stage.ACTIVE and quiet >= self._idle_after else None
