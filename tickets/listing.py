"""Lists of tickets: filtered, newest first, page by page."""

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
"""Tickets of one page at most."""
MAX_QUERY = 100
"""Characters of a search."""

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
)


async def find(
    database: Database, *, state: str, q: str, limit: int, before: str | None, department_id: str | None
) -> Page:
    """One page of tickets.

    Args:
        state: a state's code or label; empty for all.
        q: words that must all stand in number, content, address, district or category; empty for all.
        limit: tickets on the page, 1 to :data:`MAX_LIMIT`.
        before: ``next`` of the page before, None for the first.
        department_id: only this department's.

    Raises:
        BadRequest: an unknown state, too long a ``q``, or a limit out of range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"每页请在 1 到 {MAX_LIMIT} 条之间")
    words = clean(q).split()
    if len(q) > MAX_QUERY:
        raise BadRequest(f"搜索内容请在 {MAX_QUERY} 字以内")
    # The id is a UUIDv7: it sorts by the time of filing and never ties, so a page goes on from it.
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
