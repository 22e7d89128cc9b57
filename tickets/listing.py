"""Lists of tickets: filtered, newest first, in pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from core.database import Database
from core.errors import BadRequest
from core.masking import hide
from core.search_tokens import may_have
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


_LONG_NUMBER = re.compile(r"\d{5}")
"""Digits in a row that are searched among tickets' numbers only. In words they are a person's number, and masked."""
_CLEAR = (TicketRow.number, TicketRow.district, TicketRow.category)
"""Columns that are stored in clear and searched by SQL."""


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
    own = department_id is not None
    columns = (*_LINE_COLUMNS, *(_OWN_COLUMNS if own else ()), *_searched(words))
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
        found_by = [column.icontains(word, autoescape=True) for column in _CLEAR]
        if not _LONG_NUMBER.search(word):
            found_by.append(may_have(TicketRow.__table__.c.search_tokens, word, sqlite=database.is_sqlite))
        if own:
            # These are opened whatever the tokens say: the time of an answer must not tell what is hidden in them.
            found_by.append(TicketRow.confidential.is_(True))
        query = query.where(or_(*found_by))

    def fits(row: TicketRow) -> bool:
        return view.found(row, words) if own else all(_has(row, word) for word in words)

    async with database.read() as session:
        found = await _fitting(session, query, fits if words else None, limit + 1)
    page = found[:limit]
    to_line = view.line if own else rows.to_line
    return Page(tuple(to_line(row) for row in page), page[-1].id if len(found) > limit else None)


def _searched(words: Sequence[str]) -> tuple[Any, ...]:
    """Columns that a search reads beside those of a line."""
    return (TicketRow.address,) if words else ()


async def _fitting(
    session: AsyncSession, query: Select[Any], fits: Callable[[TicketRow], bool] | None, most: int
) -> list[TicketRow]:
    """The first rows that fit; None: all do.

    The stored tokens also find a few rows that don't have the words, and what has them may be hidden from a department.
    """
    query = query.limit(most)
    if fits is None:
        return list(await session.scalars(query))
    found: list[TicketRow] = []
    after: str | None = None
    while True:
        page = list(await session.scalars(query if after is None else query.where(TicketRow.id < after)))
        found += [row for row in page if fits(row)]
        if len(found) >= most or len(page) < most:
            return found[:most]
        after = page[-1].id
        # Words whose pairs are frequent, and they themselves are not, take many pages.
        await asyncio.sleep(0)


def _has(row: TicketRow, word: str) -> bool:
    # As agents read it: a masked number is not found digit by digit.
    texts = (row.number, hide(row.content), hide(row.address), row.district, row.category)
    return any(word.lower() in text.lower() for text in texts)
