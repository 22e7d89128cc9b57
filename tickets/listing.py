"""Lists of tickets: filtered, newest first, in pages."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import load_only

from core.database import Database
from core.errors import BadRequest
from core.text import clean
from tickets import rows
from tickets.models import TicketRow
from tickets.states import State
from tickets.types import Page

MAX_LIMIT = 200
"""Most tickets of one page."""
MAX_QUERY = 100
"""Most characters of a search text."""

_LINE_COLUMNS = (
    TicketRow.number,
    TicketRow.type,
    TicketRow.category,
    TicketRow.district,
    TicketRow.state,
    TicketRow.created_at,
    TicketRow.content,
    TicketRow.conversation_id,
    TicketRow.department_id,
    TicketRow.sign_due_at,
    TicketRow.reply_due_at,
    TicketRow.close_due_at,
    TicketRow.due_rule,
    TicketRow.due_basis,
    TicketRow.due_provisional,
)


async def find(
    database: Database, *, state: str, q: str, limit: int, before: str | None, department_id: str | None
) -> Page:
    """One page of tickets.

    Args:
        database: where the tickets are.
        state: code or label of a state; empty for all states.
        q: words that must all occur in number, content, address, district or category; empty for all tickets.
        limit: tickets per page, 1 to :data:`MAX_LIMIT`.
        before: ``next`` of the previous page; None for the first page.
        department_id: only tickets of this department; None for all.

    Raises:
        BadRequest: the state is unknown, ``q`` is too long, or ``limit`` is out of range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"每页请在 1 到 {MAX_LIMIT} 条之间")
    words = clean(q).split()
    if len(q) > MAX_QUERY:
        raise BadRequest(f"搜索内容请在 {MAX_QUERY} 字以内")
    # Ids are UUIDv7: unique and sorted by the time of filing. So the next page begins below the last id.
    query = (
        select(TicketRow).options(load_only(*_LINE_COLUMNS)).order_by(TicketRow.id.desc()).limit(limit + 1)
    )
    if state:
        wanted = State.parse(state)
        if wanted is None:
            raise BadRequest("没有这种工单状态")
        query = query.where(TicketRow.state == wanted)
    if department_id is not None:
        query = query.where(TicketRow.department_id == department_id)
    if before is not None:
        query = query.where(TicketRow.id < clean(before))
    for word in words:
        columns = (
            TicketRow.number,
            TicketRow.content,
            TicketRow.address,
            TicketRow.district,
            TicketRow.category,
        )
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    async with database.read() as session:
        found = list(await session.scalars(query))
    page = found[:limit]
    return Page(tuple(rows.to_line(row) for row in page), page[-1].id if len(found) > limit else None)
