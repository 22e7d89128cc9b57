"""How long tickets name the citizen."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database
from core.redaction import redact
from core.retention import After, Rows
from tickets.models import TicketEventRow, TicketPhotoRow, TicketRow

TABLES = {
    "tickets": "keep_contacts_days after it was closed: contact, place and conversation go, and texts are redacted; what is "
    "left is a record without personal data, and is kept",
    "ticket_dispatches": "kept; no personal data",
    "ticket_shown": "as the ticket is confidential; made anew when its words change; no personal data",
    "ticket_watches": "until the clock has nothing to do with the ticket any more; no personal data",
    "ticket_heard": "kept; no personal data",
    "ticket_events": "with its ticket; notes are redacted",
    "ticket_photos": "with the ticket's contact",
    "ticket_counters": "kept; no personal data",
    "ticket_code_failures": "tickets.lookup removes them by itself after minutes",
    "departments": "kept; no personal data",
}
"""The decisions for the tables of this package."""

Forget = Callable[[AsyncSession, Sequence[str]], Awaitable[After | None]]
"""Removes photos in a transaction, and returns what removes their files after the commit."""


def rules(database: Database, forget: Forget, *, contacts: timedelta) -> list[Rows]:
    """The rules of this package.

    Args:
        database: where the tickets are.
        forget: removes photos (:meth:`conversations.media.Media.forget`).
        contacts: how long after its end a ticket names the citizen.
    """

    async def remove(session: AsyncSession, ids: Sequence[str]) -> After | None:
        return await make_anonymous(session, forget, ids)

    return [Rows("工单里的联系方式", contacts, database, _closed, remove)]


async def held(session: AsyncSession, photos: Sequence[str]) -> set[str]:
    """Which of these photos belong to tickets."""
    found = await session.scalars(
        select(TicketPhotoRow.image_id).where(TicketPhotoRow.image_id.in_(photos)).distinct()
    )
    return set(found)


async def make_anonymous(session: AsyncSession, forget: Forget, ids: Sequence[str]) -> After | None:
    """Remove from tickets what names people. What the matter was, and how it went, stays.

    Returns:
        What removes the photos' files after the commit; None when there are none.
    """
    for row in await session.scalars(select(TicketRow).where(TicketRow.id.in_(ids))):
        row.contact_name = row.contact_phone = row.contact_key = row.name_key = None
        row.former_contacts = []
        row.latitude = row.longitude = None
        row.place_label = ""
        row.conversation_id = None
        row.query_code = secrets.token_hex(16)  # which nobody knows
        row.filing_key = f"anonymous:{row.id}"
        row.content, row.subject, row.address = redact(row.content), redact(row.subject), redact(row.address)
        row.public_reply, row.confidential_reply = redact(row.public_reply), redact(row.confidential_reply)
        row.callback_why = redact(row.callback_why)
        row.details = [{**one, "value": redact(str(one.get("value", "")))} for one in row.details]
        row.anonymous_at = now()
    for event in await session.scalars(select(TicketEventRow).where(TicketEventRow.ticket_id.in_(ids))):
        event.note = redact(event.note)
    photos = set(
        await session.scalars(select(TicketPhotoRow.image_id).where(TicketPhotoRow.ticket_id.in_(ids)))
    )
    await session.execute(delete(TicketPhotoRow).where(TicketPhotoRow.ticket_id.in_(ids)))
    await session.flush()
    shared = await held(session, sorted(photos)) if photos else set()
    return await forget(session, sorted(photos - shared))


def _closed(before: datetime) -> Select[str]:
    return (
        select(TicketRow.id)
        .where(TicketRow.anonymous_at.is_(None), TicketRow.closed_at < before)
        .order_by(TicketRow.id)
    )
