"""Finds open tickets about the matter of a new request: for its citizen, and as a mark for the staff.

A citizen is only ever told of tickets of the same conversation (:func:`of_citizen`). Somebody else may know the phone
number and tell a like story; so a match by phone or by words is a mark on the ticket's page, and nothing else
(:func:`marks`).

Compared are the contents (by pairs of characters), the places, and the categories, of a few tickets. Plain Python is
fast enough for that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from core.clock import now
from core.ids import first_id
from core.sealing import lookup_keys
from tickets import rows
from tickets.models import TicketRow
from tickets.narrowing import apart
from tickets.types import TicketDraft, TicketLine, TicketType

LIKE = 0.45
"""Least likeness (0 to 1) of two requests that count as the same matter. Chosen with tests/tickets/same_matter.yml."""
LOOKED_BACK = timedelta(days=180)
"""Age up to which open tickets of the same person are compared."""
_STRANGERS_LOOKED_BACK = timedelta(days=30)
"""Age up to which open tickets of other people are compared."""
_SAME_PLACE = 0.6
"""Least likeness (0 to 1) of the addresses of two people's tickets. A street has many broken lamps."""
_MOST = 30
"""Most tickets that are compared: the newest."""
_MOST_MARKS = 5
"""Most tickets that are named on a ticket's page."""
_UNLIKE_KIND = {TicketType.PRAISE, TicketType.CONSULT}
"""Types that are never the same matter as another type."""
_FILLER = re.compile(
    r"小区(里|内)?|我(们|家)?|俺(们|家)?|你们|他们|她们|(请|麻烦)?(帮忙|帮我)?(反映|反应|投诉|举报|求助|登记)一?下?|"
    r"(这个|那个|一个|一直|现在|还是|已经|没有|没人|什么|怎么|不管|处理|解决|希望|尽快|相关部门|情况|问题|事情)|"
    r"您好|你好|谢谢|的|了|吗|呢|啊|吧|就|都|也|很|太|在|有|是|和|把|被|给|又|还|没|不"
)


@dataclass(frozen=True)
class Mark:
    """An open ticket that may be about the same matter, for the staff.

    Args:
        line: the ticket.
        why: what the two have in common, in words: 同一会话, 同一电话, 地点和内容相近.
    """

    line: TicketLine
    why: tuple[str, ...]


async def of_citizen(session: AsyncSession, draft: TicketDraft) -> TicketRow | None:
    """The open ticket of the draft's own conversation that is most like it; None when none is alike."""
    if not draft.conversation_id:
        return None
    found = await _newest(session, TicketRow.conversation_id == draft.conversation_id, LOOKED_BACK)
    best = max(((likeness(draft, row), row) for row in found), key=lambda one: one[0], default=None)
    return best[1] if best and best[0] >= LIKE else None


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
    sqlite = session.get_bind().dialect.name == "sqlite"
    whose = [TicketRow.conversation_id == matter.conversation_id] if matter.conversation_id else []
    whose += [TicketRow.contact_key.in_(lookup_keys(matter.contact_phone))] if matter.contact_phone else []
    found = list(await _newest(session, seen & or_(*whose), LOOKED_BACK)) if whose else []
    if matter.category and matter.address:
        near = apart(TicketRow.category, matter.category, sqlite=sqlite)
        known = {one.id for one in found}
        more = await _newest(session, seen & near, _STRANGERS_LOOKED_BACK)
        found += [one for one in more if one.address and one.id not in known]
    alike = [(likeness(matter, one), one) for one in found]
    alike.sort(key=lambda pair: pair[0], reverse=True)
    made = [Mark(to_line(one), _why(matter, one, department_id)) for score, one in alike if score >= LIKE]
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
    # Whatever ends a ticket writes when. The ids come from an index, so that only the rows that are compared are read.
    newest = (
        select(TicketRow.id)
        .where(wanted, TicketRow.closed_at.is_(None), TicketRow.id >= first_id(now() - back))
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


def likeness(draft: TicketDraft | TicketRow, row: TicketRow) -> float:
    """How likely two requests are about the same matter, 0 to 1 (a weighted mean, no calibrated probability).

    Facts that only one of them names do not count.
    """
    kind = TicketType.parse(str(draft.type))
    if kind is not None and kind != row.type and _UNLIKE_KIND & {kind, TicketType(row.type)}:
        return 0.0
    if draft.district and row.district and draft.district != row.district:
        return 0.0
    story = overlap(draft.content, row.content)
    marks = [(0.6, story)]
    if draft.address and row.address:
        marks.append((0.25, overlap(draft.address, row.address)))
    if draft.category and row.category:
        same = 1.0 if draft.category == row.category else 0.0
        near = 0.4 if draft.category.split("/")[0] == row.category.split("/")[0] else 0.0
        marks.append((0.15, max(same, near)))
    return sum(weight * mark for weight, mark in marks) / sum(weight for weight, _ in marks)


def overlap(one: str, other: str) -> float:
    """The share (0 to 1) of the shorter text's pairs of neighbouring characters that the other text also has.

    Filler words are removed first.

    >>> overlap("小区门口的路灯坏了", "路灯坏了三天没人修")
    0.5
    """
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
    kept = _FILLER.sub("", plain) or plain
    return {kept[at : at + 2] for at in range(len(kept) - 1)} or {kept}
