"""Tickets as other systems read them: what the desk's accounts of the same role read, with masked contact and numbers.

Who may read no contact reads what a department reads: of tickets with 保密 neither contact nor name.
"""

from __future__ import annotations

from typing import Any

from core.errors import Conflict
from core.masking import hide
from partners import schemas
from partners.service import Caller
from tickets.imports import EXTERNAL
from tickets.service import Tickets
from tickets.states import State
from tickets.types import EMERGENCY, TicketLine


def line(told: TicketLine) -> schemas.Line:
    """A line of a list."""
    due = told.due.to_json(told.state)["next"]
    return schemas.Line(
        number=told.number,
        type=str(told.type),
        category=told.category,
        district=told.district,
        state=str(told.state),
        state_label=told.state.label,
        version=told.version,
        summary=hide(told.summary),
        department=told.department,
        urgent=told.urgency is not None,
        emergency=told.urgency == EMERGENCY,
        supervised=told.supervised,
        created_at=told.to_json()["created_at"],
        due=schemas.Step(**due) if due else None,
    )


async def whole(tickets: Tickets, caller: Caller, number: str) -> schemas.WorkOrder:
    """A ticket with its history.

    Raises:
        NotFound: there is no such ticket, or the department as which the system acts does not have it.
    """
    if caller.guarded:
        seen = await tickets.for_department(number, caller.department_id)
        shown, events = seen["ticket"], seen["events"]
        short = line(await tickets.line_for_department(number))
    else:
        ticket = await tickets.get(number)
        shown, events = ticket.to_json(), [one.to_json() for one in await tickets.events(ticket.number)]
        short = line(ticket.line)
    external = next((one["value"] for one in shown["details"] if one["name"] == EXTERNAL), "")
    words = ("content", "address", "happened_at", "subject", "public_reply")
    return schemas.WorkOrder(
        **dict(short),
        **{name: hide(shown[name]) for name in words},
        contact_name=shown["contact_name"],
        contact_phone=shown["contact_phone"],
        confidential=shown["confidential"],
        external_number=external,
        history=[_happened(one) for one in events],
    )


def _happened(event: dict[str, Any]) -> schemas.Happened:
    return schemas.Happened(
        at=event["at"],
        actor=event["actor"],
        action=event["action_code"],
        action_label=event["action"],
        from_state=_code(event["from_state"]),
        to_state=_code(event["to_state"]),
        note=hide(event["note"]),
    )


def _code(label: str | None) -> str | None:
    """The code of a state by its label; the desk reads labels, and other systems codes."""
    state = State.parse(label) if label else None
    return None if state is None else str(state)


def stale(error: Conflict) -> Conflict:
    """A conflict as other systems read it: the state by its code."""
    if "state" in error.details:
        error.details["state"] = _code(error.details["state"])
    return error
