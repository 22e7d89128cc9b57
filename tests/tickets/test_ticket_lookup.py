"""Progress by number and code: right for who has both, silent and limited for who guesses."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from core.database import Database
from core.errors import RateLimited
from core.events import LocalEvents
from tests.cities import HUAINAN
from tickets.lookup import WINDOW
from tickets.models import CodeFailure
from tickets.service import Tickets
from tickets.types import Ticket, TicketDraft


@pytest.fixture
async def ticket(tickets: Tickets, draft: TicketDraft) -> Ticket:
    return await tickets.file(draft, "k")


def wrong(ticket: Ticket) -> str:
    return f"{(int(ticket.query_code) + 1) % 1_000_000:06d}"


async def test_number_and_code_find_the_ticket_however_they_are_typed(
    tickets: Tickets, ticket: Ticket
) -> None:
    assert await tickets.by_number_and_code(ticket.number, ticket.query_code) == ticket
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in ticket.number.lower())
    assert await tickets.by_number_and_code(f" {full_width} ", " ".join(ticket.query_code)) == ticket


async def test_wrong_code_and_unknown_number_look_the_same(tickets: Tickets, ticket: Ticket) -> None:
    assert await tickets.by_number_and_code(ticket.number, wrong(ticket)) is None
    assert await tickets.by_number_and_code("HN2020010100001", ticket.query_code) is None
    assert await tickets.by_number_and_code("不知道", ticket.query_code) is None
    assert await tickets.by_number_and_code(ticket.number, "") is None


async def test_after_five_wrong_codes_even_the_right_one_waits(
    tickets: Tickets, database: Database, ticket: Ticket, draft: TicketDraft
) -> None:
    for _ in range(5):
        assert await tickets.by_number_and_code(ticket.number, wrong(ticket)) is None
    with pytest.raises(RateLimited) as caught:
        await tickets.by_number_and_code(ticket.number, ticket.query_code)
    assert 0 < (caught.value.retry_after_s or 0) <= WINDOW.total_seconds()
    assert "15 分钟" in caught.value.message
    # It is in the database: a process started meanwhile knows.
    with pytest.raises(RateLimited):
        await Tickets(database, LocalEvents(), HUAINAN).by_number_and_code(ticket.number, ticket.query_code)
    # Other tickets are not affected.
    other = await tickets.file(draft, "other")
    assert await tickets.by_number_and_code(other.number, other.query_code) == other
    # When the window has passed it works again.
    async with database.write() as session:
        await session.execute(update(CodeFailure).values(at=ticket.created_at - WINDOW))
    assert await tickets.by_number_and_code(ticket.number, ticket.query_code) == ticket


async def test_an_unknown_number_is_limited_like_a_known_one(tickets: Tickets) -> None:
    for _ in range(5):
        assert await tickets.by_number_and_code("HN2020010100001", "000000") is None
    with pytest.raises(RateLimited):
        await tickets.by_number_and_code("HN2020010100001", "000000")


async def test_guesses_sent_at_once_are_still_only_five(tickets: Tickets, ticket: Ticket) -> None:
    guesses = [tickets.by_number_and_code(ticket.number, wrong(ticket)) for _ in range(20)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert answers.count(None) == 5
    assert sum(isinstance(a, RateLimited) for a in answers) == 15
