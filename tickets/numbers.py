"""Ticket numbers (工单编号). Query codes are in :mod:`core.codes`."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local
from tickets.models import TicketCounter

_NUMBER = re.compile(r"[A-Z]{2,6}20\d{6}\d{5,6}")


async def next_number(session: AsyncSession, prefix: str, moment: datetime) -> str:
    """The next number of the current day in China: ``HN`` + ``20261123`` + ``00001``.

    One statement raises the day's counter and returns it, so two filings never get the same number. It runs
    in the caller's transaction, so a failed filing leaves no gap.

    Args:
        session: the caller's transaction.
        prefix: the letters before the number.
        moment: the time of filing; it gives the day.
    """
    day = f"{prefix}{local(moment):%Y%m%d}"
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = (
        insert(TicketCounter)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=[TicketCounter.day], set_={"last": TicketCounter.last + 1})
        .returning(TicketCounter.last)
    )
    last = (await session.execute(statement)).scalar_one()
    return f"{day}{last:05d}"


def plain_number(text: str) -> str | None:
    """The stored form of a ticket number that a citizen typed; None when it can't be a ticket number.

    >>> plain_number(" hn２０２６１１２３ 00001 ")
    'HN2026112300001'
    """
    number = re.sub(r"[\s\-_]", "", unicodedata.normalize("NFKC", text)).upper()
    return number if _NUMBER.fullmatch(number) else None
