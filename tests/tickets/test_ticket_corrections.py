"""A citizen corrects a ticket: the field, a line in the content, both values in the history, and whoever handles it hears of it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from core.database import Database
from core.errors import BadRequest, NotFound
from core.events import Events
from tickets.department_view import DepartmentView
from tickets.listing import Wanted
from tickets.models import TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.types import Ticket, TicketDraft

DRAFT = TicketDraft(
    "投诉", "国庆路3号的麻将馆前天晚上又吵", district="潘集区", address="国庆路3号", happened_at="前天晚上",
    latitude=32.6, longitude=117.0, place_label="国庆路3号",
)  # fmt: skip


@pytest.fixture
async def ticket(tickets: Tickets) -> Ticket:
    return await tickets.file(DRAFT, "k")


async def test_the_field_the_content_and_the_history_tell_it_and_only_once(
    tickets: Tickets, events: Events, ticket: Ticket
) -> None:
    with events.subscribe("tickets") as heard:
        await tickets.correct(ticket.number, {"address": "龙湖路8号", "district": "大通"}, key="t-1")
        told = (await asyncio.wait_for(heard.get(), 1)).data
    assert told["action"] == "corrected" and told["ticket"]["corrected"] is True
    now = await tickets.correct(ticket.number, {"address": "龙湖路8号", "district": "大通"}, key="t-1")
    assert (now.address, now.district, now.latitude, now.place_label) == ("龙湖路8号", "大通区", None, "")
    assert now.content.splitlines() == [
        DRAFT.content, "市民登记后更正：所在县区是大通区", "市民登记后更正：发生地点是龙湖路8号",
    ]  # fmt: skip
    lines = [event.note.splitlines() for event in await tickets.events(ticket.number) if event.note]
    assert lines == [
        ["市民登记后更正：所在县区“潘集区”改为“大通区”", "市民登记后更正：发生地点“国庆路3号”改为“龙湖路8号”"]
    ]


async def test_a_second_correction_of_a_field_takes_the_place_of_the_first(
    tickets: Tickets, ticket: Ticket
) -> None:
    await tickets.correct(ticket.number, {"happened_at": "昨天"}, key="t-1")
    now = await tickets.correct(ticket.number, {"happened_at": "大前天"}, key="t-2")
    assert now.content.splitlines() == [DRAFT.content, "市民登记后更正：发生时间是大前天"]
    found = await tickets.find(Wanted(q="国庆路"))
    assert [line.corrected for line in found.tickets] == [True]


async def test_a_more_exact_address_keeps_the_point_on_the_map(tickets: Tickets, ticket: Ticket) -> None:
    now = await tickets.correct(ticket.number, {"address": "国庆路3号二楼"})
    assert (now.latitude, now.place_label) == (32.6, "国庆路3号")


async def test_what_waited_for_the_citizen_is_handled_on(
    tickets: Tickets, database: Database, ticket: Ticket
) -> None:
    async with database.write() as session:
        await session.execute(update(TicketRow).values(state=State.SUSPENDED))
    assert (await tickets.correct(ticket.number, {"address": "龙湖路8号"})).state is State.HANDLING


@pytest.mark.parametrize("values", [{}, {"address": " "}, {"address": "路" * 301}, {"content": "别的事"}])
async def test_what_is_no_correction_changes_nothing(
    tickets: Tickets, ticket: Ticket, values: dict[str, str]
) -> None:
    with pytest.raises(BadRequest):
        await tickets.correct(ticket.number, values)
    assert (await tickets.get(ticket.number)).content == DRAFT.content
    with pytest.raises(NotFound):
        await tickets.correct("HN2020010100001", {"address": "龙湖路8号"})


async def test_a_department_reads_the_correction_of_a_secret_ticket_without_the_flat(
    tickets: Tickets, database: Database
) -> None:
    draft = TicketDraft(**{**vars(DRAFT), "confidential": True})
    secret = await tickets.file(draft, "secret")
    await tickets.correct(secret.number, {"address": "龙湖花园3栋2单元502室"})
    async with database.read() as session:
        row = await session.get(TicketRow, secret.id)
        assert row is not None
        seen = DepartmentView().ticket(
            row, await tickets.get(secret.number), await tickets.events(secret.number), leads=True
        )
    assert "龙湖花园3栋" in str(seen) and "502室" not in str(seen)
