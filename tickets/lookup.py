"""Finds a ticket by number and query code, for citizens, who do not sign in."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from core import codes
from core.clock import now
from core.database import Database
from core.errors import RateLimited
from core.locks import one_at_a_time
from core.privacy import lookup_key
from tickets import numbers, rows
from tickets.models import CodeFailure, TicketRow
from tickets.types import Ticket

WINDOW = timedelta(minutes=15)
"""Time for which a wrong code counts."""
OF_VISITOR = 5
"""Wrong codes of one visitor within :data:`WINDOW`, after which no code of that visitor is accepted. Who opens a page without
a conversation is no visitor, and is known by the address alone."""
OF_SOURCE = 20
"""Wrong codes from one address. A family, an office and a class behind one address fit."""
OF_NUMBER = 30
"""Wrong codes for one number, from whomever, after which only visitors without a wrong code of their own are heard."""
OF_SHORT_CODE = 5
"""Wrong codes for one number, from whomever, after which its old code of six digits is not accepted. A new code is too
long to be guessed, so guesses of others never shut its owner out."""


@dataclass(frozen=True)
class Tried:
    """Who tries a code.

    Args:
        visitor: id of the conversation; empty when not known.
        source: keyed hash of the network address; empty when not known.
    """

    visitor: str = ""
    source: str = ""


NOBODY = Tried()
"""Nothing is known of who tries."""


async def by_number_and_code(
    database: Database, number: str, code: str, tried: Tried = NOBODY
) -> Ticket | None:
    """The ticket, when number and code belong together; else None, whichever of the two is wrong.

    A pass (:func:`pass_for`) of the same visitor counts as the code.

    Failures are also counted for numbers that do not exist, so that the limit does not reveal which numbers
    exist. They are counted in the database, for all processes and across restarts.

    Raises:
        RateLimited: too many wrong codes of this visitor, from this address, or for this number, as the constants of
            this module say. Until they no longer count, even the right code is refused.
    """
    known_number = numbers.plain_number(number)
    if known_number is None:
        return None
    visitor, source = (lookup_key(one) if one else "" for one in (tried.visitor, tried.source))
    passed = await _by_pass(database, known_number, code, tried)
    known_code = codes.plain(code)
    if passed is not None or known_code is None:
        return passed
    moment = now()
    async with database.write() as session:
        # Only one transaction at a time may count, compare and add. Otherwise a hundred guesses sent at once
        # would all find the count below the limit.
        for what in sorted({f"number:{known_number}", f"visitor:{visitor}", f"source:{source}"}):
            await one_at_a_time(session, f"ticket-code:{what}")
        await session.execute(delete(CodeFailure).where(CodeFailure.at <= moment - WINDOW))
        oldest = await _refused(session, known_number, visitor, source, short=not codes.is_new(known_code))
        found = None
        if oldest is None:
            row = await rows.by_number(session, known_number)
            expected = row.query_code if row is not None else codes.new()
            # Digests have one length, so the time tells nothing of how much is right.
            if hmac.compare_digest(lookup_key(expected), lookup_key(known_code)) and row is not None:
                found = await rows.to_ticket(session, row)
            else:
                session.add(CodeFailure(number=known_number, visitor=visitor, source=source, at=moment))
    if oldest is not None:
        wait = max(1, round((oldest + WINDOW - moment).total_seconds()))
        raise RateLimited(
            f"查询码输错次数太多了，请 {-(-wait // 60)} 分钟后再试，或者说“转人工”请坐席帮您查。",
            code="too_many_codes",
            retry_after_s=wait,
        )
    return found


def pass_for(ticket: Ticket, visitor: str) -> str:
    """What is kept instead of the code of a ticket that this visitor has opened: worth nothing to anybody else."""
    return lookup_key(f"ticket pass {ticket.number} {ticket.query_code} {visitor}")


async def codes_of(database: Database, conversation_id: str, asked: Collection[str]) -> dict[str, str]:
    """The query codes of those of the tickets with these numbers that were filed in this conversation."""
    wanted = (TicketRow.conversation_id == conversation_id, TicketRow.number.in_(list(asked)))
    async with database.read() as session:
        found = await session.scalars(select(TicketRow).where(*wanted))
        return {row.number: row.query_code for row in found}


async def _by_pass(database: Database, number: str, given: str, tried: Tried) -> Ticket | None:
    if len(given) != len(lookup_key("")) or not tried.visitor:
        return None
    async with database.read() as session:
        row = await rows.by_number(session, number)
        ticket = None if row is None else await rows.to_ticket(session, row)
    right = ticket is not None and hmac.compare_digest(
        pass_for(ticket, tried.visitor).encode(), given.encode("utf-8", "replace")
    )
    return ticket if right else None


async def _refused(
    session: AsyncSession, number: str, visitor: str, source: str, *, short: bool
) -> datetime | None:
    """The oldest wrong code that counts against this try; None when it is heard."""
    mine = 0
    if visitor or not source:
        mine, first = await _count(session, CodeFailure.visitor == visitor)
        if mine >= OF_VISITOR:
            return first
    if source:
        here, first = await _count(session, CodeFailure.source == source)
        if here >= OF_SOURCE:
            return first
        mine = mine if visitor else here
    everybody, first = await _count(session, CodeFailure.number == number)
    if everybody >= OF_NUMBER and mine:
        return first
    return first if short and everybody >= OF_SHORT_CODE else None


async def _count(session: AsyncSession, which: ColumnElement[bool]) -> tuple[int, datetime | None]:
    count, oldest = (await session.execute(select(func.count(), func.min(CodeFailure.at)).where(which))).one()
    return count, oldest
