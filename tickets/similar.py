"""Finds tickets about the matter of a new request: for its citizen, and as a mark for the staff.

A citizen is only ever told of tickets of the same conversation (:func:`of_citizen`). Somebody else may know the phone
number and tell a like story; so a match by phone or by words is a mark on the ticket's page, and nothing else
(:func:`marks`).

Compared are the contents by meaning (:mod:`tickets.meaning`), the places, and the categories, of a few tickets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from core.clock import now
from core.ids import first_id
from core.sealing import lookup_keys
from tickets import meaning, rows
from tickets.meaning import overlap
from tickets.models import TicketRow
from tickets.narrowing import apart
from tickets.states import State
from tickets.types import TicketDraft, TicketLine, TicketType

LIKE = 0.45
"""Least likeness (0 to 1) of two requests that count as the same matter. Chosen with tests/tickets/same_matter.yml."""
LOOKED_BACK = timedelta(days=180)
"""Age up to which open tickets of the same person are compared."""
_STRANGERS_LOOKED_BACK = timedelta(days=30)
"""Age up to which open tickets of other people are compared."""
_SETTLED_BACK = timedelta(days=30)
"""Time since its end within which a settled ticket may be what the same citizen tells again."""
_SETTLED = (State.CLOSED, State.ANSWERED_DIRECTLY)
_SAME_PLACE = 0.6
"""Least likeness (0 to 1) of the addresses of two people's tickets. A street has many broken lamps."""
_MOST = 30
"""Most tickets that are compared: the newest."""
_MOST_MARKS = 5
"""Most tickets that are named on a ticket's page."""
_UNLIKE_KIND = {TicketType.PRAISE, TicketType.CONSULT}
"""Types that are never the same matter as another type."""


@dataclass(frozen=True)
class Mark:
    """An open ticket that may be about the same matter, for the staff.

    Args:
        line: the ticket.
        why: what the two have in common, in words: 同一会话, 同一电话, 地点和内容相近.
        score: how alike they are, 0 to 1 (:func:`likenesses`).
    """

    line: TicketLine
    why: tuple[str, ...]
    score: float

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return {**self.line.to_json(), "why": list(self.why), "score": round(self.score, 2)}


async def of_citizen(session: AsyncSession, draft: TicketDraft) -> TicketRow | None:
    """The open ticket of the draft's own conversation that is most like it; None when none is alike."""
    if not draft.conversation_id:
        return None
    found = await _newest(session, TicketRow.conversation_id == draft.conversation_id, LOOKED_BACK)
    return await _best(draft, found)


async def _best(draft: TicketDraft | TicketRow, found: Sequence[TicketRow]) -> TicketRow | None:
    scores = zip(await likenesses(draft, found), found, strict=True)
    best = max(scores, key=lambda one: one[0], default=None)
    return best[1] if best and best[0] >= LIKE else None


async def before(session: AsyncSession, row: TicketRow) -> TicketRow | None:
    """The earlier ticket in which the same citizen most likely told the same matter; None when there is none.

    It is open, or was settled within :data:`_SETTLED_BACK`. The same citizen: the same conversation, or the same phone.
    """
    earlier = _whose(row) & (TicketRow.id < row.id) if _has_citizen(row) else None
    if earlier is None:
        return None
    found = [*await _newest(session, earlier, LOOKED_BACK), *await _settled(session, earlier)]
    return await _best(row, found)


async def of_others(session: AsyncSession, row: TicketRow) -> Sequence[TicketRow]:
    """Open tickets of other citizens about the same matter at the same place."""
    found = await _near(session, row, TicketRow.id != row.id)
    found = [one for one in found if not _one_citizen(row, one)]
    return [one for score, one in zip(await likenesses(row, found), found, strict=True) if score >= LIKE]


def reporters(found: Iterable[TicketRow]) -> int:
    """How many citizens filed some tickets, as far as is known: each ticket without phone and conversation counts as one."""
    return len({one.contact_key or one.conversation_id or one.id for one in found})


def _one_citizen(one: TicketRow, other: TicketRow) -> bool:
    same_talk = one.conversation_id is not None and one.conversation_id == other.conversation_id
    return same_talk or (one.contact_key is not None and one.contact_phone == other.contact_phone)


def _has_citizen(matter: TicketDraft | TicketRow) -> bool:
    return bool(matter.conversation_id or matter.contact_phone)


def _whose(matter: TicketDraft | TicketRow) -> ColumnElement[bool]:
    """SQL: filed in the same conversation, or with the same phone; a matter without either is refused."""
    whose = [TicketRow.conversation_id == matter.conversation_id] if matter.conversation_id else []
    whose += [TicketRow.contact_key.in_(lookup_keys(matter.contact_phone))] if matter.contact_phone else []
    return or_(*whose)


async def _near(
    session: AsyncSession, matter: TicketDraft | TicketRow, seen: ColumnElement[bool]
) -> list[TicketRow]:
    """Open tickets of the same category and place; none where either is not known."""
    if not (matter.category and matter.address):
        return []
    sqlite = session.get_bind().dialect.name == "sqlite"
    found = await _newest(
        session, seen & apart(TicketRow.category, matter.category, sqlite=sqlite), _STRANGERS_LOOKED_BACK
    )
    return [one for one in found if one.address and overlap(matter.address, one.address) >= _SAME_PLACE]


async def marks(
    session: AsyncSession,
    row: TicketRow,
    department_id: str | None = None,
    to_line: Callable[[TicketRow], TicketLine] = rows.to_line,
) -> tuple[Mark, ...]:
    """Open tickets that may be about the same matter as a ticket, the most alike first.

    Args:
        session: the caller's transaction.
        row: the ticket.
        department_id: the department that asks; None for the hotline's staff. A department is told only of its own
            tickets. And it is not told that a ticket with 保密 has the phone of another, which may name the citizen.
        to_line: writes a ticket as the reader may see it.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    seen: ColumnElement[bool] = TicketRow.id != row.id
    if department_id is not None:
        seen &= apart(TicketRow.department_id, department_id, sqlite=sqlite)
    return await _marked(session, row, seen, department_id, to_line)


async def marks_of_draft(session: AsyncSession, draft: TicketDraft) -> tuple[Mark, ...]:
    """Open tickets that may be about the matter of a draft that an agent is about to file; see :func:`marks`.

    Args:
        session: the caller's transaction.
        draft: the draft, checked (:func:`tickets.checks.check`).
    """
    return await _marked(session, draft, true(), None, rows.to_line)


async def _marked(
    session: AsyncSession,
    matter: TicketDraft | TicketRow,
    seen: ColumnElement[bool],
    department_id: str | None,
    to_line: Callable[[TicketRow], TicketLine],
) -> tuple[Mark, ...]:
    found = list(await _newest(session, seen & _whose(matter), LOOKED_BACK)) if _has_citizen(matter) else []
    known = {one.id for one in found}
    found += [one for one in await _near(session, matter, seen) if one.id not in known]
    alike = list(zip(await likenesses(matter, found), found, strict=True))
    alike.sort(key=lambda pair: pair[0], reverse=True)
    made = [
        Mark(to_line(one), _why(matter, one, department_id), score) for score, one in alike if score >= LIKE
    ]
    return tuple(mark for mark in made if mark.why)[:_MOST_MARKS]


def _why(row: TicketDraft | TicketRow, other: TicketRow, department_id: str | None) -> tuple[str, ...]:
    hidden = department_id is not None and (row.confidential or other.confidential)
    why = []
    if not hidden and row.conversation_id and row.conversation_id == other.conversation_id:
        why.append("同一会话")
    if not hidden and row.contact_phone and row.contact_phone == other.contact_phone:
        why.append("同一电话")
    if row.address and other.address and overlap(row.address, other.address) >= _SAME_PLACE:
        why.append("地点和内容相近")
    return tuple(why)


async def _newest(session: AsyncSession, wanted: ColumnElement[bool], back: timedelta) -> Sequence[TicketRow]:
    """The newest open tickets that fit, newest first."""
    # Whatever ends a ticket writes when.
    return await _read(session, wanted & TicketRow.closed_at.is_(None), back)


async def _settled(session: AsyncSession, wanted: ColumnElement[bool]) -> Sequence[TicketRow]:
    """The newest tickets that fit and were settled a short time ago."""
    lately = TicketRow.closed_at >= now() - _SETTLED_BACK
    return await _read(session, wanted & lately & TicketRow.state.in_(_SETTLED), LOOKED_BACK)


async def _read(session: AsyncSession, wanted: ColumnElement[bool], back: timedelta) -> Sequence[TicketRow]:
    # The ids come from an index, so that only the rows that are compared are read.
    newest = (
        select(TicketRow.id)
        .where(wanted, TicketRow.id >= first_id(now() - back))
        .order_by(TicketRow.id.desc())
        .limit(_MOST)
    )
    ids = list(await session.scalars(newest))
    if not ids:
        return ()
    found = await session.scalars(
        select(TicketRow).where(TicketRow.id.in_(ids)).order_by(TicketRow.id.desc())
    )
    return found.all()


async def likenesses(matter: TicketDraft | TicketRow, others: Sequence[TicketRow]) -> list[float]:
    """How likely each of some tickets is about a matter, 0 to 1 (a weighted mean, no calibrated probability).

    Facts that only one of them names do not count.
    """
    told = await meaning.stories(matter.content, [one.content for one in others])
    return [_likeness(matter, one, story) for one, story in zip(others, told, strict=True)]


def _likeness(draft: TicketDraft | TicketRow, row: TicketRow, story: float) -> float:
    kind = TicketType.parse(str(draft.type))
    if kind is not None and kind != row.type and _UNLIKE_KIND & {kind, TicketType(row.type)}:
        return 0.0
    if draft.district and row.district and draft.district != row.district:
        return 0.0
    marks = [(0.6, story)]
    if draft.address and row.address:
        marks.append((0.25, overlap(draft.address, row.address)))
    if draft.category and row.category:
        same = 1.0 if draft.category == row.category else 0.0
        near = 0.4 if draft.category.split("/")[0] == row.category.split("/")[0] else 0.0
        marks.append((0.15, max(same, near)))
    return sum(weight * mark for weight, mark in marks) / sum(weight for weight, _ in marks)
