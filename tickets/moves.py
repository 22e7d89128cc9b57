"""Makes the moves of a ticket: the one door for the desk, the assistant and the clock.

A move is one transaction: the row is locked, what was due by the clock is done, version, state, role and conditions are looked
at, the effect is done, the state is written, and the history gets a line. Whatever is wrong stops all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.city import City
from core.clock import iso, now
from core.database import Alongside, Database
from core.errors import Conflict, Forbidden, NotFound
from core.events import Events
from core.locks import one_at_a_time
from tickets import clockwork, conditions, dispatch, effects, needs, rows
from tickets.lifecycle import TRANSITIONS, Tone, Transition, Who, allowed, enter
from tickets.models import TicketEventRow, TicketRow
from tickets.states import State
from tickets.types import ACTION_LABELS, SYSTEM, Actor, Ticket, TicketLine


class Moves:
    """Makes moves, and says which ones somebody may make now.

    Args:
        database: where the tickets are.
        events: told about each move.
        city: has the rules.
    """

    def __init__(self, database: Database, events: Events, city: City) -> None:
        self._database = database
        self._events = events
        self._city = city

    async def act(
        self,
        number: str,
        action: str,
        given: Mapping[str, Any],
        actor: Actor,
        *,
        version: int | None = None,
        key: str | None = None,
        alongside: Alongside | None = None,
    ) -> Ticket:
        """Make a move.

        Args:
            number: number of the ticket.
            action: code of the move (:data:`tickets.lifecycle.TRANSITIONS`).
            given: its fields as sent (:mod:`tickets.needs`).
            actor: who makes it.
            version: the version that the actor saw; None: whatever it is now, as for a move that only adds.
            key: when given, the same key again changes nothing.
            alongside: work of the caller in the same transaction.

        Raises:
            NotFound: there is no such ticket, or the department does not have it.
            BadRequest: there is no such move, or a field is wrong.
            Forbidden: code ``not_yours``; the actor's role may not make the move.
            Conflict: code ``stale``: somebody else changed the ticket meanwhile; code ``not_now``: its state or the rules do
                not allow the move.
        """
        transition = TRANSITIONS.get(action)
        if transition is None:
            raise NotFound("没有这种操作")
        fields = needs.read(action, given)
        try:
            ticket, done = await self._once(number, transition, fields, actor, version, key, alongside)
        except IntegrityError:
            # Another process has just used the same key (PostgreSQL only). The second try finds its event.
            ticket, done = await self._once(number, transition, fields, actor, version, key, alongside)
        if done:
            announce(self._events, ticket.line, action)
        return ticket

    async def _once(
        self,
        number: str,
        transition: Transition,
        fields: needs.Needs,
        actor: Actor,
        version: int | None,
        key: str | None,
        alongside: Alongside | None,
    ) -> tuple[Ticket, bool]:
        async with self._database.write() as session:
            if transition.action == "merge":
                # Only a merge locks more than one ticket. Two of them in opposite directions would wait for each other.
                await one_at_a_time(session, "merging tickets")
            row = await rows.wanted(session, number, lock=True)
            if actor.kind == Who.DEPARTMENT and not await dispatch.has(
                session, row, actor.department_id or ""
            ):
                raise NotFound("没有这张工单")
            if key is not None and await session.scalar(
                select(TicketEventRow.id).where(TicketEventRow.ticket_id == row.id, TicketEventRow.key == key)
            ):
                return await rows.to_ticket(session, row), False
            if version is not None and version != row.version and not transition.appends:
                raise await stale(session, row)
            moment = now()
            await clockwork.catch_up(session, row, self._city, moment, do)
            await do(session, row, transition, fields, actor, self._city, moment, key=key)
            if alongside is not None:
                await alongside(session)
            await session.flush()
            return await rows.to_ticket(session, row), True

    async def may(self, number: str, actor: Actor) -> list[dict[str, Any]]:
        """The moves that somebody may make now, in the order of a ticket's life.

        ``[{"action", "label", "tone", "daily", "fields", "why_not"}]``: ``tone`` is a :class:`tickets.lifecycle.Tone`; ``daily`` whether
        departments make it every day; each field also has the ``value`` that it begins with; ``why_not`` is a sentence when a rule
        is against the move just now, else None.

        Raises:
            NotFound: there is no such ticket.
        """
        async with self._database.read() as session:
            row = await rows.wanted(session, number)
            leads = row.department_id == actor.department_id
        who, moment = Who(actor.kind), now()
        return [
            {
                "action": one.action,
                "label": one.label,
                "tone": str(one.tone),
                "daily": bool(one.daily),
                "fields": [
                    {**field, "value": _begins(row, one.action, field["name"])}
                    for field in needs.described(one.action)
                ],
                "why_not": conditions.why_not(one.action, row, who, self._city, moment),
            }
            for one in allowed(State(row.state), who)
            if who is not Who.DEPARTMENT or leads or one.assisting
        ]


def daily(state: State) -> list[dict[str, Any]]:
    """What a department usually does with a ticket in this state, for its list: ``[{"action", "label", "tone", "at_once"}]``.

    ``at_once``: nothing has to be filled in. Whether it can be done is decided when it is tried.
    """
    return [
        {
            "action": one.action,
            "label": one.daily,
            "tone": str(one.tone),
            "at_once": not needs.NEEDS[one.action].model_fields,
        }
        for one in sorted(allowed(state, Who.DEPARTMENT), key=lambda one: one.tone is not Tone.LEAD)
        if one.daily
    ]


def _begins(row: TicketRow, action: str, field: str) -> Any:
    """What stands in a field when its form is opened."""
    return row.asked_days if (action, field) == ("grant_extension", "days") else None


async def do(
    session: AsyncSession,
    row: TicketRow,
    transition: Transition,
    fields: needs.Needs,
    actor: Actor,
    city: City,
    moment: datetime,
    *,
    key: str | None = None,
    by_citizen: bool = False,
) -> None:
    """Make a move in the caller's transaction, with the moves that follow by themselves.

    What the citizen does, and what follows of it (``by_citizen``), is told in the talk at once, and not once more by a notice.

    Raises:
        WenbanError: see :meth:`Moves.act`.
    """
    who, state = Who(actor.kind), State(row.state)
    by_citizen = by_citizen or who is Who.CITIZEN
    if who not in transition.who or (
        who is Who.DEPARTMENT and not transition.assisting and row.department_id != actor.department_id
    ):
        raise Forbidden(f"您的账号不能{transition.label}", code="not_yours")
    if state not in transition.sources:
        raise Conflict(f"这张工单现在是“{state.label}”，不能{transition.label}。", code="not_now")
    if why := conditions.why_not(transition.action, row, who, city, moment):
        raise Conflict(why, code="not_now")
    target = state if transition.stays else transition.targets[0]
    doing = effects.Doing(session, row, transition, fields, actor, city, moment, target)
    note = await effects.of(doing)
    enter(row, transition, doing.target)
    if doing.target.is_final:
        row.closed_at = moment
    row.version += not transition.appends
    row.updated_at = moment
    moved = doing.target is not state
    await rows.add_event(
        session,
        row.id,
        actor,
        transition.action,
        note=note,
        from_state=state if moved else None,
        to_state=doing.target if moved else None,
        key=key,
        told=transition.told and not by_citizen,
    )
    for action, given in doing.then:
        following = TRANSITIONS[action]
        fields = needs.read(action, given)
        await do(session, row, following, fields, SYSTEM, city, moment, by_citizen=by_citizen)
    await clockwork.plan(session, row, city)


async def stale(session: AsyncSession, row: TicketRow) -> Conflict:
    """The refusal for who saw an older version of a ticket: it says who did what meanwhile."""
    last = await session.scalar(
        select(TicketEventRow)
        .where(TicketEventRow.ticket_id == row.id)
        .order_by(TicketEventRow.at.desc(), TicketEventRow.id.desc())
        .limit(1)
    )
    by = last.actor if last else "别人"
    did = ACTION_LABELS.get(last.action, last.action) if last else "修改"
    return Conflict(
        f"这张工单刚才已经由{by}“{did}”了，您看到的是之前的样子，请刷新后再办。",
        code="stale",
        details={
            "version": row.version,
            "state": State(row.state).label,
            "by": by,
            "action": did,
            "at": iso(last.at) if last else None,
        },
    )


def announce(events: Events, line: TicketLine, action: str) -> None:
    """Tell this and the other processes' open pages that something was done to a ticket."""
    events.publish(
        "tickets", "ticket", action=action, department_id=line.department_id, ticket=line.to_json()
    )
