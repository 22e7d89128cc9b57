"""Converts table rows to the value types of :mod:`tickets.types`, and writes history and photos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.ids import new_id
from core.jobs import add
from core.masking import hide
from core.privacy import mask_name, mask_phone
from tickets import due as due_steps
from tickets import numbers
from tickets.corrected import is_corrected
from tickets.due import Due
from tickets.models import Department, TicketDispatchRow, TicketEventRow, TicketPhotoRow, TicketRow
from tickets.progress import ANSWERED
from tickets.rounds import Heard, Rounds
from tickets.states import State
from tickets.types import (
    SUMMARY_CHARACTERS,
    Actor,
    Detail,
    Ticket,
    TicketEvent,
    TicketLine,
    TicketType,
)

_BEGINNING, _LONGEST_NUMBER = 300, 80
"""Characters of a content that are read for its summary, and most characters of one number in it, however it is spelled."""


def summary(content: str) -> str:
    """The beginning of a ticket's content on one line, with masked numbers.

    >>> summary("路灯坏了\\n电话13800000000")
    '路灯坏了 电话138****0000'
    """
    flat = " ".join(content.split())
    line = hide(flat[:_BEGINNING])
    if len(flat) > _BEGINNING and len(line) < SUMMARY_CHARACTERS + _LONGEST_NUMBER:
        line = hide(flat)  # what is masked got so short that a number which was cut in two would be read
    return line if len(line) <= SUMMARY_CHARACTERS else line[: SUMMARY_CHARACTERS - 1] + "…"


def to_line(row: TicketRow) -> TicketLine:
    """The ticket of a row as agents see it in lists. It decrypts nothing."""
    line = plain_line(row, summary(row.content))
    return replace(line, conversation_id=row.conversation_id, repeated=row.parent_id is not None)


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
        due=due(row),
        version=row.version,
        urgency=row.urgency,
        supervised=row.supervised_at is not None,
        disputed=row.disputed,
        corrected=is_corrected(row.content),
        edited=_edited(row),
        reporters=row.reporters,
    )


def _edited(row: TicketRow) -> bool:
    """Whether the staff changed the ticket since it was dispatched, so that a department may have read it as it was before."""
    dispatched = row.dispatched_at
    return row.edited_at is not None and dispatched is not None and row.edited_at > dispatched


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
        due=due(row),
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
        version=row.version,
        supervised_at=row.supervised_at,
        suspended_until=row.suspended_until,
        replied_at=row.replied_at,
        approved_at=row.approved_at,
        asked_days=row.asked_days,
        added_days=row.added_days,
        public_reply=row.public_reply,
        confidential_reply=row.confidential_reply,
        assisting=tuple(await _assisting(session, row.id)) if row.department_id else (),
        rounds=Rounds(row.returns, row.extensions, row.suspensions, row.redos, row.urges, row.unreached),
        heard=Heard(row.callback, row.satisfied, row.callback_why),
        disputed=row.disputed,
        edited=_edited(row),
        reporters=row.reporters,
        merged_answer=await _merged_answer(session, row),
    )


async def _merged_answer(session: AsyncSession, row: TicketRow) -> str:
    main = await session.get(TicketRow, row.merged_into_id) if row.merged_into_id else None
    return main.public_reply if main is not None and State(main.state) in ANSWERED else ""


class Dated(due_steps.Dated, Protocol):
    """What has a ticket's deadlines and says what they are based on."""

    due_rule: str
    due_basis: str
    due_provisional: bool


def due(row: Dated) -> Due:
    """The deadlines that a row holds."""
    return Due(
        row.sign_due_at,
        row.reply_due_at,
        row.close_due_at,
        row.due_rule,
        row.due_basis,
        row.due_provisional,
        row.decide_due_at,
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
"""Kind of the job that tells the citizen what happened to a ticket. Its key is the id of the ticket's event."""


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
    told: bool = False,
) -> TicketEventRow:
    """Write who did what to a ticket, in the transaction that makes the change.

    When the citizen is to be told of it, it also adds the job that does (:mod:`tickets.notices`).
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
    if told:
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


async def by_number(session: AsyncSession, number: str, *, lock: bool = False) -> TicketRow | None:
    """The row with this number; None when there is none.

    ``lock``: nobody else changes it until the transaction ends.
    """
    wanted = select(TicketRow).where(TicketRow.number == number)
    row: TicketRow | None = await session.scalar(wanted.with_for_update() if lock else wanted)
    return row


async def wanted(session: AsyncSession, number: str, *, lock: bool = False) -> TicketRow:
    """The row with this number, however somebody wrote it; see :func:`by_number`.

    Raises:
        NotFound: there is no such ticket.
    """
    known = numbers.plain_number(number)
    row = await by_number(session, known, lock=lock) if known else None
    if row is None:
        raise NotFound("没有这张工单")
    return row


async def history(session: AsyncSession, ticket_id: str) -> tuple[TicketEvent, ...]:
    """The history of a ticket, oldest first."""
    found = await session.scalars(
        select(TicketEventRow)
        .where(TicketEventRow.ticket_id == ticket_id)
        .order_by(TicketEventRow.at, TicketEventRow.id)
    )
    return tuple(to_event(event) for event in found)


async def _assisting(session: AsyncSession, ticket_id: str) -> list[str]:
    found = await session.scalars(
        select(Department.name)
        .join(TicketDispatchRow, TicketDispatchRow.department_id == Department.id)
        .where(
            TicketDispatchRow.ticket_id == ticket_id,
            TicketDispatchRow.lead.is_(False),
            TicketDispatchRow.ended_at.is_(None),
        )
        .order_by(TicketDispatchRow.id)
    )
    return list(found)


async def _number(session: AsyncSession, ticket_id: str | None) -> str | None:
    if ticket_id is None:
        return None
    number: str | None = await session.scalar(select(TicketRow.number).where(TicketRow.id == ticket_id))
    return number
