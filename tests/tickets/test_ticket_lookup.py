"""Progress by number and code: right for who has both, silent and limited for who guesses."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from core import codes
from core.database import Database
from core.errors import RateLimited
from core.events import LocalEvents
from tests.cities import HUAINAN
from tickets.lookup import OF_NUMBER, OF_SHORT_CODE, OF_SOURCE, OF_VISITOR, WINDOW, Tried
from tickets.models import CodeFailure, TicketRow
from tickets.service import Tickets
from tickets.types import Ticket, TicketDraft

ME = Tried("visitor-1", "address-1")


@pytest.fixture
async def ticket(tickets: Tickets, draft: TicketDraft) -> Ticket:
    return await tickets.file(draft, "k")


@pytest.fixture
async def old(tickets: Tickets, draft: TicketDraft, database: Database) -> Ticket:
    """A ticket with a code of six digits, as they were given before."""
    made = await tickets.file(draft, "old")
    async with database.write() as session:
        await session.execute(update(TicketRow).where(TicketRow.id == made.id).values(query_code="482913"))
    return await tickets.get(made.number)


async def _guess(tickets: Tickets, ticket: Ticket, times: int, *, spread: bool = True) -> None:
    """Wrong codes for a ticket: each from somebody else at another address, or all from one visitor."""
    for nth in range(times):
        tried = Tried(f"guesser-{nth}", f"address-of-{nth}") if spread else Tried("guesser", "address-of-0")
        assert await tickets.by_number_and_code(ticket.number, codes.new(), tried) is None


async def test_number_and_code_find_the_ticket_however_they_are_typed(
    tickets: Tickets, ticket: Ticket
) -> None:
    assert await tickets.by_number_and_code(ticket.number, ticket.query_code) == ticket
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in ticket.number.lower())
    assert await tickets.by_number_and_code(f" {full_width} ", " ".join(ticket.query_code.lower())) == ticket
    assert (
        await tickets.by_number_and_code(ticket.number, f"{ticket.query_code[:4]}-{ticket.query_code[4:]}")
        == ticket
    )


async def test_a_code_of_six_digits_goes_on_working(tickets: Tickets, old: Ticket) -> None:
    assert await tickets.by_number_and_code(old.number, "482 913") == old
    assert await tickets.by_number_and_code(old.number, "482914") is None


async def test_wrong_code_and_unknown_number_look_the_same(tickets: Tickets, ticket: Ticket) -> None:
    assert await tickets.by_number_and_code(ticket.number, codes.new()) is None
    assert await tickets.by_number_and_code("HN2020010100001", ticket.query_code) is None
    assert await tickets.by_number_and_code("不知道", ticket.query_code) is None
    assert await tickets.by_number_and_code(ticket.number, "") is None


async def test_after_five_wrong_codes_of_a_visitor_even_the_right_one_waits(
    tickets: Tickets, database: Database, ticket: Ticket, draft: TicketDraft
) -> None:
    other = await tickets.file(draft, "other")
    for nth in range(OF_VISITOR):  # whatever the number and the address
        tried = Tried(ME.visitor, f"address-{nth}")
        assert await tickets.by_number_and_code((ticket, other)[nth % 2].number, codes.new(), tried) is None
    with pytest.raises(RateLimited) as caught:
        await tickets.by_number_and_code(ticket.number, ticket.query_code, ME)
    assert 0 < (caught.value.retry_after_s or 0) <= WINDOW.total_seconds()
    assert "15 分钟" in caught.value.message
    # It is in the database: a process started meanwhile knows.
    with pytest.raises(RateLimited):
        await Tickets(database, LocalEvents(), HUAINAN).by_number_and_code(
            ticket.number, ticket.query_code, ME
        )
    # Others are not affected.
    assert (
        await tickets.by_number_and_code(ticket.number, ticket.query_code, Tried("owner", "home")) == ticket
    )
    # When the window has passed it works again.
    async with database.write() as session:
        await session.execute(update(CodeFailure).values(at=ticket.created_at - WINDOW))
    assert await tickets.by_number_and_code(ticket.number, ticket.query_code, ME) == ticket


async def test_an_address_is_limited_whatever_visitors_come_from_it(tickets: Tickets, ticket: Ticket) -> None:
    for nth in range(OF_SOURCE):
        tried = Tried(f"visitor-{nth}", "one-address")
        assert await tickets.by_number_and_code("HN2020010100001", codes.new(), tried) is None
    with pytest.raises(RateLimited):
        await tickets.by_number_and_code(ticket.number, ticket.query_code, Tried("new", "one-address"))
    assert (
        await tickets.by_number_and_code(ticket.number, ticket.query_code, Tried("new", "another")) == ticket
    )


async def test_guesses_of_others_do_not_shut_the_owner_of_a_new_code_out(
    tickets: Tickets, ticket: Ticket
) -> None:
    await _guess(tickets, ticket, OF_NUMBER + 3)
    assert (
        await tickets.by_number_and_code(ticket.number, ticket.query_code, Tried("owner", "home")) == ticket
    )
    with pytest.raises(RateLimited):  # who guessed before is not heard again while so many guess
        await tickets.by_number_and_code(ticket.number, codes.new(), Tried("guesser-0", "elsewhere"))


async def test_an_old_code_could_be_guessed_and_so_is_limited_by_its_number(
    tickets: Tickets, old: Ticket
) -> None:
    await _guess(tickets, old, OF_SHORT_CODE)
    with pytest.raises(RateLimited):
        await tickets.by_number_and_code(old.number, "482913", Tried("owner", "home"))


async def test_an_unknown_number_is_limited_like_a_known_one(tickets: Tickets) -> None:
    for _ in range(OF_VISITOR):
        assert await tickets.by_number_and_code("HN2020010100001", "000000", ME) is None
    with pytest.raises(RateLimited):
        await tickets.by_number_and_code("HN2020010100001", "000000", ME)


async def test_guesses_sent_at_once_are_still_only_five(tickets: Tickets, ticket: Ticket) -> None:
    guesses = [tickets.by_number_and_code(ticket.number, codes.new(), ME) for _ in range(20)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert answers.count(None) == OF_VISITOR
    assert sum(isinstance(a, RateLimited) for a in answers) == 20 - OF_VISITOR


async def test_a_pass_opens_the_ticket_for_its_visitor_alone(tickets: Tickets, ticket: Ticket) -> None:
    kept = tickets.pass_for(ticket, ME.visitor)
    assert ticket.query_code not in kept
    assert await tickets.by_number_and_code(ticket.number, kept, ME) == ticket
    assert await tickets.by_number_and_code(ticket.number, kept, Tried("visitor-2")) is None
    assert await tickets.by_number_and_code(ticket.number, kept) is None
    assert await tickets.by_number_and_code(ticket.number, kept[::-1], ME) is None


async def test_codes_are_told_to_their_own_conversation_only(tickets: Tickets, ticket: Ticket) -> None:
    own = str(ticket.conversation_id)
    assert await tickets.codes_of(own, {ticket.number, "HN2020010100001"}) == {
        ticket.number: ticket.query_code
    }
    assert await tickets.codes_of("01990000-0000-7000-8000-000000000099", {ticket.number}) == {}
