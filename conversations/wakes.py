"""The wake-up: a citizen is owed something, so there is a job that hands it to their channel, one for each conversation.

Whoever makes something owed or due asks for it in the same transaction; :mod:`conversations.delivery` does it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.jobs import remind

JOB = "deliver"
"""The kind; the key is the conversation's id."""
FAR = timedelta(days=1)
"""What is due later than that waits for the citizen to write, which wakes it."""


async def wake(session: AsyncSession, conversation_id: str, at: datetime) -> None:
    """Have what is owed in a conversation looked at, at ``at`` at the latest."""
    if at < now() + FAR:
        await remind(session, JOB, conversation_id, at)
