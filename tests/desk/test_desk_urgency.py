"""特急 is a level of its own, above 紧急: at filing, acceptance and change, in lists, counts, sheets and for other systems."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from desk import ticket_sheets
from tests.conftest import Clock
from tests.desk import test_desk_lifecycle
from tests.desk.test_desk_lifecycle import DRAFT, Hall
from tickets.models import TicketRow
from tickets.types import Actor

hall = test_desk_lifecycle.hall


async def _row(hall: Hall, number: str) -> TicketRow:
    async with hall.office.database.read() as session:
        found = await session.scalar(select(TicketRow).where(TicketRow.number == number))
    assert found is not None
    return found


def _hours_left(row: TicketRow) -> float:
    assert row.close_due_at is not None
    return (row.close_due_at - datetime.now(UTC)).total_seconds() / 3600


async def test_who_accepts_it_makes_it_an_emergency_of_two_hours(hall: Hall) -> None:
    plain, urgent, emergency = [await hall.file(str(nth)) for nth in range(3)]
    await hall.act(hall.agent, urgent, "accept", urgent=True)
    await hall.act(hall.agent, emergency, "accept", emergency=True)
    page = (await hall.agent.get(f"/tickets/{emergency}"))["ticket"]
    assert (page["urgency"], page["due"]["rule"], page["due"]["example"]) == ("特急", "特急", True)
    assert 1.9 < _hours_left(await _row(hall, emergency)) <= 2
    assert 23 < _hours_left(await _row(hall, urgent)) <= 24

    async def found(**query: str) -> list[str]:
        return [one["number"] for one in (await hall.agent.get("/tickets", **query))["tickets"]]

    assert await found(emergency="1") == [emergency]
    assert await found(urgent="1") == [emergency, urgent], "who is in danger is urgent, too"
    assert await found(emergency="1", state="open", district="田家庵区") == [emergency]
    counts = await hall.agent.get("/tickets/counts")
    assert (counts["open"], counts["urgent"], counts["emergency"]) == (3, 2, 1)
    await hall.agent.get("/tickets", 400, emergency="yes")
    assert plain in await found(state="open")


@pytest.mark.parametrize(
    ("changes", "urgency"),
    [
        ({"urgent": False}, None),
        ({"emergency": False}, "urgent"),
        ({"urgent": False, "emergency": False}, None),
    ],
)
async def test_it_is_taken_off_again(hall: Hall, changes: dict[str, bool], urgency: str | None) -> None:
    number = (await hall.office.tickets.file(replace(DRAFT, emergency=True), "k")).number
    assert (await _row(hall, number)).urgency == "emergency"
    body = {"version": 1, **changes}
    await hall.agent.post(f"/tickets/{number}/edit", body)
    row = await _row(hall, number)
    assert (row.urgency, row.due_rule) == (urgency, "紧急" if urgency else "其他")


async def test_what_becomes_an_emergency_later_has_its_time_from_then_on(hall: Hall, clock: Clock) -> None:
    number = await hall.file()
    clock.forward(hours=30)
    await hall.office.tickets.edit(number, {"emergency": True}, Actor("agent", "坐席"), version=1)
    row = await _row(hall, number)
    assert row.urgency == "emergency" and row.close_due_at is not None
    left = (row.close_due_at - datetime.now(UTC) - clock.ahead).total_seconds() / 3600
    assert 1.9 < left <= 2
    line = (await hall.office.tickets.events(number))[-1]
    assert line.note.split("\n") == [
        "话务员修改：是否紧急“否”改为“是”",
        "话务员修改：是否特急“否”改为“是”",
    ]


async def test_a_sheet_holds_both(hall: Hall) -> None:
    assert "是否特急" in [header for header, _, _ in ticket_sheets.COLUMNS.values()]
    ticket = await hall.office.tickets.file(replace(DRAFT, emergency=True), "k")
    assert ticket.line.to_json()["urgency"] == "特急"
    assert ticket_sheets.listed([ticket.line])
