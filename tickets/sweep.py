"""The job that looks at the tickets that are due by the clock (:mod:`tickets.clockwork`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.city import City
from core.clock import now
from core.database import Database
from core.events import Events
from core.jobs import Job, Jobs
from tickets import clockwork, rows
from tickets.models import Department, TicketRow
from tickets.moves import announce, do
from tickets.types import TicketLine

log = logging.getLogger(__name__)

JOB, LOOK = "ticket_clock", timedelta(seconds=30)
"""Name of the job, and time between two looks."""
_AT_ONCE = 200
"""Most tickets that are chosen at once."""
_TOGETHER = 20
"""Tickets of one transaction: about 20 ms, for which nobody else writes on SQLite."""
_LATER = timedelta(hours=1)
"""When a ticket whose turn failed is looked at again, so that it does not stop the others."""


class Sweep:
    """Looks at due tickets, a few in a transaction; when one of them fails, each in a transaction of its own.

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
        looked = 0
        for start in range(0, len(found), _TOGETHER):
            some = found[start : start + _TOGETHER]
            try:
                looked += await self._look(some, moment)
            except Exception:
                log.info("some due tickets are looked at one by one", exc_info=True)
                looked += sum([await self._alone(one, moment) for one in some])
            await asyncio.sleep(0)
        return looked

    async def _look(self, ids: Sequence[str], moment: datetime) -> int:
        """Do what is due for some tickets, in one transaction that is short enough for everybody who waits to write."""
        happened: list[TicketLine] = []
        async with self._database.write() as session:
            # A row that another process works on is left to it: it does what is due itself.
            wanted = select(TicketRow).where(TicketRow.id.in_(ids), TicketRow.watch_at <= moment)
            due = list(
                await session.scalars(wanted.order_by(TicketRow.watch_at).with_for_update(skip_locked=True))
            )
            done = await clockwork.keys(session, [row.id for row in due])
            for row in due:
                if await clockwork.catch_up(session, row, self._city, moment, do, done=done[row.id]):
                    happened.append(rows.to_line(row))
            offices = {line.department_id for line in happened if line.department_id}
            named = select(Department.id, Department.name).where(Department.id.in_(offices))
            names = {one.id: one.name for one in await session.execute(named)} if offices else {}
        for line in happened:
            announce(self._events, replace(line, department=names.get(line.department_id or "")), "clock")
        return len(due)

    async def _alone(self, ticket_id: str, moment: datetime) -> int:
        """Look at one ticket. One that can't be done waits, and is tried again later."""
        try:
            return await self._look([ticket_id], moment)
        except Exception:
            log.exception("what is due for a ticket can't be done", extra={"ticket": ticket_id})
            async with self._database.write() as session:
                later = update(TicketRow).where(TicketRow.id == ticket_id, TicketRow.watch_at <= moment)
                await session.execute(later.values(watch_at=moment + _LATER))
            return 1
