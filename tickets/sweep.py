"""The job that looks at the tickets that are due by the clock (:mod:`tickets.clockwork`)."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select

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
"""Most tickets of one transaction."""
_LATER = timedelta(hours=1)
"""When a ticket whose turn failed is looked at again, so that it does not stop the others."""


class Sweep:
    """Looks at due tickets, a page in each transaction.

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
        moment, happened = now(), list[Ticket]()
        async with self._database.write() as session:
            # A row that another process works on is left to it: it does what is due itself.
            found = list(
                await session.scalars(
                    select(TicketRow)
                    .where(TicketRow.watch_at <= moment)
                    .order_by(TicketRow.watch_at)
                    .limit(_AT_ONCE)
                    .with_for_update(skip_locked=True)
                )
            )
            for row in found:
                number = row.number
                try:
                    async with session.begin_nested():
                        did = await clockwork.catch_up(session, row, self._city, moment, do)
                        await session.flush()
                        if did:
                            happened.append(await rows.to_ticket(session, row))
                except Exception:
                    log.exception("what is due for a ticket can't be done", extra={"ticket": number})
                    await session.refresh(row)
                    row.watch_at = moment + _LATER
        for ticket in happened:
            announce(self._events, ticket, "clock")
        return len(found)
