"""What departments may read of tickets with 保密 is made findable anew whenever it changes, and found whether it is made or not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from core.database import Database
from core.jobs import Jobs
from tickets.department_view import DepartmentView
from tickets.models import Department, TicketRow, TicketShownRow
from tickets.retention import make_anonymous
from tickets.service import Tickets
from tickets.shown import Shown
from tickets.types import Actor, TicketDraft

STAFF = Actor("supervisor", "01990000-0000-7000-8000-00000000000a", "班长")


@pytest.fixture
def shown(database: Database, tickets: Tickets) -> Shown:
    return Shown(database, tickets.view, Jobs(database))


async def _filed(database: Database, tickets: Tickets, draft: TicketDraft, key: str = "k") -> str:
    ticket = await tickets.file(replace(draft, confidential=True), key)
    async with database.write() as session:
        office = await session.scalar(select(Department.id).limit(1))
        if office is None:
            session.add(Department(id="01990000-0000-7000-8000-00000000000b", name="供电公司"))
            await session.flush()
            office = "01990000-0000-7000-8000-00000000000b"
        await session.execute(update(TicketRow).values(department_id=office))
    return ticket.number


async def _found(database: Database, tickets: Tickets, word: str) -> list[str]:
    async with database.read() as session:
        office = await session.scalar(select(Department.id).limit(1))
    return [one.number for one in (await tickets.list(q=word, department_id=office)).tickets]


async def _change(database: Database, **values: object) -> None:
    async with database.write() as session:
        for row in await session.scalars(select(TicketRow)):
            for name, value in values.items():
                setattr(row, name, value)


async def test_a_changed_ticket_is_made_findable_anew(
    database: Database, tickets: Tickets, draft: TicketDraft, shown: Shown
) -> None:
    number = await _filed(database, tickets, draft)
    assert await shown.run() == 1 and await shown.run() == 0
    assert await _found(database, tickets, "路灯坏") == [number]
    for values, word in (
        ({"content": "井盖松动，李四说没人管"}, "井盖松"),
        ({"address": "朝阳中路 8 号"}, "朝阳中路"),
        ({"contact_name": "李四"}, "没人管"),
        ({"former_contacts": [{"name": "王五", "key": "k"}]}, "没人管"),
    ):
        await _change(database, **values)
        assert await _found(database, tickets, word) == [number], values
        assert await shown.run() == 1, values
        assert await _found(database, tickets, word) == [number], values
    # By the name that was given since, what told it before is hidden.
    assert await _found(database, tickets, "李四") == []
    await _change(database, subject="路灯", urges=3)
    assert await shown.run() == 0
    await _change(database, confidential=False)
    async with database.read() as session:
        assert await session.scalar(select(TicketShownRow)) is None
    assert await _found(database, tickets, "李四") == [number]
    await _change(database, confidential=True)
    assert await _found(database, tickets, "李四") == []
    assert await shown.run() == 1


async def test_what_other_rules_made_is_not_used(
    database: Database, tickets: Tickets, draft: TicketDraft, shown: Shown
) -> None:
    number = await _filed(database, tickets, draft)
    await shown.run()
    other = DepartmentView(lambda _: "路灯")
    other.__dict__["rules"] = "other rules"
    tickets.view = other
    assert await _found(database, tickets, "路灯坏") == []
    assert await _found(database, tickets, "看不见") == [number]
    assert await Shown(database, other, Jobs(database)).run() == 1
    assert await _found(database, tickets, "看不见") == [number]


async def test_an_unnamed_ticket_is_found_by_what_is_left(
    database: Database, tickets: Tickets, draft: TicketDraft, shown: Shown
) -> None:
    number = await _filed(database, tickets, replace(draft, content="我叫王小明，路灯坏了三天"))
    await shown.run()

    async def forget(*_: object) -> None:
        return None

    async with database.write() as session:
        await make_anonymous(session, forget, list(await session.scalars(select(TicketRow.id))))
    assert await shown.run() == 1
    assert await _found(database, tickets, "坏了三天") == [number]
    assert await _found(database, tickets, "王小明") == []


async def test_one_that_cannot_be_read_keeps_no_other_from_being_found(
    database: Database, tickets: Tickets, draft: TicketDraft, shown: Shown
) -> None:
    await _filed(database, tickets, draft)
    async with database.write() as session:
        await session.execute(text("UPDATE tickets SET content = 'not sealed'"))
    await _filed(database, tickets, replace(draft, content="井盖松动"), "other")
    assert await shown.run() == 1
