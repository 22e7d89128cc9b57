"""Lines of a ticket's history that change no state: notes, ratings, a corrected phone. Each is written once for its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import Database
from core.errors import BadRequest
from core.text import clean, written
from tickets import rows
from tickets.models import TicketEventRow, TicketRow
from tickets.types import Actor, Ticket

MAX_NOTE = 10_000
"""Most characters of a note, or of what a citizen adds when urging."""


async def add(
    database: Database,
    number: str,
    actor: Actor,
    action: str,
    note: str | Callable[[TicketRow], str],
    key: str | None,
    photos: Sequence[str],
    change: Callable[[TicketRow], None] | None,
    *,
    told: bool = False,
) -> tuple[Ticket, bool]:
    """Write a line, with photos and a change of the row. A note that tells old values is made of the row before the change.

    Args:
        told: whether the ticket's citizen hears of it (:mod:`tickets.notices`).

    Returns:
        The ticket, and whether the line was written; not when its key was used before.

    Raises:
        NotFound: there is no such ticket.
    """
    try:
        return await _add(database, number, actor, action, note, key, photos, change, told=told)
    except IntegrityError:
        # Another process has just used the same key (PostgreSQL only). The second try finds its event.
        return await _add(database, number, actor, action, note, key, photos, change, told=told)


async def _add(
    database: Database,
    number: str,
    actor: Actor,
    action: str,
    note: str | Callable[[TicketRow], str],
    key: str | None,
    photos: Sequence[str],
    change: Callable[[TicketRow], None] | None,
    *,
    told: bool = False,
) -> tuple[Ticket, bool]:
    async with database.write() as session:
        row = await rows.wanted(session, number, lock=True)
        if key is not None and await session.scalar(
            select(TicketEventRow.id).where(TicketEventRow.ticket_id == row.id, TicketEventRow.key == key)
        ):
            return await rows.to_ticket(session, row), False
        said = note if isinstance(note, str) else note(row)
        await rows.add_event(session, row.id, actor, action, note=said, key=key, told=told)
        known = await rows.photos(session, row.id)
        rows.add_photos(session, row.id, [image for image in photos if image not in known])
        if change is not None:
            change(row)
        row.updated_at = now()
        await session.flush()
        return await rows.to_ticket(session, row), True


def said(text: str) -> str:
    """The text as it is kept; empty when a reader would see nothing of it.

    Raises:
        BadRequest: it is longer than :data:`MAX_NOTE`.
    """
    kept = clean(text) if written(text) else ""
    if len(kept) > MAX_NOTE:
        raise BadRequest(f"内容太长了，请控制在 {MAX_NOTE} 字以内")
    return kept
