"""Quiet conversations: nobody has written for a while (静默), and after long quiet they are over (结束)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, select

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
_AT_ONCE = 100
"""Most conversations that one transaction marks. It holds their rows, and with SQLite all writers wait."""


class Quiet:
    """Marks quiet conversations; one process does it for all.

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
        """Close and mark what is quiet now. With more than fits into one look the next one follows at once."""
        closed = await self._mark(
            Stage.CLOSED,
            Conversation.stage.in_([Stage.ACTIVE, Stage.IDLE]) & (Conversation.mode == Mode.BOT),
            self._close_after,
        )
        idle = await self._mark(Stage.IDLE, Conversation.stage == Stage.ACTIVE, self._idle_after)
        return Again(now()) if max(closed, idle) == _AT_ONCE else None

    async def _mark(self, stage: Stage, which: ColumnElement[bool], after: timedelta) -> int:
        """Give the stage to the conversations that have been quiet for so long. Returns their number."""
        async with self._database.write() as session:
            # A conversation that somebody is just changing is not quiet: its row is locked and left out.
            rows = list(
                await session.scalars(
                    select(Conversation)
                    .where(which, Conversation.updated_at <= now() - after)
                    .order_by(Conversation.updated_at)
                    .limit(_AT_ONCE)
                    .with_for_update(skip_locked=True)
                )
            )
            for row in rows:
                row.stage = stage
                quiet_s = seconds(row.updated_at)
                facts = Idle(quiet_s) if stage is Stage.IDLE else Closed(quiet_s)
                # Not the moment of the last change: at that moment nothing of this was known.
                await happened.record(session, row.id, facts, Actor.SYSTEM, agent_id=row.agent_id)
            ids = [row.id for row in rows]
        for conversation_id in ids:
            self._events.publish("desk", "conversation", conversation_id=conversation_id)
        return len(ids)
