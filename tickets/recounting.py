"""Counts provisional deadlines again, once the calendar knows the holidays of their year."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from core.city import City
from core.clock import SHANGHAI
from core.database import Database
from core.holidays import last_known_year
from tickets import clockwork, deadlines
from tickets.models import TicketRow
from tickets.states import State

_AT_ONCE = 500
"""Most tickets that one transaction counts again."""


async def recount(database: Database, city: City) -> int:
    """Count provisional deadlines of open tickets again, when the calendar now knows their year.

    Returns:
        The number of tickets whose deadlines were counted again.
    """
    beyond = datetime(last_known_year() + 1, 1, 1, tzinfo=SHANGHAI)
    dates = (TicketRow.sign_due_at, TicketRow.reply_due_at, TicketRow.close_due_at)
    found = select(TicketRow).where(
        TicketRow.due_provisional.is_(True),
        TicketRow.state.not_in([state for state in State if state.is_final]),
        or_(*(date < beyond for date in dates)),
    )
    counted, last = 0, ""
    while True:
        async with database.write() as session:
            page = found.where(TicketRow.id > last).order_by(TicketRow.id).limit(_AT_ONCE)
            rows = list(await session.scalars(page.with_for_update()))
            for row in rows:
                deadlines.set_due(row, deadlines.of_row(city, row))
                # The old deadlines must not be what the clock waits for.
                await clockwork.plan(session, row, city)
        counted += len(rows)
        if len(rows) < _AT_ONCE:
            return counted
        last = rows[-1].id
