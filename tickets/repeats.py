"""重复反映, 多人反映: what a new ticket changes of those about the same matter, and they of it.

A job looks at each ticket soon after it was filed, because comparing takes longer than filing may.

- The same citizen told it before (:func:`tickets.similar.before`): the two are linked. When the earlier one is not new any more,
  both become urgent (紧急); the shorter time runs from now, and no deadline becomes later.
- Several citizens told the same of one place: each ticket is marked with how many they are, and from the city's number on its history
  says that it may be a hazard to many. Nobody who reads a ticket learns who the others are.

A department sees no line that would tell it that a ticket with 保密 is of the same citizen as another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.city import City
from core.clock import now
from core.database import Database
from core.events import Events
from core.jobs import Job, Jobs, NotYet, add
from tickets import clockwork, deadlines, rows, similar, urgency
from tickets.models import TicketEventRow, TicketRow
from tickets.moves import announce
from tickets.repeated import AGAIN, AGAIN_APART, MANY
from tickets.states import State
from tickets.types import SYSTEM, URGENT, TicketLine

LOOK = "ticket_repeats"
"""Kind of the job that looks at a new ticket. Its key is the ticket's id."""


_NEWS = timedelta(days=2)
"""Age from which a ticket is no news any more: what was filed for a past day, such as made-up tickets, changes nothing of today."""


async def plan(session: AsyncSession, row: TicketRow) -> None:
    """Have a ticket that is being filed looked at, in the same transaction, when there is anything to know it by."""
    if row.conversation_id or row.contact_phone or (row.category and row.address):
        await add(session, LOOK, row.id)


class Repeats:
    """Does the jobs of :func:`plan`.

    Args:
        database: where the tickets are.
        events: told of the tickets that changed.
        city: has the rules.
        jobs: the runner of this process.
    """

    def __init__(self, database: Database, events: Events, city: City, jobs: Jobs) -> None:
        self._database = database
        self._events = events
        self._city = city
        jobs.handle(LOOK, self._look, forget=True)

    async def _look(self, job: Job) -> None:
        async with self._database.browse() as session:
            row = await session.get(TicketRow, job.key)
            if row is None or row.anonymous_at is not None or row.created_at < now() - _NEWS:
                return
            before = await similar.before(session, row)
            others = await similar.of_others(session, row)
            merged = await _merged(session, others)
            many = similar.reporters([row, *others]) + merged
        if before is None and not others:
            return
        touched: list[TicketLine] = []
        async with self._database.write() as session:
            ids = {row.id, *(one.id for one in others), *([before.id] if before is not None else [])}
            # Whatever somebody else works on just now is left as it is: who waits for several tickets may wait for ever.
            found = await session.scalars(
                select(TicketRow)
                .where(TicketRow.id.in_(ids))
                .order_by(TicketRow.id)
                .with_for_update(skip_locked=True)
            )
            locked = {one.id: one for one in found}
            if row.id not in locked:
                raise NotYet("the ticket is being changed")
            moment = now()
            if before is not None and before.id in locked:
                touched += await self._again(session, locked[row.id], locked[before.id], moment)
            group = [locked[one.id] for one in (row, *others) if one.id in locked]
            if many > 1:
                touched += await self._many(session, group, many)
        for line in touched:
            announce(self._events, line, AGAIN)

    async def _again(
        self, session: AsyncSession, row: TicketRow, before: TicketRow, moment: datetime
    ) -> Sequence[TicketLine]:
        if row.parent_id is not None:
            return ()  # done before this process was stopped
        row.parent_id = before.id
        apart = AGAIN_APART if row.confidential or before.confidential else AGAIN
        pressing = deadlines.later(self._city, self._city.handling.repeats.urgent_after, before.created_at)
        for one, told in (
            (row, "同一位群众之前反映过这件事"),
            (before, "同一位群众又来反映这件事"),
        ):
            if row.created_at >= pressing and self._raise(one, moment):
                told += "，定为紧急"
                await clockwork.plan(session, one, self._city)
            await rows.add_event(session, one.id, SYSTEM, apart, note=told, key=f"{AGAIN} {row.id}")
        return rows.to_line(row), rows.to_line(before)

    def _raise(self, row: TicketRow, moment: datetime) -> bool:
        """Make an open ticket urgent that is not yet, as long as there is anything to be done about it."""
        if row.closed_at is not None or row.urgency is not None or row.state == State.PENDING_CALLBACK:
            return False
        urgency.put(row, URGENT, moment)
        deadlines.set_due(row, deadlines.of_row(self._city, row))
        return True

    async def _many(
        self, session: AsyncSession, group: Sequence[TicketRow], many: int
    ) -> Sequence[TicketLine]:
        bar = self._city.handling.repeats.many_from
        told = await session.scalars(
            select(TicketEventRow.ticket_id).where(
                TicketEventRow.ticket_id.in_([one.id for one in group]), TicketEventRow.key == MANY
            )
        )
        known = set(told)
        changed = []
        for one in group:
            if one.reporters >= many:
                continue
            one.reporters = many
            changed.append(rows.to_line(one))
            if many >= bar and one.id not in known:
                note = f"已有 {many} 位群众反映同一地点的同样情况，可能是危及大家的隐患，请先核实"
                await rows.add_event(session, one.id, SYSTEM, MANY, note=note, key=MANY)
        return changed


async def _merged(session: AsyncSession, others: Sequence[TicketRow]) -> int:
    """How many tickets were merged into some: their citizens told the same, too."""
    if not others:
        return 0
    found = await session.scalar(
        select(func.count())
        .select_from(TicketRow)
        .where(TicketRow.merged_into_id.in_([one.id for one in others]))
    )
    return found or 0
