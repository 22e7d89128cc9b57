"""Converts table rows to the value types of :mod:`tickets.types`, and writes history and photos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import new_id
from core.jobs import add
from core.masking import hide
from core.privacy import mask_name, mask_phone
from tickets.due import Due
from tickets.models import Department, TicketEventRow, TicketPhotoRow, TicketRow
from tickets.states import State
from tickets.types import SUMMARY_CHARACTERS, Actor, Detail, Ticket, TicketEvent, TicketLine, TicketType

_BEGINNING = 300
"""Characters of a content that are read for its summary."""


def summary(content: str) -> str:
    """The beginning of a ticket's content on one line, with masked numbers.

    >>> summary("路灯坏了\\n电话13800000000")
    '路灯坏了 电话138****0000'
    """
    line = hide(" ".join(content[:_BEGINNING].split()))
    return line if len(line) <= SUMMARY_CHARACTERS else line[: SUMMARY_CHARACTERS - 1] + "…"


def to_line(row: TicketRow) -> TicketLine:
    """The ticket of a row as agents see it in lists. It decrypts nothing."""
    return replace(plain_line(row, summary(row.content)), conversation_id=row.conversation_id)


def plain_line(row: TicketRow, told: str) -> TicketLine:
    """A row as a line of a list, without its conversation.

    Args:
        row: the ticket.
        told: the beginning of its content, as the reader may see it.
    """
    return TicketLine(
        number=row.number,
        type=TicketType(row.type),
        category=row.category,
        district=row.district,
        state=State(row.state),
        created_at=row.created_at,
        summary=told,
        conversation_id=None,
        department_id=row.department_id,
        due=_due(row),
    )


async def to_ticket(session: AsyncSession, row: TicketRow) -> Ticket:
    """The whole ticket of a row, with masked name and phone.

    Departments and other tickets are named, not ids.
    """
    department = await session.get(Department, row.department_id) if row.department_id else None
    return Ticket(
        id=row.id,
        number=row.number,
        query_code=row.query_code,
        type=TicketType(row.type),
        category=row.category,
        district=row.district,
        address=row.address,
        happened_at=row.happened_at,
        content=row.content,
        subject=row.subject,
        contact_name=mask_name(row.contact_name or ""),
        contact_phone=mask_phone(row.contact_phone or ""),
        confidential=row.confidential,
        channel=row.channel,
        conversation_id=row.conversation_id,
        state=State(row.state),
        department_id=row.department_id,
        department=department.name if department else None,
        urgency=row.urgency,
        created_at=row.created_at,
        updated_at=row.updated_at,
        due=_due(row),
        accepted_at=row.accepted_at,
        dispatched_at=row.dispatched_at,
        signed_at=row.signed_at,
        closed_at=row.closed_at,
        merged_into=await _number(session, row.merged_into_id),
        parent=await _number(session, row.parent_id),
        summary=summary(row.content),
        latitude=row.latitude,
        longitude=row.longitude,
        place_label=row.place_label,
        photos=tuple(await photos(session, row.id)),
        details=tuple(Detail(**detail) for detail in row.details),
    )


def _due(row: TicketRow) -> Due:
    return Due(
        row.sign_due_at, row.reply_due_at, row.close_due_at, row.due_rule, row.due_basis, row.due_provisional
    )


def to_event(row: TicketEventRow) -> TicketEvent:
    """The line of history of a row."""
    return TicketEvent(
        at=row.at,
        actor=row.actor,
        action=row.action,
        from_state=State(row.from_state) if row.from_state else None,
        to_state=State(row.to_state) if row.to_state else None,
        note=row.note,
    )


MOVED = "ticket_moved"
"""Kind of the job that is added for each change of a ticket's state.

Its key is the id of the ticket's event.
"""


async def add_event(
    session: AsyncSession,
    ticket_id: str,
    actor: Actor,
    action: str,
    *,
    note: str = "",
    from_state: State | None = None,
    to_state: State | None = None,
    key: str | None = None,
) -> TicketEventRow:
    """Write who did what to a ticket, in the transaction that makes the change.

    For a change of state it also adds the job that tells the citizen (:mod:`tickets.notices`). Filing adds no
    job, because the complaint form tells of it.
    """
    row = TicketEventRow(
        id=new_id(),
        ticket_id=ticket_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor=actor.name,
        action=action,
        from_state=from_state,
        to_state=to_state,
        note=note,
        key=key,
    )
    session.add(row)
    if from_state is not None and to_state is not None and from_state != to_state:
        await add(session, MOVED, row.id)
    return row


def add_photos(session: AsyncSession, ticket_id: str, image_ids: Iterable[str]) -> None:
    """Attach photos to a ticket in the caller's transaction. None of them may be attached already."""
    session.add_all(
        TicketPhotoRow(ticket_id=ticket_id, image_id=image_id) for image_id in dict.fromkeys(image_ids)
    )


async def photos(session: AsyncSession, ticket_id: str) -> list[str]:
    """Ids of a ticket's photos, in the order in which they were attached."""
    found = await session.scalars(
        select(TicketPhotoRow.image_id)
        .where(TicketPhotoRow.ticket_id == ticket_id)
        .order_by(TicketPhotoRow.added_at, TicketPhotoRow.image_id)
    )
    return list(found)


async def by_number(session: AsyncSession, number: str) -> TicketRow | None:
    """The row with this number; None when there is none."""
    row: TicketRow | None = await session.scalar(select(TicketRow).where(TicketRow.number == number))
    return row


async def _number(session: AsyncSession, ticket_id: str | None) -> str | None:
    if ticket_id is None:
        return None
    number: str | None = await session.scalar(select(TicketRow.number).where(TicketRow.id == ticket_id))
    return number
