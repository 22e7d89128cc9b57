"""How many open tickets there are of each kind that the desk's board and lists name."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, or_, select

from core.clock import now
from core.database import Database
from tickets import dispatch
from tickets.due import SOON
from tickets.models import TicketRow
from tickets.narrowing import apart
from tickets.states import State
from tickets.types import EMERGENCY


@dataclass(frozen=True)
class Counts:
    """Open tickets by state, and of those that stand out.

    Args:
        states: label of a state → how many are in it; states without any are left out.
        open: all of them.
        overdue: past their next deadline.
        soon: within :data:`tickets.due.SOON` of it.
        urgent, emergency, supervised, disputed: such tickets.
        returned: returned so often that a supervisor decides.
    """

    states: dict[str, int]
    open: int = 0
    overdue: int = 0
    soon: int = 0
    urgent: int = 0
    emergency: int = 0
    supervised: int = 0
    disputed: int = 0
    returned: int = 0

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return asdict(self)


async def count(database: Database, *, department_id: str | None, own: bool, returned: int) -> Counts:
    """Count the open tickets.

    Args:
        database: where the tickets are.
        department_id: only those of this department; None: of all.
        own: whether that department itself asks: it also has what it assists with, and no part in a supervisor's decisions.
        returned: from how many returns a ticket is counted as returned.
    """
    moment = now()
    due = TicketRow.next_due_at
    mine: ColumnElement[bool] = (
        TicketRow.state != State.PENDING_CALLBACK if own else TicketRow.id.is_not(None)
    )
    kinds = {
        "overdue": (due < moment) & mine,
        "soon": due.between(moment, moment + SOON) & mine,
        "urgent": TicketRow.urgency.is_not(None),
        "emergency": TicketRow.urgency == EMERGENCY,
        "supervised": TicketRow.supervised_at.is_not(None),
        "disputed": TicketRow.disputed.is_(True),
        "returned": TicketRow.returns >= returned,
    }
    sums = [func.sum(cast(kind, Integer)).label(name) for name, kind in kinds.items()]
    # All that is counted stands in the index of the open ones. SQLite would group by that of the states, and read a million rows; and
    # that of the departments would have whole rows read.
    state = TicketRow.state.concat("") if database.is_sqlite else TicketRow.state
    query = select(state.label("state"), func.count().label("open"), *sums)
    query = query.where(TicketRow.closed_at.is_(None)).group_by(state)
    theirs = apart(TicketRow.department_id, department_id or "", sqlite=database.is_sqlite)
    parts = [query] if department_id is None and not own else [query.where(theirs)]
    if own:
        # Two that are added: with an "or" between them, each open ticket would be looked for among the assisted ones.
        others = or_(TicketRow.department_id.is_(None), TicketRow.department_id != (department_id or ""))
        parts.append(query.where(TicketRow.id.in_(dispatch.assisted(department_id or "")), others))
    found: list[Any] = []
    async with database.browse() as session:
        for part in parts:
            found += (await session.execute(part)).mappings().all()
    # A comparison with what is not there is neither true nor false, and sums to nothing.
    total = {name: sum(row[name] or 0 for row in found) for name in ("open", *kinds)}
    states: Counter[str] = Counter()
    for row in found:
        states[State(row["state"]).label] += row["open"]
    return Counts(dict(states), **total)
