"""Filing: makes a ticket of a confirmed draft, exactly once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import codes
from core.city import City
from core.clock import now
from core.database import Database
from core.errors import BadRequest
from core.privacy import lookup_key
from tickets import checks, clockwork, deadlines, numbers, repeats, rows
from tickets.models import TicketRow
from tickets.states import State
from tickets.types import CITIZEN, Actor, Ticket, TicketDraft, TicketType
from tickets.urgency import is_below, level

MAX_KEY = 200
"""Most characters of a filing key."""
_SAID = (
    "type", "content", "category", "district", "address", "happened_at", "subject", "contact_name", "contact_phone", "confidential",
)  # fmt: skip
"""Columns of what a draft says, but for its photos and how urgent it is."""
Beside = Callable[[AsyncSession, Ticket], Awaitable[None]]
"""Work of the caller in the transaction that makes a ticket, with the ticket: both are written, or neither."""


async def file(
    database: Database,
    draft: TicketDraft,
    key: str,
    city: City,
    actor: Actor = CITIZEN,
    beside: Beside | None = None,
) -> tuple[Ticket, bool]:
    """Store a draft as a ticket, or find the ticket that an earlier call with the same ``key`` made.

    Args:
        database: where the tickets are.
        draft: the confirmed draft.
        key: names this filing, 1 to :data:`MAX_KEY` characters. A repeat (a button pressed twice, a turn that
            runs again after a crash) gets the first ticket, even when its draft differs.
        city: gives the prefix of the number, its districts, and the rules for deadlines.
        actor: who files the ticket.
        beside: done in the same transaction, when this call makes the ticket.

    Returns:
        The ticket, and whether this call made it.

    Raises:
        BadRequest: the draft can't be filed (:func:`tickets.checks.check`), or the key is empty or too long.
    """
    if not key or len(key) > MAX_KEY:
        raise BadRequest("登记请求缺少编号，请重新提交", code="bad_filing_key")
    draft = checks.check(draft, city)
    try:
        return await _file(database, draft, key, city, actor, beside)
    except IntegrityError:
        # Another process has just filed with the same key (only on PostgreSQL, as SQLite's writers queue).
        return await _file(database, draft, key, city, actor, beside)


async def _file(
    database: Database, draft: TicketDraft, key: str, city: City, actor: Actor, beside: Beside | None
) -> tuple[Ticket, bool]:
    async with database.write() as session:
        ticket, made = await within(session, draft, key, city, actor)
        if made and beside is not None:
            await beside(session, ticket)
        return ticket, made


async def within(
    session: AsyncSession, draft: TicketDraft, key: str, city: City, actor: Actor
) -> tuple[Ticket, bool]:
    """Store a checked draft in the caller's transaction; see :func:`file`."""
    known = await _filed(session, key)
    if known is not None:
        return await rows.to_ticket(session, known), False
    moment = now()
    row = TicketRow(
        number=await numbers.next_number(session, city.prefix, moment),
        filing_key=key,
        query_code=codes.new(),
        type=draft.type,
        category=draft.category,
        district=draft.district,
        address=draft.address,
        happened_at=draft.happened_at,
        content=draft.content,
        subject=draft.subject,
        contact_name=draft.contact_name or None,
        contact_phone=draft.contact_phone or None,
        contact_key=lookup_key(draft.contact_phone) if draft.contact_phone else None,
        latitude=draft.latitude,
        longitude=draft.longitude,
        place_label=draft.place_label,
        details=[detail.to_json() for detail in draft.details],
        confidential=draft.confidential,
        channel=draft.channel,
        conversation_id=draft.conversation_id,
        created_at=moment,
        updated_at=moment,
        urgency=level(draft.urgent, draft.emergency),
    )
    kind = TicketType(draft.type)
    deadlines.set_due(row, deadlines.count(city, kind, draft.category, row.urgency, moment))
    session.add(row)
    await session.flush()
    await clockwork.plan(session, row, city)
    await repeats.plan(session, row)
    rows.add_photos(session, row.id, draft.photos)
    await rows.add_event(session, row.id, actor, "filed", to_state=State.PENDING_ACCEPTANCE)
    await session.flush()
    return await rows.to_ticket(session, row), True


async def says(database: Database, number: str, draft: TicketDraft, city: City) -> bool:
    """Whether a ticket says all that a draft would file: of the same matter and person, and no less urgent.

    Raises:
        NotFound: there is no such ticket.
        BadRequest: the draft can't be filed.
    """
    asked = checks.check(draft, city)
    async with database.read() as session:
        row = await rows.wanted(session, number)
        return (
            all((getattr(row, name) or "") == (getattr(asked, name) or "") for name in _SAID)
            and tuple(await rows.photos(session, row.id)) == asked.photos
            and not is_below(row.urgency, level(asked.urgent, asked.emergency))
        )


async def _filed(session: AsyncSession, key: str) -> TicketRow | None:
    row: TicketRow | None = await session.scalar(select(TicketRow).where(TicketRow.filing_key == key))
    return row
