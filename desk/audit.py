"""Records who sees personal data in clear, and who passes a conversation on.

The record is written first; without it nothing is shown or passed on.
"""

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
    """Writes the records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, user: User, action: str, subject: str, reason: str, address: str) -> None:
        """Record what a user is about to do.

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
        why = " ".join(reason.split())
        if not MIN_REASON <= len(why) <= MAX_REASON:
            raise BadRequest(f"请写明原因（{MIN_REASON} 到 {MAX_REASON} 个字）", code="reason_needed")
        async with self._database.write() as session:
            session.add(
                DeskAudit(user_id=user.id, action=action, subject=subject, reason=why, address=address[:64])
            )
