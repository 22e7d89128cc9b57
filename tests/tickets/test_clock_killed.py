"""The clock's processes are killed while they look at many due tickets: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select

from core.clock import now
from core.database import Database
from core.events import LocalEvents
from core.jobs import Jobs
from core.sealing import ring
from tests.cities import HUAINAN
from tests.conftest import Clock
from tests.tickets import sweepers
from tests.waiting import until
from tickets.models import TicketEventRow, TicketRow, TicketWatchRow
from tickets.service import Tickets
from tickets.sweep import Sweep
from tickets.types import TicketDraft

DUE = 120


@pytest.mark.slow
async def test_killed_in_the_middle_each_line_is_written_once(
    tickets: Tickets, database: Database, clock: Clock
) -> None:
    for nth in range(DUE):
        await tickets.file(TicketDraft("投诉", "小区门口的路灯坏了三天"), f"k{nth}")
    clock.forward(days=30)  # both deadlines are missed
    began = now()
    places = [(sweepers.WRITTEN, 3), (sweepers.COMMITTED, 2), (sweepers.WRITTEN, 1), (sweepers.COMMITTED, 1)]
    processes = [
        sweepers.start(database.url, ring().present.key, clock.ahead, dies, after) for dies, after in places
    ]
    for process in processes:
        await asyncio.to_thread(process.join, 60)
    assert [process.exitcode for process in processes] == [-9] * len(places)

    async def lines() -> Counter[tuple[str, str]]:
        wanted = select(TicketEventRow.ticket_id, TicketEventRow.key).where(TicketEventRow.key.is_not(None))
        async with database.read() as session:
            return Counter((row.ticket_id, row.key) for row in await session.execute(wanted))

    before = await lines()
    assert 0 < len(before) < DUE * 4, "what was committed is there, and some is left"

    async def all_looked_at() -> bool:
        await Sweep(database, LocalEvents(), HUAINAN, Jobs(database)).run()
        async with database.read() as session:
            return await session.scalar(select(TicketWatchRow).where(TicketWatchRow.at <= now())) is None

    await until(all_looked_at, 30)  # PostgreSQL may still hold what the dead had locked
    after = await lines()
    assert set(after.values()) == {1} and not before - after
    each = Counter(ticket_id for ticket_id, _ in after)
    assert len(each) == DUE and set(each.values()) == {4}, "signing and settling: missed and supervised"
    async with database.read() as session:
        supervised = list(await session.scalars(select(TicketRow.supervised_at)))
    assert all(at is not None and at >= began for at in supervised)
