"""Finds an open ticket of the same person about the matter of a new draft.

Only the few tickets of the same conversation or phone number are compared, so plain Python is fast enough.
Compared are the contents (by pairs of characters), the places, and the categories.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.phone import canonical
from core.privacy import lookup_key
from tickets.models import TicketRow
from tickets.states import State
from tickets.types import TicketDraft, TicketType

LIKE = 0.45
"""Least likeness (0 to 1) of two requests that count as the same matter. Chosen with tests/tickets/same_matter.yml."""
LOOKED_BACK = timedelta(days=180)
"""Age up to which open tickets are compared."""
_MOST = 30
"""Most tickets that are compared: the newest."""
_UNLIKE_KIND = {TicketType.PRAISE, TicketType.CONSULT}
"""Types that are never the same matter as another type."""
_FILLER = re.compile(
    r"小区(里|内)?|我(们|家)?|俺(们|家)?|你们|他们|她们|(请|麻烦)?(帮忙|帮我)?(反映|反应|投诉|举报|求助|登记)一?下?|"
    r"(这个|那个|一个|一直|现在|还是|已经|没有|没人|什么|怎么|不管|处理|解决|希望|尽快|相关部门|情况|问题|事情)|"
    r"您好|你好|谢谢|的|了|吗|呢|啊|吧|就|都|也|很|太|在|有|是|和|把|被|给|又|还|没|不"
)


async def find(session: AsyncSession, draft: TicketDraft) -> TicketRow | None:
    """The open ticket most like the draft, of the same conversation or phone; None when none is alike."""
    phone = canonical(draft.contact_phone) if draft.contact_phone else None
    whose = []
    if draft.conversation_id:
        whose.append(TicketRow.conversation_id == draft.conversation_id)
    if phone:
        whose.append(TicketRow.contact_key == lookup_key(phone))
    if not whose:
        return None
    rows = await session.scalars(
        select(TicketRow)
        .where(
            or_(*whose),
            TicketRow.state.not_in([state for state in State if state.is_final]),
            TicketRow.created_at > now() - LOOKED_BACK,
        )
        .order_by(TicketRow.id.desc())
        .limit(_MOST)
    )
    best = max(((likeness(draft, row), row) for row in rows), key=lambda one: one[0], default=None)
    return best[1] if best and best[0] >= LIKE else None


def likeness(draft: TicketDraft, row: TicketRow) -> float:
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
