"""The job that looks at the tickets that are due by the clock (:mod:`tickets.clockwork`)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.city import City
from core.clock import now
from core.database import Database
from core.events import Events
from core.jobs import Job, Jobs
from tickets import clockwork, rows
from tickets.models import TicketRow
from tickets.moves import announce, do
from tickets.types import Ticket

log = logging.getLogger(__name__)

JOB, LOOK = "ticket_clock", timedelta(seconds=30)
"""Name of the job, and time between two looks."""
_AT_ONCE = 200
"""Most tickets that are chosen at once."""
_LATER = timedelta(hours=1)
"""When a ticket whose turn failed is looked at again, so that it does not stop the others."""


class Sweep:
    """Looks at due tickets, each in a transaction of its own.

    Args:
        database: where the tickets are.
        events: told about each ticket to which something happened.
        city: has the rules.
        jobs: the runner of this process.
    """

    def __init__(self, database: Database, events: Events, city: City, jobs: Jobs) -> None:
        self._database = database
        self._events = events
        self._city = city
        jobs.every(JOB, LOOK, self.run)

    async def run(self, _: Job | None = None) -> int:
        """Do all that is due now.

        Returns:
            The number of tickets that were looked at.
        """
        looked = 0
        while page := await self._page():
            looked += page
        return looked

    async def _page(self) -> int:
        """Look at some of those that are due; the number that could be looked at."""
        moment = now()
        async with self._database.read() as session:
            # Only ids are read here: a row that can't be read at all must not keep the others from their turn.
            found = list(
                await session.scalars(
                    select(TicketRow.id)
                    .where(TicketRow.watch_at <= moment)
                    .order_by(TicketRow.watch_at)
                    .limit(_AT_ONCE)
                )
            )
        return sum([await self._look(ticket_id, moment) for ticket_id in found])

    async def _look(self, ticket_id: str, moment: datetime) -> bool:
        """Do what is due for one ticket, in a transaction of its own, so that nobody who writes waits for many; whether it was done."""
        happened: Ticket | None = None
        try:
            async with self._database.write() as session:
                # A row that another process works on is left to it: it does what is due itself.
                row = await session.scalar(
                    select(TicketRow)
                    .where(TicketRow.id == ticket_id, TicketRow.watch_at <= moment)
                    .with_for_update(skip_locked=True)
                )
                if row is None:
                    return False
                if await clockwork.catch_up(session, row, self._city, moment, do):
                    await session.flush()
                    happened = await rows.to_ticket(session, row)
        except Exception:
            log.exception("what is due for a ticket can't be done", extra={"ticket": ticket_id})
            async with self._database.write() as session:
                later = update(TicketRow).where(TicketRow.id == ticket_id, TicketRow.watch_at <= moment)
                await session.execute(later.values(watch_at=moment + _LATER))
        if happened is not None:
            announce(self._events, happened, "clock")
        return True
