"""The job that looks at the tickets that are due by the clock (:mod:`tickets.clockwork`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.bulk import update_many
from core.city import City
from core.clock import now
from core.database import Database
from core.events import Events
from core.jobs import Job, Jobs
from tickets import clockwork, history, listing, watches
from tickets.models import TicketRow, TicketWatchRow
from tickets.moves import announce, do
from tickets.types import SYSTEM

log = logging.getLogger(__name__)

JOB, LOOK = "ticket_clock", timedelta(seconds=30)
"""Name of the job, and time between two looks."""
_CHOSEN = 10_000
"""Most tickets that are chosen at once."""
_AT_ONCE, _AT_ONCE_APART = 200, 800
"""Most tickets that are looked at in one transaction while it only adds lines, on SQLite and on PostgreSQL: some 12 ms, for which nobody
else writes on SQLite. On PostgreSQL others write meanwhile, and each statement costs its server and this process some of their time."""
_READ_AT_ONCE = 100
"""Tickets that are thought about before somebody else has a turn."""
_ABREAST = 2
"""Transactions on PostgreSQL at the same time: while its server works for some, this process works for another. On SQLite only one
can write."""
_MOVED_TOGETHER = 20
"""Most tickets of one transaction that makes moves: about as long."""
_TOLD = 100
"""Most tickets of one turn that the open desks are told of one by one. After more they read their lists again."""
_LATER = timedelta(hours=1)
"""When a ticket whose turn failed is looked at again, so that it does not stop the others."""


class Sweep:
    """Looks at due tickets, some hundred in a transaction; when one of them fails, each in a transaction of its own.

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
        # Made once, because making one takes longer than running it. A row that another process works on is left to it: it does
        # what is due itself.
        is_due = watches.is_due(sqlite=database.is_sqlite)
        self._facts = _locking(select(*clockwork.COLUMNS).join(TicketWatchRow).where(is_due))
        self._rows = _locking(
            select(TicketRow).join(TicketWatchRow).where(is_due).order_by(TicketWatchRow.at)
        )
        jobs.every(JOB, LOOK, self.run)

    def _which(self, ids: Sequence[str], moment: datetime) -> dict[str, Any]:
        return watches.which(ids, moment, sqlite=self._database.is_sqlite)

    async def run(self, _: Job | None = None) -> int:
        """Do all that is due now.

        Returns:
            The number of tickets that were looked at.
        """
        looked, happened = 0, list[str]()
        while some := await self._some(happened):
            looked += some
        if len(happened) > _TOLD:
            self._events.publish("tickets", "lagged")
        elif happened:
            await self._tell(happened)
        return looked

    async def _some(self, happened: list[str]) -> int:
        """Look at some of those that are due; the number that could be looked at.

        Args:
            happened: gets the ids of those to which anything happened.
        """
        moment = now()
        async with self._database.read() as session:
            # Only ids are read here: a row that can't be read at all must not keep the others from their turn.
            found = await watches.due(session, moment, _CHOSEN)
        found.sort()  # neighbours in the tables
        at_once = _AT_ONCE if self._database.is_sqlite else _AT_ONCE_APART
        pages = iter([found[start : start + at_once] for start in range(0, len(found), at_once)])

        async def one_by_one() -> int:
            return sum([await self._page(page, moment, happened) for page in pages])

        abreast = 1 if self._database.is_sqlite else _ABREAST
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one_by_one()) for _ in range(abreast)]
        return sum(task.result() for task in tasks)

    async def _page(self, found: Sequence[str], moment: datetime, happened: list[str]) -> int:
        """Look at tickets that are due; the number that could be looked at."""
        try:
            looked, moving = await self._add(found, moment, happened)
        except Exception:
            log.info("some due tickets are looked at one by one", exc_info=True)
            return sum([await self._alone(one, moment, happened) for one in found])
        for start in range(0, len(moving), _MOVED_TOGETHER):
            some = moving[start : start + _MOVED_TOGETHER]
            try:
                looked += await self._move(some, moment, happened)
            except Exception:
                log.info("some due tickets are moved one by one", exc_info=True)
                looked += sum([await self._alone(one, moment, happened) for one in some])
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return looked

    async def _add(self, ids: Sequence[str], moment: datetime, happened: list[str]) -> tuple[int, list[str]]:
        """Do what only adds to tickets, with a few statements for all of them, in one transaction.

        Returns:
            How many could be looked at, and which of the others are to be moved.
        """
        async with self._database.write() as session:
            connection = await session.connection()
            found = await connection.execute(self._facts, self._which(ids, moment))
            due: dict[str, Any] = {row.id: row for row in found}
            made: dict[str, clockwork.Turn] = {}
            for nth, (one, row) in enumerate(due.items(), 1):
                made[one] = clockwork.turn(row, self._city, moment)
                if nth % _READ_AT_ONCE == 0:
                    await asyncio.sleep(0)
            done = await clockwork.done(session, made)
            turns = {one: turn.without(done.get(one, ())) for one, turn in made.items()}
            adding = [(due[one], turn) for one, turn in turns.items() if turn.adds]
            await _write(session, adding, moment)
        happened += [row.id for row, turn in adding if turn.lines]
        return len(adding), [one for one, turn in turns.items() if not turn.adds]

    async def _move(self, ids: Sequence[str], moment: datetime, happened: list[str]) -> int:
        """Do all that is due for some tickets, in one transaction that is short enough for everybody who waits to write."""
        did: list[str] = []
        async with self._database.write() as session:
            due = list(await session.scalars(self._rows, self._which(ids, moment)))
            done = await clockwork.keys(session, [row.id for row in due])
            for row in due:
                if await clockwork.catch_up(session, row, self._city, moment, do, done=done[row.id]):
                    did.append(row.id)
        happened += did
        return len(due)

    async def _alone(self, ticket_id: str, moment: datetime, happened: list[str]) -> int:
        """Look at one ticket. One that can't be done waits, and is tried again later."""
        try:
            return await self._move([ticket_id], moment, happened)
        except Exception:
            log.exception("what is due for a ticket can't be done", extra={"ticket": ticket_id})
            async with self._database.write() as session:
                await watches.postpone(session, ticket_id, moment, moment + _LATER)
            return 1

    async def _tell(self, ids: Sequence[str]) -> None:
        """Tell the open desks what happened to a few tickets."""
        try:
            lines = await listing.lines(self._database, ids)
        except Exception:
            # A row that can't be read at all: the desks look themselves.
            log.exception("what the clock did can't be told")
            self._events.publish("tickets", "lagged")
            return
        for line in lines:
            announce(self._events, line, "clock")


def _locking(wanted: Any) -> Any:
    return wanted.with_for_update(of=TicketRow, skip_locked=True)


async def _write(
    session: AsyncSession, turns: Sequence[tuple[clockwork.Watched, clockwork.Turn]], moment: datetime
) -> None:
    """Write the lines of some tickets, when each is looked at next, and which are supervised from now on."""
    lines = [(row.id, one.action, one.note, one.key) for row, turn in turns for one in turn.lines]
    await history.add(session, SYSTEM, moment, lines)
    await watches.put_many(session, {row.id: turn.watch_at for row, turn in turns})
    changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row, turn in turns:
        values: dict[str, Any] = {}
        if any(one.action == clockwork.SUPERVISE for one in turn.lines):
            values |= {"supervised_at": moment, "updated_at": moment}
        if (next_due := turn.next_due_at) != row.next_due_at:
            values["next_due_at"] = next_due
        if values:
            changed.setdefault(tuple(values), []).append({"id": row.id, **values})
    for rows in changed.values():
        await update_many(session, cast(Table, TicketRow.__table__), "id", rows)
