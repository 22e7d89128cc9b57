"""What happens to tickets by the clock: reminders, missed deadlines, 督办, the end of a suspension, filing away.

It is written down when the clock has to look at each ticket next (:mod:`tickets.watches`). A job looks every half minute at those due
(:mod:`tickets.sweep`); a move first does what is due for its own ticket. Each thing has a key in the ticket's history, written in
the transaction that does it, so it is done once, whichever process dies and however late the job starts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple, Protocol, cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.bulk import existing
from core.city import City
from core.database import among
from tickets import deadlines, due, needs, rows, watches
from tickets.due import LABELS, Step
from tickets.lifecycle import TRANSITIONS, Transition
from tickets.models import TicketEventRow, TicketRow
from tickets.states import State
from tickets.types import SYSTEM, Actor

SUPERVISE = "supervise"
"""Code of 督办."""


class Do(Protocol):
    """Makes a move (:func:`tickets.moves.do`)."""

    async def __call__(
        self,
        session: AsyncSession,
        row: TicketRow,
        transition: Transition,
        fields: needs.Needs,
        actor: Actor,
        city: City,
        moment: datetime,
        *,
        key: str | None = None,
    ) -> None:
        """Make it in the caller's transaction."""
        ...


_ADDING = frozenset({"reminded", "overdue", SUPERVISE})
"""What only adds a line, and with 督办 the mark of it. No other appointment of a ticket depends on it."""


class Appointment(NamedTuple):
    """Something that is to happen to a ticket by the clock.

    Args:
        at: when.
        action: ``reminded`` or ``overdue``, which are only written down, or the code of a move.
        key: names it within the ticket.
        note: the line for the history.
        until: when it is too late for it; None: never.
    """

    at: datetime
    action: str
    key: str
    note: str
    until: datetime | None = None


class Watched(due.Dated, Protocol):
    """What the clock looks at of a ticket: its row, or the columns of :data:`COLUMNS`."""

    id: str
    state: str
    disputed: bool
    callback: str
    approved_at: datetime | None
    suspended_until: datetime | None
    next_due_at: datetime | None


COLUMNS = (
    TicketRow.id,
    TicketRow.number,
    TicketRow.state,
    TicketRow.disputed,
    TicketRow.callback,
    TicketRow.approved_at,
    TicketRow.suspended_until,
    TicketRow.next_due_at,
    TicketRow.sign_due_at,
    TicketRow.reply_due_at,
    TicketRow.close_due_at,
    TicketRow.decide_due_at,
)
"""Nothing of these has to be decrypted."""


_AT = itemgetter(0)


def appointments(row: Watched, city: City, left: Sequence[Step] | None = None) -> list[Appointment]:
    """All that is to happen to a ticket in its present state, the first first.

    Args:
        row: the ticket.
        city: has the rules.
        left: the steps that it has before it, when they are known already.
    """
    state, rules = State(row.state), city.handling
    found: list[Appointment] = []
    if state is State.SUSPENDED and row.suspended_until is not None:
        found.append(_at(row.suspended_until, "resume", "end of suspension", "挂起到期，恢复办理"))
    if state is State.PENDING_CALLBACK and row.approved_at is not None and not row.disputed:
        at = deadlines.later(city, rules.callback.archive_after, row.approved_at)
        within = rules.callback.archive_after.label
        words = f"群众说已解决，{within}内没有打分" if row.callback == "solved" else f"{within}内没有回复"
        found.append(_at(at, "archive", "no answer", words))
    reminders = rules.reminders
    for code, at in due.left(row, state) if left is None else left:
        before = reminders.sign_before_h if code == "sign" else reminders.before_h
        name, label = f"{code} {at.isoformat()}", LABELS[code]
        reminder = f"离{label}期限还有 {before} 小时"
        found.append(Appointment(at - timedelta(hours=before), "reminded", f"before {name}", reminder, at))
        found.append(Appointment(at, "overdue", f"at {name}", f"{label}超过期限"))
        if code == "decide":
            continue  # a supervisor's own delay; 督办 is what supervisors do to others
        late = deadlines.later(city, reminders.supervise_after, at)
        words = f"{label}超过期限 {reminders.supervise_after.label}"
        found.append(Appointment(late, SUPERVISE, f"after {name}", words))
    found.sort(key=_AT)
    return found


def _at(at: datetime, action: str, name: str, note: str) -> Appointment:
    return Appointment(at, action, f"{name} {at.isoformat()}", note)


async def plan(
    session: AsyncSession, row: TicketRow, city: City, *, done_until: datetime | None = None
) -> None:
    """Write down when the clock looks at a ticket next, and which deadline is next.

    Args:
        session: the transaction.
        row: the ticket, which is stored.
        city: has the rules.
        done_until: when the clock has just looked at it. None: a move has changed it, so that the clock must look once more at
            what may already be due.
    """
    row.next_due_at = next_due(row)
    await watches.put(session, row.id, _next(appointments(row, city), done_until))


def next_due(row: Watched) -> datetime | None:
    """The deadline of the step that is due first."""
    return min((step.at for step in due.left(row, State(row.state))), default=None)


def _next(made: Sequence[Appointment], done_until: datetime | None) -> datetime | None:
    return next((one.at for one in made if done_until is None or one.at > done_until), None)


@dataclass(frozen=True)
class Turn:
    """What the clock does with a ticket now.

    Args:
        lines: what is due, in this order.
        watch_at: when the clock has to look at it next.
        next_due_at: the deadline of the step that is due first; None when none is left.
    """

    lines: tuple[Appointment, ...]
    watch_at: datetime | None
    next_due_at: datetime | None

    @property
    def adds(self) -> bool:
        """Whether all of it only adds to the ticket, so that it can be done for many at once. Else :func:`catch_up` does it."""
        return all(one.action in _ADDING for one in self.lines)

    def without(self, done: Collection[str]) -> Turn:
        """The turn without what was done before; ``done``: the keys of that."""
        if not done:
            return self
        return replace(self, lines=tuple(one for one in self.lines if one.key not in done))


def turn(row: Watched, city: City, moment: datetime) -> Turn:
    """What :func:`catch_up` would do with a ticket of which nothing was done before.

    Args:
        row: the ticket.
        city: has the rules.
        moment: the present.
    """
    left = due.left(row, State(row.state))
    made = appointments(row, city, left)
    return Turn(tuple(_due(made, moment)), _next(made, moment), min((step.at for step in left), default=None))


async def done(session: AsyncSession, turns: Mapping[str, Turn]) -> dict[str, set[str]]:
    """What of some turns was done before: id of a ticket → keys in its history; a ticket without any is left out.

    Args:
        session: the transaction.
        turns: id of a ticket → its turn.
    """
    pairs = [
        {"ticket_id": ticket_id, "key": one.key} for ticket_id, turn in turns.items() for one in turn.lines
    ]
    found: dict[str, set[str]] = {}
    for ticket_id, key in await existing(session, cast(Table, TicketEventRow.__table__), pairs):
        found.setdefault(ticket_id, set()).add(str(key))
    return found


async def keys(session: AsyncSession, ids: Sequence[str]) -> dict[str, set[str]]:
    """What was done to some tickets with a key: id of a ticket → the keys in its history."""
    found: dict[str, set[str]] = {one: set() for one in ids}
    theirs = among(TicketEventRow.ticket_id, ids, sqlite=session.get_bind().dialect.name == "sqlite")
    wanted = select(TicketEventRow.ticket_id, TicketEventRow.key).where(theirs)
    for ticket_id, key in await session.execute(wanted.where(TicketEventRow.key.is_not(None))):
        found[ticket_id].add(str(key))
    return found


async def catch_up(
    session: AsyncSession,
    row: TicketRow,
    city: City,
    moment: datetime,
    do: Do,
    *,
    done: set[str] | None = None,
) -> bool:
    """Do what is due for a ticket, in the caller's transaction.

    Args:
        session: the transaction.
        row: the ticket, locked.
        city: has the rules.
        moment: the present.
        do: makes a move.
        done: the keys in the ticket's history, when the ticket is known to be due; None: whether it is due is looked up, and they are
            read.

    Returns:
        Whether anything was done.
    """
    known = done
    if known is None:
        watched = await watches.at(session, row.id)
        if watched is None or watched > moment:
            return False  # done already, or to be tried again later
        known = (await keys(session, [row.id]))[row.id]
    did = False
    while one := next(
        (made for made in _due(appointments(row, city), moment) if made.key not in known), None
    ):
        known.add(one.key)
        did = True
        move = TRANSITIONS.get(one.action)
        if move is None:
            await rows.add_event(session, row.id, SYSTEM, one.action, note=one.note, key=one.key)
            continue
        given = {"reason": one.note} if one.action == "archive" else {"note": one.note}
        await do(session, row, move, needs.read(one.action, given), SYSTEM, city, moment, key=one.key)
    await plan(session, row, city, done_until=moment)
    return did


def _due(made: Sequence[Appointment], moment: datetime) -> list[Appointment]:
    return [one for one in made if one.at <= moment and (one.until is None or moment < one.until)]
