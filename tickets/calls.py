"""回访电话: which citizens the hotline has to call about an answer, and what was heard in the last days.

A ticket that waits for its callback stands in the agents' list from ``call_at`` on: at once when nobody can ask its citizen in a
conversation, else when the citizen has not answered there for a while. Who is not reached is called again on another day, at
most as often as the city's rules say (``callback.tries``); then the ticket is filed away as not reached (未联系上), which the
figures count apart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core import pages
from core.city import City
from core.clock import iso, local, now
from core.database import Database
from core.errors import BadRequest
from core.privacy import mask_phone
from tickets import deadlines, rows
from tickets.models import Department, TicketHeardRow, TicketRow
from tickets.states import State
from tickets.types import TicketLine

SPOKEN = frozenset({"phone"})
"""Channels whose citizens read nothing: only a call asks them what they think of an answer."""
MAX_LIMIT = 100
"""Most calls of one page."""


def plan(row: TicketRow, city: City, at: datetime) -> None:
    """Put a ticket whose answer was just reviewed on the list; not when there is no phone to call."""
    if not row.contact_phone:
        row.call_at = None
    elif row.conversation_id is None or row.channel in SPOKEN:
        row.call_at = at
    else:
        row.call_at = deadlines.later(city, city.handling.callback.phone_after, at)
    row.called_at = None


def end(row: TicketRow) -> None:
    """Take a ticket off the list: its citizen was heard, or it waits for nobody's call."""
    row.call_at = None


def missed(row: TicketRow, city: City, at: datetime) -> tuple[str, bool]:
    """Write down a call that reached nobody. Calls of one day count as one. Without a phone there is nobody to call again.

    Returns:
        The line for the history, and whether it was the last one that the rules ask for.
    """
    again = row.called_at is not None and local(row.called_at).date() == local(at).date()
    if not again:
        row.unreached += 1
    row.called_at = at
    tomorrow = local(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    row.call_at = tomorrow.astimezone(UTC) if row.contact_phone else None
    words = "，今天又打了一次" if again else ""
    return f"没有联系上（第 {row.unreached} 次{words}）", row.unreached >= city.handling.callback.tries


def keep(session: AsyncSession, row: TicketRow) -> None:
    """Keep what was heard of an answer that is redone now: it counts in the figures of the days of that answer."""
    if row.approved_at is not None:
        session.add(
            TicketHeardRow(
                ticket_id=row.id, approved_at=row.approved_at, result=row.callback, satisfied=row.satisfied
            )
        )


@dataclass(frozen=True)
class Call:
    """A citizen to call.

    Args:
        line: the ticket.
        phone: the masked phone.
        tries: days on which a call reached nobody.
        called_at: when the last of them was.
        answered_at: when the answer was reviewed.
    """

    line: TicketLine
    phone: str
    tries: int
    called_at: datetime | None
    answered_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return {
            **self.line.to_json(),
            "phone": self.phone,
            "tries": self.tries,
            "called_at": iso(self.called_at) if self.called_at else None,
            "answered_at": iso(self.answered_at) if self.answered_at else None,
        }


@dataclass(frozen=True)
class CallPage:
    """Some citizens to call, who waits longest first; ``waiting``: how many there are in all; ``next`` begins the next page."""

    calls: tuple[Call, ...]
    waiting: int
    next: str | None


async def due(database: Database, *, limit: int, after: str | None) -> CallPage:
    """Who is to be called now.

    Args:
        database: where the tickets are.
        limit: calls of a page, 1 to :data:`MAX_LIMIT`.
        after: ``next`` of the page before; None for the first one.

    Raises:
        BadRequest: ``limit`` is out of range, or there is no such page.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"每页请在 1 到 {MAX_LIMIT} 条之间")
    wanted = (TicketRow.state == State.PENDING_CALLBACK) & (TicketRow.call_at <= now())
    order = (TicketRow.call_at, TicketRow.id)
    query = select(TicketRow).where(wanted).order_by(*order).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(*order) > pages.behind(after))
    async with database.browse() as session:
        waiting = await session.scalar(select(func.count()).select_from(TicketRow).where(wanted))
        found = list(await session.scalars(query))
        page, following = pages.cut(found, limit, lambda row: pages.place(row.call_at or now(), row.id))
        names = {one.id: one.name for one in await session.execute(select(Department.id, Department.name))}
        calls = tuple(_call(row, names.get(row.department_id or "")) for row in page)
    return CallPage(calls, waiting or 0, following)


def _call(row: TicketRow, department: str | None) -> Call:
    line = replace(rows.to_line(row), department=department)
    return Call(line, mask_phone(row.contact_phone or ""), row.unreached, row.called_at, row.approved_at)


@dataclass(frozen=True)
class Heard:
    """What came of the answers that were reviewed in some days. A ticket that was redone counts with each of its answers.

    Args:
        days: how many days, until now.
        answered: answers that were reviewed.
        waiting: those whose citizens are still to be heard.
        solved, unsolved: what citizens said, each time they were asked, also while a supervisor or a mark is waited for.
        unreached: filed away because no call reached the citizen. They are in no share.
        unanswered: filed away because nobody answered, and nobody called.
        marked: citizens who gave a mark from 1 to 5.
        satisfied: of these, who gave at least the city's least satisfied mark.
    """

    days: int
    answered: int
    waiting: int
    solved: int
    unsolved: int
    unreached: int
    unanswered: int
    marked: int
    satisfied: int

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk. Shares are 0 to 1, of those who were heard; None when nobody was."""
        heard = self.solved + self.unsolved
        return {
            **asdict(self),
            "solved_share": round(self.solved / heard, 4) if heard else None,
            "satisfied_share": round(self.satisfied / self.marked, 4) if self.marked else None,
        }


async def heard(database: Database, city: City, days: int) -> Heard:
    """What was heard of the answers that were reviewed in the last days."""
    columns = (TicketRow.state, TicketRow.callback, TicketRow.satisfied)
    since = now() - timedelta(days=days)
    last = select(*columns, func.count()).where(TicketRow.approved_at >= since).group_by(*columns)
    kept = (TicketHeardRow.result, TicketHeardRow.satisfied)
    before = select(*kept, func.count()).where(TicketHeardRow.approved_at >= since).group_by(*kept)
    async with database.browse() as session:
        found = [(one[0], one[1], one[2], int(one[3])) for one in await session.execute(last)]
        found += [(State.HANDLING, one[0], one[1], int(one[2])) for one in await session.execute(before)]

    def count(result: str) -> int:
        return sum(number for _, callback, _, number in found if callback == result)

    marks = [(mark, number) for _, _, mark, number in found if mark is not None]
    least = city.handling.callback.satisfied_from
    return Heard(
        days=days,
        answered=sum(one[3] for one in found),
        waiting=sum(one[3] for one in found if one[0] == State.PENDING_CALLBACK and not one[1]),
        solved=count("solved"),
        unsolved=count("unsolved"),
        unreached=count("unreached"),
        unanswered=count("unanswered"),
        marked=sum(number for _, number in marks),
        satisfied=sum(number for mark, number in marks if mark >= least),
    )
