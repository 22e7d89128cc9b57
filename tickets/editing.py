"""修改: the staff changes the fields of a ticket that is on file. The history keeps each field's old and new value.

What a citizen corrects is another thing (:mod:`tickets.corrections`): it is told in the content, and needs no version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.city import City
from core.clock import now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict, Forbidden
from core.privacy import lookup_key
from tickets import checks, clockwork, deadlines, rows, urgency
from tickets.corrected import BY_STAFF
from tickets.lifecycle import Who
from tickets.models import TicketRow
from tickets.moves import stale
from tickets.states import State
from tickets.types import EMERGENCY, Actor, Detail, Ticket, TicketDraft, TicketType

LABELS = {
    "type": "诉求类型",
    "content": "诉求内容",
    "category": "事项分类",
    "district": "所在县区",
    "address": "发生地点",
    "happened_at": "发生时间",
    "subject": "涉及对象",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "confidential": "是否保密",
    "urgent": "是否紧急",
    "emergency": "是否特急",
}
"""The fields that can be changed, in the order of the ticket."""
MOST_FORMER = 20
"""Most former names and phones that a ticket keeps: the first, and the last ones."""
_CONTACT = ("contact_name", "contact_phone")
"""Fields of which the history says only that they were changed, because no text may hold them."""
_DUE_BY = ("type", "category", "urgent", "emergency")
"""Fields on which the deadlines depend."""
ACTION = "edited"
"""Code of the line in the history."""


async def edit(
    database: Database,
    number: str,
    changes: Mapping[str, Any],
    city: City,
    actor: Actor,
    *,
    version: int,
    alongside: Alongside | None = None,
) -> Ticket:
    """Change fields of a filed ticket. All of it is done, or nothing.

    Args:
        database: where the tickets are.
        number: number of the ticket.
        changes: field (:data:`LABELS`) → new value; what is left out stays.
        city: has the districts and the rules for deadlines, which are counted anew when they depend on a change.
        actor: who changes it: an agent or a supervisor.
        version: the version that the actor saw.
        alongside: work of the caller in the same transaction.

    Raises:
        NotFound: there is no such ticket.
        BadRequest: code ``bad_ticket``: a value can't be stored; ``nothing_changed``.
        Conflict: code ``stale``: somebody else changed the ticket meanwhile; ``not_now``: it is settled.
        Forbidden: code ``confidential``; only a supervisor takes 保密 off, because the citizen asked for it.
    """
    async with database.write() as session:
        row = await rows.wanted(session, number, lock=True)
        if version != row.version:
            raise await stale(session, row)
        if State(row.state).is_final:
            raise Conflict(f"这张工单已经是“{State(row.state).label}”，不能再修改。", code="not_now")
        before = _draft(row)
        after = checks.check(replace(before, **changes), city)
        code = urgency.changed(row, changes.get("urgent"), changes.get("emergency"))
        after = replace(after, urgent=code is not None, emergency=code == EMERGENCY)
        changed = [name for name in LABELS if getattr(before, name) != getattr(after, name)]
        if not changed:
            raise BadRequest("没有要修改的地方", code="nothing_changed")
        if wrong := {name: words for name, words in checks.unknown(after, city).items() if name in changed}:
            raise BadRequest("；".join(wrong.values()), code="bad_ticket", details={"fields": wrong})
        if before.confidential and not after.confidential and actor.kind != Who.SUPERVISOR:
            raise Forbidden("群众要求过保密，只有班长能取消", code="confidential")
        told = "\n".join(_line(name, before, after) for name in changed)
        _apply(row, after, changed)
        if set(_DUE_BY) & set(changed):
            deadlines.set_due(row, deadlines.of_row(city, row))
        row.version += 1
        row.updated_at = row.edited_at = now()
        await rows.add_event(session, row.id, actor, ACTION, note=told)
        await clockwork.plan(session, row, city)
        if alongside is not None:
            await alongside(session)
        await session.flush()
        return await rows.to_ticket(session, row)


def changed_only(note: str) -> str:
    """A line of the history that names the changed fields and tells no values, for whom they are kept from.

    >>> changed_only("话务员修改：诉求内容“我叫某某”改为“路灯坏了”\\n话务员修改：联系人")
    '话务员修改了诉求内容、联系人'
    """
    begins = [line.removeprefix(BY_STAFF) for line in note.split("\n") if line.startswith(BY_STAFF)]
    named = [label for label in LABELS.values() if any(line.startswith(label) for line in begins)]
    return f"话务员修改了{'、'.join(named)}"


def _draft(row: TicketRow) -> TicketDraft:
    """What the row says, as it would be filed; without photos, which stay as they are."""
    return TicketDraft(
        type=TicketType(row.type),
        content=row.content,
        category=row.category,
        district=row.district,
        address=row.address,
        happened_at=row.happened_at,
        subject=row.subject,
        contact_name=row.contact_name or "",
        contact_phone=row.contact_phone or "",
        confidential=row.confidential,
        channel=row.channel,
        conversation_id=row.conversation_id,
        latitude=row.latitude,
        longitude=row.longitude,
        place_label=row.place_label,
        details=tuple(Detail(**detail) for detail in row.details),
        urgent=row.urgency is not None,
        emergency=row.urgency == EMERGENCY,
    )


def _line(name: str, before: TicketDraft, after: TicketDraft) -> str:
    begins = f"{BY_STAFF}{LABELS[name]}"
    if name in _CONTACT:
        return begins
    old, new = _shown(getattr(before, name)), _shown(getattr(after, name))
    if not old:
        return f"{begins}补为“{new}”"
    return f"{begins}“{old}”改为“{new}”" if new else f"{begins}“{old}”删去"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.label if isinstance(value, TicketType) else str(value)


def _bounded(former: list[dict[str, str]]) -> list[dict[str, str]]:
    """The former contacts that are kept. The first of each kind is the citizen's own: it stays however often it is changed."""
    distinct = [one for nth, one in enumerate(former) if one not in former[:nth]]
    firsts = [next((one for one in distinct if kind in one), None) for kind in ("name", "phone")]
    rest = [one for one in distinct if one not in firsts][-(MOST_FORMER - 2) :]
    return [one for one in distinct if one in firsts or one in rest]


def _apply(row: TicketRow, after: TicketDraft, changed: list[str]) -> None:
    for name in changed:
        value = getattr(after, name)
        if name in _CONTACT and (former := getattr(row, name)):
            # The way back to the citizen is kept, and what the content tells of them stays hidden from departments.
            kept = {name.removeprefix("contact_"): former, "key": ""}
            row.former_contacts = _bounded([*row.former_contacts, kept])
        if name in ("urgent", "emergency"):
            urgency.put(row, urgency.level(after.urgent, after.emergency), now())
        elif name == "contact_phone":
            row.contact_phone, row.contact_key = (value, lookup_key(value)) if value else (None, None)
        elif name == "contact_name":
            row.contact_name = value or None  # its key for the search follows (:mod:`tickets.models`)
        elif name == "address":
            old, row.address = row.address, value
            if old and value not in old and old not in value:  # the point on the map is that of another place
                row.latitude = row.longitude = None
                row.place_label = ""
        else:
            setattr(row, name, value)
