"""Lines of tickets' histories that are written for many tickets at once, and who else hears of every line.

A connected system is told of each line, whoever wrote it: its package adds a function to :data:`WRITTEN`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from core.bulk import insert_many
from core.ids import new_id
from tickets.models import TicketEventRow
from tickets.types import Actor

Written = Callable[[Connection, Sequence[str]], None]
"""Gets the connection of the transaction and the ids of the lines that it has just written."""
WRITTEN: list[Written] = []
"""Who is told of the lines, in the transaction that writes them."""


async def add(
    session: AsyncSession, actor: Actor, at: datetime, lines: Sequence[tuple[str, str, str, str]]
) -> None:
    """Write lines that change no state, at once.

    Args:
        session: the transaction that makes the changes.
        actor: who did it.
        at: when.
        lines: of each: id of the ticket, action, note, and key within the ticket.
    """
    if not lines:
        return
    same: dict[str, Any] = {
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor": actor.name,
        "from_state": None,
        "to_state": None,
    }
    values = [
        {"id": new_id(), "ticket_id": ticket_id, "action": action, "note": note, "key": key}
        for ticket_id, action, note, key in lines
    ]
    await insert_many(session, cast(Table, TicketEventRow.__table__), values, same)
    connection = await session.connection()
    await connection.run_sync(_tell, [one["id"] for one in values])


def _tell(connection: Connection, ids: Sequence[str]) -> None:
    for told in WRITTEN:
        told(connection, ids)


@event.listens_for(Session, "after_flush")
def _written_one_by_one(session: Session, _context: Any) -> None:
    ids = [one.id for one in session.new if isinstance(one, TicketEventRow)]
    if ids:
        _tell(session.connection(), ids)
