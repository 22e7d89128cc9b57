"""Makes a filed ticket urgent (紧急) when its citizen tells that somebody was hurt, or that the danger has shown itself."""

from __future__ import annotations

from sqlalchemy import select

from core.city import City
from core.clock import now
from core.database import Database
from tickets import clockwork, deadlines, rows, urgency
from tickets.models import TicketEventRow
from tickets.states import State
from tickets.types import SYSTEM, URGENT, TicketLine

WHY = "群众补充：有人受伤，或者险情已经出现，定为紧急"
"""The line of the history."""


async def make_urgent(database: Database, city: City, number: str, key: str | None) -> TicketLine | None:
    """Make a ticket urgent that is not yet, as long as there is anything to be done about it, and count its deadlines anew.

    Args:
        database: where the tickets are.
        city: has the rules for deadlines.
        number: number of the ticket.
        key: when given, the same key again changes nothing.

    Returns:
        The ticket as it stands in lists; None when nothing was changed.

    Raises:
        NotFound: there is no such ticket.
    """
    async with database.write() as session:
        row = await rows.wanted(session, number, lock=True)
        if row.closed_at is not None or row.urgency is not None or row.state == State.PENDING_CALLBACK:
            return None
        known = select(TicketEventRow.id).where(TicketEventRow.ticket_id == row.id, TicketEventRow.key == key)
        if key is not None and await session.scalar(known):
            return None  # somebody has taken 紧急 off since
        moment = now()
        urgency.put(row, URGENT, moment)
        deadlines.set_due(row, deadlines.of_row(city, row))
        row.updated_at = moment
        await rows.add_event(session, row.id, SYSTEM, "noted", note=WHY, key=key)
        await clockwork.plan(session, row, city)
        await session.flush()
        return rows.to_line(row)
