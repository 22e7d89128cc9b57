"""Lists of tickets: filtered, newest first, in pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from core.database import Database
from core.errors import BadRequest
from core.text import clean
from tickets import rows
from tickets.department_view import DepartmentView
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
_OWN_COLUMNS = (TicketRow.confidential, TicketRow.address, TicketRow.contact_name, TicketRow.contact_phone)
"""What is also read for a department: without knowing the citizen, nothing of the citizen can be left out."""
_SEARCHED = (
    TicketRow.number,
    TicketRow.content,
    TicketRow.address,
    TicketRow.district,
    TicketRow.category,
)
_MOST_LOOKS = 20
"""Most pages that are read for one page of a department's search."""


async def find(
    database: Database,
    *,
    state: str,
    q: str,
    limit: int,
    before: str | None,
    department_id: str | None,
    view: DepartmentView,
) -> Page:
    """One page of tickets.

    Args:
        database: where the tickets are.
        state: code or label of a state; empty for all states.
        q: words that must all occur in number, content, address, district or category; empty for all tickets.
        limit: tickets per page, 1 to :data:`MAX_LIMIT`.
        before: ``next`` of the previous page; None for the first page.
        department_id: only tickets of this department, as it sees them; None for all.
        view: builds what a department sees.

    Raises:
        BadRequest: the state is unknown, ``q`` is too long, or ``limit`` is out of range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"每页请在 1 到 {MAX_LIMIT} 条之间")
    words = clean(q).split()
    if len(q) > MAX_QUERY:
        raise BadRequest(f"搜索内容请在 {MAX_QUERY} 字以内")
    # Ids are UUIDv7: unique and sorted by the time of filing. So the next page begins below the last id.
    columns = (*_LINE_COLUMNS, *_OWN_COLUMNS) if department_id is not None else _LINE_COLUMNS
    query = select(TicketRow).options(load_only(*columns)).order_by(TicketRow.id.desc())
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
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)))
    async with database.read() as session:
        if department_id is None:
            found = list(await session.scalars(query.limit(limit + 1)))
        else:
            found = await _visible(session, query, words, limit + 1, view)
    page = found[:limit]
    to_line = rows.to_line if department_id is None else view.line
    return Page(tuple(to_line(row) for row in page), page[-1].id if len(found) > limit else None)


async def _visible(
    session: AsyncSession, query: Select[Any], words: list[str], most: int, view: DepartmentView
) -> list[TicketRow]:
    """The first rows that a department finds: what the database matched may be hidden from it."""
    if not words:
        return list(await session.scalars(query.limit(most)))
    found: list[TicketRow] = []
    last: str | None = None
    for _ in range(_MOST_LOOKS):
        wanted = query if last is None else query.where(TicketRow.id < last)
        rows_ = list(await session.scalars(wanted.limit(most)))
        found += [row for row in rows_ if view.found(row, words)]
        if len(found) >= most or len(rows_) < most:
            break
        last = rows_[-1].id
    return found[:most]
