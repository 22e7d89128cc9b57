"""Finds a ticket by number and query code, for citizens, who do not sign in."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select

from core.clock import now
from core.database import Database
from core.errors import RateLimited
from core.locks import one_at_a_time
from tickets import numbers, rows
from tickets.models import CodeFailure
from tickets.types import Ticket

MAX_FAILURES = 5
"""Wrong codes for one number within :data:`WINDOW`, after which no code is accepted."""
WINDOW = timedelta(minutes=15)
"""Time for which a wrong code counts."""


async def by_number_and_code(database: Database, number: str, code: str) -> Ticket | None:
    """The ticket, when number and code belong together; else None, whichever of the two is wrong.

    Failures are also counted for numbers that do not exist, so that the limit does not reveal which numbers
    exist. They are counted in the database, for all processes and across restarts.

    Raises:
        RateLimited: there were :data:`MAX_FAILURES` wrong codes for this number within :data:`WINDOW`. Until
            they no longer count, even the right code is refused.
    """
    known_number, known_code = numbers.plain_number(number), numbers.plain_code(code)
    if known_number is None or known_code is None:
        return None
    moment = now()
    async with database.write() as session:
        # Only one transaction at a time may count, compare and add. Otherwise a hundred guesses sent at once
        # would all find the count below the limit.
        await one_at_a_time(session, f"ticket-code:{known_number}")
        await session.execute(delete(CodeFailure).where(CodeFailure.at <= moment - WINDOW))
        failures, oldest = (
            await session.execute(
                select(func.count(), func.min(CodeFailure.at)).where(CodeFailure.number == known_number)
            )
        ).one()
        locked = failures >= MAX_FAILURES
        found = None
        if not locked:
            row = await rows.by_number(session, known_number)
            expected = row.query_code if row is not None else numbers.new_code()
            if secrets.compare_digest(expected, known_code) and row is not None:
                found = await rows.to_ticket(session, row)
            else:
                session.add(CodeFailure(number=known_number, at=moment))
    if locked:
        wait = max(1, round((oldest + WINDOW - moment).total_seconds()))
        raise RateLimited(
            f"查询码输错次数太多了，请 {-(-wait // 60)} 分钟后再试，或者说“转人工”请坐席帮您查。",
            code="too_many_codes",
            retry_after_s=wait,
        )
    return found
