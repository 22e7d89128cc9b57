"""How long a citizen is left without an agent's word: the times, and the jobs that look when they are over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation
from core.jobs import remind

FIRST_REPLY = "first_reply"
"""Kind of the job that looks whether an agent has answered. Its key is the id of the conversation."""
LONG_WAIT = "long_wait"
"""Kind of the job that looks whether a citizen still waits. Its key is the id of the conversation."""


@dataclass(frozen=True)
class Patience:
    """The times after which something is done for a citizen whom nobody answers.

    The job of a conversation may run earlier than it needs to, or for nothing. So it reads in the row what is due.

    Args:
        first_reply: time within which an agent who got a conversation must write; zero: for ever.
        long_wait: time in the queue after which the supervisors are alerted; zero: never.
    """

    first_reply: timedelta = timedelta(minutes=2)
    long_wait: timedelta = timedelta(minutes=5)

    async def waits(self, session: AsyncSession, row: Conversation) -> None:
        """Begin to count for a conversation that has just come into the queue."""
        row.reply_due_at = row.alerted_at = None
        if self.long_wait and row.waiting_since is not None:
            await remind(session, LONG_WAIT, row.id, row.waiting_since + self.long_wait)

    async def got(
        self, session: AsyncSession, row: Conversation, moment: datetime, *, passed: bool = False
    ) -> None:
        """Begin to count for a conversation that an agent has just got.

        Args:
            passed: whether a colleague has passed it on. Then a citizen who still waits for the first word waits on by the same
                clock, so that no talk goes round without it.
        """
        row.alerted_at = None
        if passed and row.reply_due_at is not None:
            return
        row.reply_due_at = moment + self.first_reply if self.first_reply else None
        if row.reply_due_at is not None:
            await remind(session, FIRST_REPLY, row.id, row.reply_due_at)
