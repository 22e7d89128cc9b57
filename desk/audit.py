"""Records who sees personal data in clear, and who passes a conversation on or takes it over.

A record is written in the transaction of what it records: nothing is done without a record, and what fails
leaves none.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Alongside
from core.errors import BadRequest
from core.text import line, written
from desk.models import DeskAudit
from desk.users import User

MIN_REASON = 2
"""Fewest characters of a reason."""
MAX_REASON = 200
"""Most characters of a reason."""


def record(user: User, action: str, subject: str, reason: str, address: str) -> Alongside:
    """The record of what a user does, to be written in the transaction that does it.

    Args:
        user: who does it.
        action: what the user does.
        subject: what it is about, such as the number of a ticket.
        reason: why.
        address: network address of the user.

    Raises:
        BadRequest: code ``reason_needed``; the reason has less than :data:`MIN_REASON` or more than
            :data:`MAX_REASON` characters.
    """
    why = line(reason)
    if written(why) < MIN_REASON or len(why) > MAX_REASON:
        raise BadRequest(f"请写明原因（{MIN_REASON} 到 {MAX_REASON} 个字）", code="reason_needed")

    async def write(session: AsyncSession) -> None:
        session.add(
            DeskAudit(user_id=user.id, action=action, subject=subject, reason=why, address=address[:64])
        )

    return write
