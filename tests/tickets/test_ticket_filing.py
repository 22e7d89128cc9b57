"""A confirmed draft becomes a ticket, exactly once, with a number of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import codes
from core.clock import local, now
from core.database import Base, Database
from core.errors import BadRequest, NotFound
from core.events import Events, LocalEvents
from tests.cities import HUAINAN
from tickets import numbers
from tickets.checks import MAX_CONTENT
from tickets.models import TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.types import TicketDraft, TicketType


async def test_a_draft_becomes_a_ticket_with_number_code_and_first_event(
    tickets: Tickets, events: Events, draft: TicketDraft
) -> None:
    with events.subscribe("tickets") as heard:
        ticket = await tickets.file(draft, "confirm-1")
        event = await asyncio.wait_for(heard.get(), 1)
    assert ticket.number == f"HN{local(now()):%Y%m%d}00001"
    assert codes.is_new(ticket.query_code)
    assert (ticket.type, ticket.state, ticket.district) == (
        TicketType.COMPLAINT,
        State.PENDING_ACCEPTANCE,
        "田家庵区",
    )
    assert (ticket.contact_name, ticket.contact_phone) == ("张**", "138****0000")
    assert ticket.card() == {
        "kind": "ticket",
        "number": ticket.number,
        "query_code": codes.place(ticket.number),
        "state": "待受理",
        "type": "投诉",
        "category": "市政设施/路灯照明",
    }
    assert "query_code" not in ticket.to_json()
    [filed] = await tickets.events(ticket.number)
    assert filed.to_json() | {"at": ""} == {
        "at": "",
        "actor": "群众",
        "action": "登记",
        "action_code": "filed",
        "from_state": None,
        "to_state": "待受理",
        "note": "",
    }
    assert event.kind == "ticket"
    assert event.data["ticket"]["number"] == ticket.number
    assert event.data["ticket"]["state"] == "待受理"
    assert await tickets.get(ticket.number) == ticket


async def test_the_same_key_files_once(tickets: Tickets, database: Database, draft: TicketDraft) -> None:
    first = await tickets.file(draft, "confirm-1")
    again = await tickets.file(replace(draft, content="又点了一次确认"), "confirm-1")
    assert again == first
    other = await tickets.file(draft, "confirm-2")
    assert other.number != first.number
    assert len(await tickets.events(first.number)) == 1
    assert await _count(database) == 2


async def test_the_same_key_sent_ten_times_at_once_files_once(
    tickets: Tickets, database: Database, draft: TicketDraft
) -> None:
    made = await asyncio.gather(*(tickets.file(draft, "confirm-1") for _ in range(10)))
    assert len({t.number for t in made}) == 1
    assert await _count(database) == 1


async def test_fifty_filings_at_once_get_fifty_numbers_without_a_gap(
    tickets: Tickets, draft: TicketDraft
) -> None:
    made = await asyncio.gather(*(tickets.file(draft, f"confirm-{i}") for i in range(50)))
    assert sorted(int(t.number[-5:]) for t in made) == list(range(1, 51))
    assert len({t.query_code for t in made}) > 40


async def test_a_filing_that_fails_leaves_no_gap(database: Database) -> None:
    moment = now()
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            await numbers.next_number(session, "HN", moment)
            raise RuntimeError
    async with database.write() as session:
        assert (await numbers.next_number(session, "HN", moment)).endswith("00001")


async def test_the_day_in_a_number_is_the_day_in_china(database: Database) -> None:
    async with database.write() as session:
        before = await numbers.next_number(session, "HN", datetime(2026, 11, 23, 15, 59, tzinfo=UTC))
        after = await numbers.next_number(session, "HN", datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    assert (before, after) == ("HN2026112300001", "HN2026112400001")


async def test_personal_data_is_not_on_disk_in_clear(tmp_path: Path, draft: TicketDraft) -> None:
    database = Database(f"sqlite:///{tmp_path / 'raw.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    ticket = await Tickets(database, LocalEvents(), HUAINAN).file(
        replace(draft, contact_phone="13900001234", contact_name="欧阳某某"), "k"
    )
    await database.close()
    raw = _bytes_in(tmp_path)
    assert ticket.number.encode() in raw, "the test must look at the bytes the ticket is in"
    assert b"13900001234" not in raw
    assert "欧阳某某".encode() not in raw
    assert ticket.query_code.encode() not in raw


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "闲聊"}, "type"),
        ({"content": " \n"}, "content"),
        ({"content": "长" * (MAX_CONTENT + 1)}, "content"),
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"contact_phone": "电话找我要"}, "contact_phone"),
        ({"address": "路" * 301}, "address"),
        ({"contact_name": "名" * 41}, "contact_name"),
    ],
)
async def test_a_bad_draft_is_refused_in_words_and_nothing_is_stored(
    tickets: Tickets, database: Database, draft: TicketDraft, change: dict[str, str], field: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        await tickets.file(replace(draft, **change), "k")  # type: ignore[arg-type]
    assert caught.value.code == "bad_ticket"
    assert list(caught.value.details["fields"]) == [field]
    assert "请" in caught.value.message or "太长" in caught.value.message
    assert await _count(database) == 0


async def test_an_anonymous_filing_needs_neither_name_nor_phone(tickets: Tickets) -> None:
    ticket = await tickets.file(TicketDraft("report", "工地半夜施工，吵得睡不着"), "k")
    assert (ticket.contact_name, ticket.contact_phone) == ("", "")


async def test_a_filing_without_a_key_is_refused(tickets: Tickets, draft: TicketDraft) -> None:
    with pytest.raises(BadRequest):
        await tickets.file(draft, "")
    with pytest.raises(BadRequest):
        await tickets.file(draft, "k" * 201)


async def test_what_is_no_number_names_no_ticket(tickets: Tickets) -> None:
    for number in ("", "HN2026112399999", "'; DROP TABLE tickets", "HN\0", "\ud800"):
        with pytest.raises(NotFound):
            await tickets.get(number)


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def _count(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(TicketRow)) or 0
