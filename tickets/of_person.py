"""The tickets of the citizen of a conversation, for the staff: of the same conversation, or with the same phone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select

from core.database import Database
from tickets import rows
from tickets.models import Department, TicketRow
from tickets.types import TicketLine

MOST = 20
"""Most tickets that are named: the open ones first, then the newest."""
SAME_TALK, SAME_PHONE = "同一会话", "同一电话"
"""Why a ticket counts as the citizen's."""


@dataclass(frozen=True)
class Own:
    """A ticket of the citizen.

    Args:
        line: the ticket.
        why: :data:`SAME_TALK` or :data:`SAME_PHONE`.
        open: whether it is still in hand.
    """

    line: TicketLine
    why: str
    open: bool


async def of_talk(database: Database, conversation_id: str) -> tuple[Own, ...]:
    """The tickets of a conversation's citizen, the open ones first, then the newest first.

    One of another conversation counts only with the very phone that this citizen left on a ticket of this conversation,
    and never when either of the two is to be kept confidential (保密).
    """
    async with database.browse() as session:
        here = list(
            await session.scalars(
                select(TicketRow)
                .where(TicketRow.conversation_id == conversation_id)
                .order_by(TicketRow.id.desc())
                .limit(MOST)
            )
        )
        keys = {row.contact_key for row in here if row.contact_key and not row.confidential}
        known = {row.id for row in here}
        there = [
            row
            for row in await session.scalars(
                select(TicketRow)
                .where(TicketRow.contact_key.in_(keys), TicketRow.confidential.is_(False))
                .order_by(TicketRow.id.desc())
                .limit(2 * MOST)
            )
            if row.id not in known
        ]
        offices = {row.department_id for row in (*here, *there) if row.department_id}
        known_offices = await session.scalars(select(Department).where(Department.id.in_(offices)))
        names = {office.id: office.name for office in known_offices}
    found = [(row, SAME_TALK) for row in here] + [(row, SAME_PHONE) for row in there]
    found.sort(key=lambda pair: pair[0].id, reverse=True)
    found.sort(key=lambda pair: pair[0].closed_at is not None)
    return tuple(
        Own(
            replace(rows.to_line(row), department=names.get(row.department_id or "")),
            why,
            row.closed_at is None,
        )
        for row, why in found[:MOST]
    )
