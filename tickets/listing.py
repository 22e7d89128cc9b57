"""Lists of tickets: filtered, newest first, in pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from core.clock import now
from core.database import Database
from core.errors import BadRequest
from core.text import clean
from tickets import dispatch, rows, word_index
from tickets.asked import Asked
from tickets.department_view import DepartmentView
from tickets.due import SOON
from tickets.models import Department, TicketRow
from tickets.numbers import plain_number
from tickets.states import State
from tickets.types import URGENT, Page, TicketLine, TicketType

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
    TicketRow.disputed,
)
_OWN_COLUMNS = (TicketRow.confidential, TicketRow.address, TicketRow.contact_name, TicketRow.contact_phone)
"""What is also read for a department: without knowing the citizen, nothing of the citizen can be left out."""


_FEW, _MANY = 200, 3_200
"""Fewest and most tickets that the index of words names at once."""


@dataclass(frozen=True)
class Wanted:
    """Which tickets to list. What is empty does not narrow the list.

    Args:
        state: code or label of a state; ``open`` for all that are not finished.
        q: words that must all occur in number, content, address, district or category (:mod:`tickets.asked`).
        department_id: only tickets of this department. See ``own``.
        own: whether that department itself asks: it also gets what it assists with, and its own view of everything.
        guarded: whether somebody asks for the hotline who may never read a contact. Nothing is found by a phone, a ticket with
            保密 only by its whole number, and lines are those that departments read.
        category: ``一级/二级``, or a name of level 1.
        district: name of a district.
        kind: code or label of a type.
        due: ``overdue``: past its next deadline; ``soon``: within :data:`tickets.due.SOON` of it.
        urgent, supervised, disputed: only such tickets.
        returned: only tickets that were returned at least so often; 0: all.
        by_due: the first due first, instead of the newest first. Only tickets with a deadline before them are listed.
    """

    state: str = ""
    q: str = ""
    department_id: str | None = None
    own: bool = False
    guarded: bool = False
    category: str = ""
    district: str = ""
    kind: str = ""
    due: str = ""
    urgent: bool = False
    supervised: bool = False
    disputed: bool = False
    returned: int = 0
    by_due: bool = False


async def find(
    database: Database,
    wanted: Wanted,
    *,
    limit: int,
    before: str | None,
    view: DepartmentView,
    places: Collection[str] = (),
) -> Page:
    """One page of tickets.

    Args:
        database: where the tickets are.
        wanted: which ones.
        limit: tickets per page, 1 to :data:`MAX_LIMIT`.
        before: ``next`` of the previous page; None for the first page.
        view: builds what a department sees.
        places: names of the districts, which are searched, too.

    Raises:
        BadRequest: a filter is unknown, ``q`` is too long, or ``limit`` is out of range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"每页请在 1 到 {MAX_LIMIT} 条之间")
    words = clean(wanted.q).split()
    if len(wanted.q) > MAX_QUERY:
        raise BadRequest(f"搜索内容请在 {MAX_QUERY} 字以内")
    own, guarded = wanted.own, wanted.guarded
    asked = [Asked.of(word, places, by_phone=not (own or guarded)) for word in words]
    columns = (*_LINE_COLUMNS, *(_OWN_COLUMNS if own or guarded else ()), *_searched(words))
    query = _narrowed(select(TicketRow).options(load_only(*columns)), wanted)
    # Departments read whatever is confidential: the time of an answer must not tell what is hidden in the words.
    indexed = [] if own else [one.word for one in asked if one.indexed]
    for one in asked:
        if own:
            query = query.where(or_(one.condition(database.is_sqlite), TicketRow.confidential.is_(True)))
        elif not one.indexed:
            query = query.where(one.condition(database.is_sqlite))
    if guarded and not all(plain_number(word) for word in words):
        query = query.where(TicketRow.confidential.is_(False))
    chosen = None
    if indexed and not database.is_sqlite:
        query = query.where(word_index.postgresql_has(indexed))
    elif indexed and wanted.by_due:
        query = query.where(TicketRow.id.in_(word_index.sqlite_has(indexed)))
    elif indexed:
        chosen = indexed

    def fits(row: TicketRow) -> bool:
        return view.found(row, words) if own else all(one.has(row) for one in asked)

    async with database.browse() as session:
        if chosen is not None:
            found = await _chosen(session, query, chosen, fits, limit + 1, before)
        else:
            found = await _fitting(session, query, fits if words else None, limit + 1, wanted, before)
        names = {one.id: one.name for one in await session.execute(select(Department.id, Department.name))}
    page = found[:limit]
    to_line = view.line if own or guarded else rows.to_line
    lines = (replace(to_line(row), department=names.get(row.department_id or "")) for row in page)
    return Page(tuple(lines), _place(page[-1], wanted) if len(found) > limit else None)


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


async def _chosen(
    session: AsyncSession,
    query: Select[Any],
    words: Sequence[str],
    fits: Callable[[TicketRow], bool],
    most: int,
    before: str | None,
) -> list[TicketRow]:
    """The first rows that fit, among those that the index of words of SQLite names, newest first."""
    found: list[TicketRow] = []
    after, at_once = before and clean(before), _FEW
    while True:
        ids = await word_index.newest(session, words, after, at_once)
        some = query.where(TicketRow.id.in_(ids)).order_by(TicketRow.id.desc())
        found += [row for row in await session.scalars(some) if fits(row)] if ids else []
        if len(found) >= most or len(ids) < at_once:
            return found[:most]
        after, at_once = ids[-1], min(2 * at_once, _MANY)


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.state == "open":
        # Whatever ends a ticket writes when. Its state is not asked for: SQLite would read and sort all open ones by it.
        query = query.where(TicketRow.closed_at.is_(None))
    elif wanted.state:
        state = State.parse(wanted.state)
        if state is None:
            raise BadRequest("没有这种工单状态")
        query = query.where(TicketRow.state == state)
    if wanted.own:
        department = wanted.department_id or ""
        query = query.where(
            or_(TicketRow.department_id == department, TicketRow.id.in_(dispatch.assisted(department)))
        )
    elif wanted.department_id is not None:
        query = query.where(TicketRow.department_id == wanted.department_id)
    if wanted.category:
        level = TicketRow.category.startswith(f"{wanted.category}/", autoescape=True)
        query = query.where(TicketRow.category == wanted.category if "/" in wanted.category else level)
    if wanted.district:
        query = query.where(TicketRow.district == wanted.district)
    if wanted.kind:
        kind = TicketType.parse(wanted.kind)
        if kind is None:
            raise BadRequest("没有这种诉求类型")
        query = query.where(TicketRow.type == kind)
    if wanted.due not in ("", "overdue", "soon"):
        raise BadRequest("期限只能选 overdue（超期）或 soon（快到期）")
    if wanted.own and (wanted.due or wanted.by_due):
        # What is due then is a supervisor's decision, and none of the department's work.
        query = query.where(TicketRow.state != State.PENDING_CALLBACK)
    moment = now()
    if wanted.due == "overdue":
        query = query.where(TicketRow.next_due_at < moment)
    elif wanted.due == "soon":
        query = query.where(TicketRow.next_due_at.between(moment, moment + SOON))
    if wanted.urgent:
        query = query.where(TicketRow.urgency == URGENT)
    if wanted.supervised:
        query = query.where(TicketRow.supervised_at.is_not(None))
    if wanted.disputed:
        query = query.where(TicketRow.disputed.is_(True))
    if wanted.returned:
        # The index of those that were returned at all is used for what names its condition.
        query = query.where(TicketRow.returns >= wanted.returned, literal_column("tickets.returns > 0"))
    return query


def _in_order(query: Select[Any], wanted: Wanted, before: str | None) -> Select[Any]:
    # Ids are UUIDv7: unique and sorted by the time of filing. So the next page begins below the last id.
    if not wanted.by_due:
        query = query.order_by(TicketRow.id.desc())
        return query if before is None else query.where(TicketRow.id < clean(before))
    query = query.where(TicketRow.next_due_at.is_not(None)).order_by(TicketRow.next_due_at, TicketRow.id)
    if before is None:
        return query
    at, _, last = clean(before).partition(" ")
    try:
        moment = datetime.fromisoformat(at)
        moment.astimezone(UTC)  # as it is asked for; a date at the end of the calendar has no such time
        after = or_(TicketRow.next_due_at > moment, (TicketRow.next_due_at == moment) & (TicketRow.id > last))
    except (ValueError, OverflowError) as error:
        raise BadRequest("没有这一页，请从第一页看起") from error
    if moment.tzinfo is None:
        raise BadRequest("没有这一页，请从第一页看起")
    return query.where(after)


def _place(row: TicketRow, wanted: Wanted) -> str:
    """What the next page begins behind."""
    return f"{row.next_due_at.isoformat()} {row.id}" if wanted.by_due and row.next_due_at else row.id


def _searched(words: Sequence[str]) -> tuple[Any, ...]:
    """Columns that a search reads beside those of a line."""
    return (TicketRow.address, TicketRow.contact_key, TicketRow.confidential) if words else ()


async def _fitting(
    session: AsyncSession,
    query: Select[Any],
    fits: Callable[[TicketRow], bool] | None,
    most: int,
    wanted: Wanted,
    before: str | None,
) -> list[TicketRow]:
    """The first rows that fit; None: all do.

    The stored tokens also find a few rows that don't have the words, and what has them may be hidden from a department.
    """
    query = query.limit(most)
    after = before
    if fits is None:
        return list(await session.scalars(_in_order(query, wanted, after)))
    found: list[TicketRow] = []
    while True:
        page = list(await session.scalars(_in_order(query, wanted, after)))
        found += [row for row in page if fits(row)]
        if len(found) >= most or len(page) < most:
            return found[:most]
        after = _place(page[-1], wanted)
        # Words whose pairs are frequent, and they themselves are not, take many pages.
        await asyncio.sleep(0)
