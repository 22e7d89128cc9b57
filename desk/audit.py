"""Records who sees personal data in clear. The record is written first; without it nothing is shown."""

from __future__ import annotations

from core.database import Database
from core.errors import BadRequest
from desk.models import DeskAudit
from desk.users import User

MIN_REASON = 2
"""Fewest characters of a reason."""
MAX_REASON = 200
"""Most characters of a reason."""


class Audit:
    """Writes the records of views of personal data."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, user: User, action: str, subject: str, reason: str, address: str) -> None:
        """Record that a user is about to see personal data in clear.

        Args:
            user: who will see it.
            action: what the user does.
            subject: what the data is about, such as the number of a ticket.
            reason: why the user needs it.
            address: network address of the user.

        Raises:
            BadRequest: code ``reason_needed``; the reason has less than :data:`MIN_REASON` or more than
                :data:`MAX_REASON` characters.
        """
        why = " ".join(reason.split())
        if not MIN_REASON <= len(why) <= MAX_REASON:
            raise BadRequest(f"请写明查看原因（{MIN_REASON} 到 {MAX_REASON} 个字）", code="reason_needed")
        async with self._database.write() as session:
            session.add(
                DeskAudit(user_id=user.id, action=action, subject=subject, reason=why, address=address[:64])
            )
