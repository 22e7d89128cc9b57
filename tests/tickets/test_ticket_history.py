"""Every change is written down: who, when, why; and once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update

from core.clock import SHANGHAI
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from core.events import Events, LocalEvents
from tests.cities import QINGWU
from tests.conftest import Clock
from tickets.models import TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.types import Actor, Ticket, TicketDraft

AGENT = Actor("agent", "坐席 3 号", "01990000-0000-7000-8000-00000000000a")


@pytest.fixture
async def ticket(tickets: Tickets, draft: TicketDraft) -> Ticket:
    return await tickets.file(draft, "k")


async def test_urging_is_written_down_once(tickets: Tickets, events: Events, ticket: Ticket) -> None:
    with events.subscribe("tickets") as heard:
        urged = await tickets.urge(ticket.number, "三天了还没人来", key="turn-1")
        assert (await asyncio.wait_for(heard.get(), 1)).data["action"] == "urge"
    assert urged.number == ticket.number
    await tickets.urge(ticket.number, "三天了还没人来", key="turn-1")
    history = await tickets.events(ticket.number)
    assert [(e.action, e.actor, e.note) for e in history] == [
        ("filed", "群众", ""),
        ("urge", "群众", "三天了还没人来"),
    ]


async def test_a_citizen_urges_a_ticket_once_a_day_and_hears_when_it_was_and_is_due(
    database: Database, draft: TicketDraft, clock: Clock
) -> None:
    clock.forward(seconds=(datetime(2026, 12, 7, 9, 12, tzinfo=SHANGHAI) - clock.now()).total_seconds())
    tickets = Tickets(database, LocalEvents(), QINGWU)
    ticket = await tickets.file(replace(draft, district="", type="咨询", category=""), "k")
    await tickets.urge(ticket.number, "三天了还没人来", key="turn-1")
    clock.forward(hours=14)  # still the same day in China
    with pytest.raises(Conflict) as refused:
        await tickets.urge(ticket.number, key="turn-2")
    assert refused.value.message.startswith("您今天 09:12 已经催过了，办的人看得到。按《青梧市")
    assert refused.value.message.endswith("前答复。明天还没有动静，可以再催。")
    for _ in range(2):  # the same turn again says the same
        with pytest.raises(Conflict, match="您刚才说的也记到工单上了"):
            await tickets.urge(ticket.number, "孩子摔了一跤", key="turn-3")
    assert [e.note for e in await tickets.events(ticket.number) if e.action == "noted"] == ["孩子摔了一跤"]
    # What the staff notes of a caller counts for itself.
    await tickets.moves.act(ticket.number, "urge", {"note": "来电催"}, AGENT)
    clock.forward(hours=1)
    urged = await tickets.urge(ticket.number, key="turn-4")
    assert urged.rounds.urges == 3 and urged.version == ticket.version


async def test_urging_at_once_counts_once(tickets: Tickets, ticket: Ticket) -> None:
    done = await asyncio.gather(
        *(tickets.urge(ticket.number, key=f"turn-{n}") for n in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, Conflict) for one in done) == 5
    assert (await tickets.get(ticket.number)).rounds.urges == 1


async def test_the_same_key_at_once_is_one_event(tickets: Tickets, ticket: Ticket) -> None:
    await asyncio.gather(*(tickets.note(ticket.number, AGENT, "已电话联系", key="turn-9") for _ in range(8)))
    assert [e.action for e in await tickets.events(ticket.number)] == ["filed", "noted"]


async def test_one_turn_may_act_on_two_tickets(tickets: Tickets, ticket: Ticket, draft: TicketDraft) -> None:
    other = await tickets.file(draft, "other")
    await tickets.note(ticket.number, AGENT, "同一件事", key="turn-1")
    await tickets.note(other.number, AGENT, "同一件事", key="turn-1")
    assert len(await tickets.events(ticket.number)) == len(await tickets.events(other.number)) == 2


async def test_a_finished_ticket_can_not_be_urged(
    tickets: Tickets, database: Database, ticket: Ticket
) -> None:
    async with database.write() as session:
        await session.execute(update(TicketRow).values(state=State.CLOSED))
    with pytest.raises(Conflict, match="办结归档"):
        await tickets.urge(ticket.number)
    assert len(await tickets.events(ticket.number)) == 1


async def test_a_note_says_something_about_a_ticket_that_is_there(tickets: Tickets, ticket: Ticket) -> None:
    for blank in ("  ", "\n\u200b\u2060", "\u3164"):
        with pytest.raises(BadRequest, match="现在是空的"):
            await tickets.note(ticket.number, AGENT, blank)
        with pytest.raises(BadRequest, match="为什么要看"):
            await tickets.contact(ticket.number, AGENT, blank)
    with pytest.raises(BadRequest):
        await tickets.note(ticket.number, AGENT, "长" * 10_001)
    with pytest.raises(NotFound):
        await tickets.note("HN2020010100001", AGENT, "没有这张")
    before = ticket.updated_at
    assert (await tickets.note(ticket.number, AGENT, "已电话联系")).updated_at > before


async def test_the_clear_contact_leaves_a_trace(tickets: Tickets, ticket: Ticket) -> None:
    contact = await tickets.contact(ticket.number, AGENT, "回访核实地址")
    assert (contact.name, contact.phone) == ("张某某", "13800000000")
    seen = (await tickets.events(ticket.number))[-1].to_json()
    assert (seen["action"], seen["actor"], seen["note"]) == ("查看联系方式", "坐席 3 号", "回访核实地址")
