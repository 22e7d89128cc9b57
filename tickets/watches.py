"""When the clock has to look at each ticket next. Read :mod:`tickets.clockwork` for what it does then.

It stands in a narrow table of its own: the row of a ticket is wide and has two dozen indexes, and a server that keeps versions of rows,
such as PostgreSQL, writes into each of them whenever it is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.bulk import update_many
from core.database import UtcDateTime, among, among_given, as_given
from tickets.models import TicketWatchRow


async def put(session: AsyncSession, ticket_id: str, at: datetime | None) -> None:
    """Let the clock look at a stored ticket at this moment next; None: not any more."""
    if at is None:
        await session.execute(_at(ticket_id, delete(TicketWatchRow)))
        return
    await session.flush()  # the ticket itself may be new; what is written past the session does not do so
    connection = await session.connection()
    await connection.execute(_putting(session.get_bind().dialect.name), {"ticket_id": ticket_id, "at": at})


@cache
def _putting(dialect: str) -> Any:
    """The statement of :func:`put`, made once: each move of a ticket runs it."""
    table = cast(Table, TicketWatchRow.__table__)
    new = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    return new.on_conflict_do_update(index_elements=[table.c.ticket_id], set_={"at": new.excluded.at})


_LOOKED_AT = select(TicketWatchRow.at).where(TicketWatchRow.ticket_id == bindparam("watched"))


async def put_many(session: AsyncSession, at: Mapping[str, datetime | None]) -> None:
    """The same for many tickets that the clock looks at already, with two statements: id of a ticket → moment."""
    table = cast(Table, TicketWatchRow.__table__)
    later = [{"ticket_id": one, "at": moment} for one, moment in at.items() if moment is not None]
    await update_many(session, table, "ticket_id", later)
    over = [one for one, moment in at.items() if moment is None]
    if over:
        sqlite = session.get_bind().dialect.name == "sqlite"
        await session.execute(delete(table).where(among(table.c.ticket_id, over, sqlite=sqlite)))


async def at(session: AsyncSession, ticket_id: str) -> datetime | None:
    """When the clock looks at a ticket next; None: never."""
    # Only this module writes the table, and at once: so nothing has to be flushed before. Each move of a ticket asks.
    connection = await session.connection()
    found: datetime | None = (await connection.execute(_LOOKED_AT, {"watched": ticket_id})).scalar()
    return found


async def due(session: AsyncSession, moment: datetime, limit: int) -> list[str]:
    """Ids of tickets that the clock has to look at by now, the longest due first. Nothing of the tickets themselves is read."""
    wanted = select(TicketWatchRow.ticket_id).where(TicketWatchRow.at <= moment)
    return list(await session.scalars(wanted.order_by(TicketWatchRow.at).limit(limit)))


async def postpone(session: AsyncSession, ticket_id: str, moment: datetime, until: datetime) -> None:
    """Let a ticket that is due at a moment wait until another."""
    await session.execute(
        _at(ticket_id, update(TicketWatchRow)).where(TicketWatchRow.at <= moment).values(at=until)
    )


def is_due(*, sqlite: bool) -> Any:
    """SQL of a query that is joined with the table: some tickets, as far as they are still due. Its values: :func:`which`."""
    theirs = among_given(TicketWatchRow.ticket_id, "due_ids", sqlite=sqlite)
    due = TicketWatchRow.at <= bindparam("due_at", type_=UtcDateTime())
    # In a form for which no index is read: when very many became due at once, PostgreSQL, which has counted none of them yet, would
    # go through all of them for each page.
    return theirs & (due if sqlite else due.is_(true()))


def which(ids: Sequence[str], moment: datetime, *, sqlite: bool) -> dict[str, Any]:
    """The values of :func:`is_due`: ids of tickets, and the present."""
    return {"due_ids": as_given(ids, sqlite=sqlite), "due_at": moment}


def _at(ticket_id: str, statement: Any) -> Any:
    return statement.where(TicketWatchRow.ticket_id == ticket_id).execution_options(synchronize_session=False)
