"""Lists of tickets: filtered, newest first, in pages."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from core.database import Database
from core.errors import BadRequest
from core.text import clean
from tickets import rows
from tickets.asked import Asked
from tickets.department_view import DepartmentView
from tickets.finding import Finding
from tickets.models import Department, TicketRow
from tickets.narrowing import Wanted as Wanted
from tickets.narrowing import place
from tickets.types import Page, TicketLine

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
    TicketRow.decide_due_at,
    TicketRow.next_due_at,
    TicketRow.version,
    TicketRow.urgency,
    TicketRow.supervised_at,
    TicketRow.dispatched_at,
    TicketRow.edited_at,
    TicketRow.parent_id,
    TicketRow.reporters,
    TicketRow.disputed,
)
_OWN_COLUMNS = (
    TicketRow.confidential,
    TicketRow.address,
    TicketRow.contact_name,
    TicketRow.contact_phone,
    TicketRow.former_contacts,
)
"""What is also read for a department: without knowing the citizen, nothing of the citizen can be left out."""

_MOST_AT_ONCE, _COMPARED_AT_ONCE = 200, 25
"""Most tickets that a search reads and compares at once: some 10 ms each, for which nobody else's turn comes."""
_SPARE = 5
"""Tickets that a search asks for beyond a page, because the index of words names a few that don't have them."""


async def find(
    database: Database,
    wanted: Wanted,
    *,
    limit: int,
    before: str | None,
    view: DepartmentView,
    places: Collection[str] = (),
    prefix: str = "",
) -> Page:
    """One page of tickets.

    Args:
        database: where the tickets are.
        wanted: which ones.
        limit: tickets per page, 1 to :data:`MAX_LIMIT`.
        before: ``next`` of the previous page; None for the first page.
        view: builds what a department sees.
        places: names of the districts, which are searched, too.
        prefix: the letters with which the city's ticket numbers begin.

    Raises:
        BadRequest: a filter is unknown, ``q`` is too long, or ``limit`` is out of range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"每页请在 1 到 {MAX_LIMIT} 条之间")
    words = clean(wanted.q).split()
    if len(wanted.q) > MAX_QUERY:
        raise BadRequest(f"搜索内容请在 {MAX_QUERY} 字以内")
    own, guarded = wanted.own, wanted.guarded
    asked = [Asked.of(word, places, by_phone=not (own or guarded), prefix=prefix) for word in words]
    finding = Finding(wanted, asked, sqlite=database.is_sqlite, rules=view.rules if own else "")
    columns = (*_LINE_COLUMNS, *(_OWN_COLUMNS if own or guarded else ()), *_searched(words))

    def fitting(some: Sequence[TicketRow]) -> list[TicketRow]:
        if own:
            return view.found_of(some, words)
        return [row for row in some if all(one.has(row) for one in asked)]

    async with database.browse() as session:
        found: list[TicketRow] = []
        after, more = before, limit + 1 + (_SPARE if words else 0)
        while True:
            places_of, after = await finding.page(session, after, more)
            page = await _rows(session, columns, [one for one, _ in places_of])
            # The index of words also names a few tickets that don't have them, and what has them may be hidden.
            for start in range(0, len(page), _COMPARED_AT_ONCE) if words else ():
                if len(found) > limit:
                    break
                found += fitting(page[start : start + _COMPARED_AT_ONCE])
                await asyncio.sleep(0)
            found += [] if words else page
            if len(found) > limit or after is None:
                break
            more = min(2 * more, _MOST_AT_ONCE)
            await asyncio.sleep(0)
        names = {one.id: one.name for one in await session.execute(select(Department.id, Department.name))}
    shown = found[:limit]
    to_line = view.line if own or guarded else rows.to_line
    told = (replace(to_line(row), department=names.get(row.department_id or "")) for row in shown)
    further = place(shown[-1].id, shown[-1].next_due_at if wanted.by_due else None) if shown else None
    return Page(tuple(told), further if len(found) > limit else None)


async def _rows(session: AsyncSession, columns: Sequence[Any], ids: Sequence[str]) -> list[TicketRow]:
    """Tickets, in the order of their ids."""
    if not ids:
        return []
    found = await session.scalars(select(TicketRow).options(load_only(*columns)).where(TicketRow.id.in_(ids)))
    rows_of = {row.id: row for row in found}
    return [rows_of[one] for one in ids if one in rows_of]


def _searched(words: Sequence[str]) -> tuple[Any, ...]:
    """Columns that a search reads beside those of a line."""
    return (TicketRow.address, TicketRow.contact_key, TicketRow.confidential) if words else ()


async def lines(database: Database, ids: Sequence[str]) -> tuple[TicketLine, ...]:
    """The lines of some tickets, as the hotline's staff sees them.

    Args:
        database: where the tickets are.
        ids: of the tickets, at most some hundred.
    """
    wanted = select(TicketRow).options(load_only(*_LINE_COLUMNS)).where(TicketRow.id.in_(ids))
    async with database.browse() as session:
        found = list(await session.scalars(wanted.order_by(TicketRow.id)))
        names = {one.id: one.name for one in await session.execute(select(Department.id, Department.name))}
    return tuple(replace(rows.to_line(row), department=names.get(row.department_id or "")) for row in found)
