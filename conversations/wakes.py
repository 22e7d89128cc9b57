"""Wake-ups: each conversation that is owed something has one job that delivers it.

Code that makes something owed or due adds the job in the same transaction. :mod:`conversations.delivery` does the
job.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.jobs import remind

JOB = "deliver"
"""Kind of the job. Its key is the id of the conversation."""
FAR = timedelta(days=1)
"""Parts due later than this get no job. They wait until the citizen writes."""


async def wake(session: AsyncSession, conversation_id: str, at: datetime) -> None:
    """Make sure that a job delivers what is owed in a conversation, at ``at`` or earlier."""
    if at < now() + FAR:
        await remind(session, JOB, conversation_id, at)
