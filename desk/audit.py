"""Writing down who sees personal data in clear. The record comes first: no record, no sight."""

from __future__ import annotations

from core.database import Database
from core.errors import BadRequest
from desk.models import DeskAudit
from desk.users import User

MIN_REASON = 2
MAX_REASON = 200


class Audit:
    """The book of sights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, user: User, action: str, subject: str, reason: str, address: str) -> None:
        """Record a sight that is about to be had.

        Args:
            subject: of what, such as a ticket's number.
            address: where the user sits.

        Raises:
            BadRequest: code ``reason_needed``; no reason given, or over :data:`MAX_REASON` characters.
        """
        why = " ".join(reason.split())
        if not MIN_REASON <= len(why) <= MAX_REASON:
            raise BadRequest(f"请写明查看原因（{MIN_REASON} 到 {MAX_REASON} 个字）", code="reason_needed")
        async with self._database.write() as session:
            session.add(
                DeskAudit(user_id=user.id, action=action, subject=subject, reason=why, address=address[:64])
            )
