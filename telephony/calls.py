"""Keeps phone calls: what a telephone system, or an agent, tells of them becomes events, and the call is what they amount to.

Messages of a telephone system may come late, twice, or in another order than they happened. So each is an event with its own
time, and a call is computed from all of its events (:func:`amount`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import pages
from core.clock import iso, now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict, NotFound
from core.events import Events
from core.locks import one_at_a_time
from core.phone import canonical
from core.privacy import lookup_key, mask_phone
from core.sealing import lookup_keys
from telephony.models import CallEventRow, CallRow

CTI, HAND = "cti", "hand"
"""Where calls come from: the telephone system, or an agent who writes them down."""
GIVEN_UP_AFTER = timedelta(minutes=10)
"""Time after which a call that only rang counts as missed, because no system lets one ring so long: its end was never told."""


class Happens(StrEnum):
    """What happens to a call."""

    RUNG = "rung"
    ANSWERED = "answered"
    MISSED = "missed"
    ENDED = "ended"


class CallState(StrEnum):
    """What a call is now."""

    RINGING = "ringing"
    TALKING = "talking"
    MISSED = "missed"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """The name for agents."""
        return {"ringing": "正在振铃", "talking": "通话中", "missed": "未接", "ended": "已结束"}[self.value]


@dataclass(frozen=True)
class Told:
    """What is told of a call.

    Args:
        external_id: id of the call in the system that tells it, up to 80 characters.
        kind: what happened.
        at: when.
        phone: the caller's number as sent; empty when it is withheld or not told this time.
        agent_id: whom it rings at, or who answered; None: nobody in particular.
        seconds: of ringing or of the talk, as the system counted.
        delivery: the system's id of the message; empty for what an agent does.
        body: the message as it came, of which a keyed digest is kept.
    """

    external_id: str
    kind: Happens
    at: datetime
    phone: str = ""
    agent_id: str | None = None
    seconds: int | None = None
    delivery: str = ""
    body: str = ""


@dataclass(frozen=True)
class Call:
    """A call. ``phone`` is in clear; what agents see of it is masked (:meth:`to_json`)."""

    id: str
    system: str
    external_id: str
    phone: str
    agent_id: str | None
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    state: CallState
    rang_s: int | None
    talked_s: int | None
    ticket_number: str | None

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk, with a masked number."""
        return {
            "id": self.id,
            "system": self.system,
            "phone": mask_phone(self.phone),
            "agent_id": self.agent_id,
            "began_at": iso(self.began_at),
            "answered_at": iso(self.answered_at) if self.answered_at else None,
            "ended_at": iso(self.ended_at) if self.ended_at else None,
            "state": self.state.label,
            "state_code": str(self.state),
            "rang_s": self.rang_s,
            "talked_s": self.talked_s,
            "ticket_number": self.ticket_number,
        }


@dataclass(frozen=True)
class Figures:
    """接通率: what became of the calls of some days.

    Args:
        days: how many days, until now.
        rang: all calls.
        answered: those that somebody answered.
        missed: those that nobody did.
        rang_s, talked_s: mean seconds until answered, and of talks; None when there are none.
    """

    days: int
    rang: int
    answered: int
    missed: int
    rang_s: float | None
    talked_s: float | None

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk; the share is 0 to 1, of the calls that are over or were answered."""
        over = self.answered + self.missed
        return {**vars(self), "answered_share": round(self.answered / over, 4) if over else None}


class Calls:
    """Keeps the calls.

    Args:
        database: where they are.
        events: told about each change.
    """

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def tell(self, system: str, told: Told, alongside: Alongside | None = None) -> Call:
        """Keep what is told of a call, and tell the open desks. The same message again changes nothing.

        Args:
            system: :data:`CTI` or :data:`HAND`.
            told: what happened.
            alongside: work of the caller in the same transaction.

        Raises:
            BadRequest: code ``bad_phone``; the number is no phone number.
            Conflict: code ``key_reused``; another message came with this id before.
        """
        phone = _stored(told.phone)
        try:
            call, fresh = await self._tell(system, told, phone, alongside)
        except IntegrityError:
            # Messages of two calls came at once with one id: the second try finds the event of the first (PostgreSQL only).
            call, fresh = await self._tell(system, told, phone, alongside)
        if fresh:
            self._events.publish("desk", "call", call=call.to_json(), happened=str(told.kind))
        return call

    async def _tell(
        self, system: str, told: Told, phone: str, alongside: Alongside | None
    ) -> tuple[Call, bool]:
        digests = lookup_keys(told.body) if told.delivery else [None]
        async with self._database.write() as session:
            # The row of a new call can't be locked before it is there.
            await one_at_a_time(session, f"call {system} {told.external_id}")
            if told.delivery:
                known = await session.scalar(
                    select(CallEventRow).where(CallEventRow.delivery == told.delivery)
                )
                if known is not None:
                    if known.digest not in digests:
                        raise Conflict("这个消息编号已经用过，内容却不一样", code="key_reused")
                    return _call(await session.get_one(CallRow, known.call_id)), False
            row = await session.scalar(
                select(CallRow).where(CallRow.system == system, CallRow.external_id == told.external_id)
            )
            if row is None:
                row = CallRow(
                    system=system, external_id=told.external_id, began_at=told.at, state=CallState.RINGING
                )
                session.add(row)
                await session.flush()
            # The id of a message is not signed: a copy with another id is the same message.
            same = CallEventRow.digest.in_([one for one in digests if one])
            copy = select(CallEventRow.id).where(CallEventRow.call_id == row.id, same).limit(1)
            if await session.scalar(copy) is not None:
                return _call(row), False
            if phone and not row.phone:
                row.phone, row.phone_key = phone, lookup_key(phone)
            await _keep(session, row, told, digests[0])
            if alongside is not None:
                await alongside(session)
            return _call(row), True

    async def by_agent(self, call_id: str, kind: Happens, agent_id: str) -> Call:
        """Keep that an agent took a call at the desk, or ended it. Of two who take it at once, one gets it.

        Args:
            call_id: the call.
            kind: :attr:`Happens.ANSWERED` or :attr:`Happens.ENDED`.
            agent_id: the agent.

        Raises:
            NotFound: there is no such call.
            Conflict: code ``call_over``: it has ended, or the caller gave up; ``not_yours``: a colleague has it, or it rings at them; ``not_answered``:
                nobody has taken it, so nobody ends it.
        """
        known = await self.get(call_id)
        async with self._database.write() as session:
            await one_at_a_time(session, f"call {known.system} {known.external_id}")
            row = await session.get_one(CallRow, call_id, populate_existing=True)
            call = _call(row)
            if call.state in (CallState.ENDED, CallState.MISSED):
                raise Conflict("这个来电已经结束了", code="call_over")
            if call.agent_id not in (None, agent_id):
                raise Conflict("这个来电在别的坐席那里", code="not_yours", details={"agent": call.agent_id})
            if kind is Happens.ENDED and call.state is not CallState.TALKING:
                raise Conflict("这个来电还没有人接", code="not_answered")
            if kind is Happens.ANSWERED and call.state is CallState.TALKING and call.agent_id == agent_id:
                return call
            await _keep(session, row, Told(call.external_id, kind, now(), agent_id=agent_id), None)
            call = _call(row)
        self._events.publish("desk", "call", call=call.to_json(), happened=str(kind))
        return call

    async def get(self, call_id: str) -> Call:
        """The call with this id.

        Raises:
            NotFound: there is no such call.
        """
        async with self._database.read() as session:
            row = await session.get(CallRow, call_id)
            if row is None:
                raise NotFound("没有这个来电")
            return _call(row)

    async def recent(self, limit: int = 50, after: str | None = None) -> tuple[Sequence[Call], str | None]:
        """A page of calls, newest first, and what begins the next page; None: there is none.

        Raises:
            BadRequest: there is no such page.
        """
        order = (CallRow.began_at, CallRow.id)
        query = select(CallRow).order_by(*(column.desc() for column in order))
        if after is not None:
            query = query.where(tuple_(*order) < pages.behind(after))
        async with self._database.read() as session:
            found = [_call(row) for row in await session.scalars(query.limit(limit + 1))]
        return pages.cut(found, limit, lambda one: pages.place(one.began_at, one.id))

    async def of_phone(self, phone: str, limit: int = 10) -> Sequence[Call]:
        """The last calls from a number, newest first."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(CallRow)
                .where(CallRow.phone_key.in_(lookup_keys(phone)))
                .order_by(CallRow.began_at.desc())
                .limit(limit)
            )
            return [_call(row) for row in rows]

    async def told_as(self, system: str, external_id: str) -> Call | None:
        """The call that a system tells of under its own id; None when there is none."""
        async with self._database.read() as session:
            known = (CallRow.system == system, CallRow.external_id == external_id)
            row = await session.scalar(select(CallRow).where(*known))
            return None if row is None else _call(row)

    async def filed(self, session: AsyncSession, call_id: str, number: str, agent_id: str | None) -> None:
        """Write, in the caller's transaction, that a ticket was filed in a call by its agent.

        Raises:
            NotFound: there is no such call.
            Conflict: code ``not_yours``; it is a colleague's call.
        """
        row = await session.get(CallRow, call_id, with_for_update=True)
        if row is None:
            raise NotFound("没有这个来电")
        if row.agent_id not in (None, agent_id):
            raise Conflict("这个来电是别的坐席接的，不能登记在它名下", code="not_yours")
        row.ticket_number = number

    async def figures(self, days: int) -> Figures:
        """What became of the calls of the last days."""
        moment = now()
        recent = CallRow.began_at >= moment - timedelta(days=days)
        given_up = (CallRow.state == CallState.RINGING) & (CallRow.began_at < moment - GIVEN_UP_AFTER)

        def count(*what: Any) -> Any:
            return select(func.count()).select_from(CallRow).where(recent, *what)

        async with self._database.browse() as session:
            rang = await session.scalar(count()) or 0
            answered = await session.scalar(count(CallRow.answered_at.is_not(None))) or 0
            missed = await session.scalar(count((CallRow.state == CallState.MISSED) | given_up)) or 0
            waited = await session.scalar(
                select(func.avg(CallRow.rang_s)).where(recent, CallRow.answered_at.is_not(None))
            )
            talked = await session.scalar(select(func.avg(CallRow.talked_s)).where(recent))
        return Figures(days, rang, answered, missed, _mean(waited), _mean(talked))


async def _keep(session: AsyncSession, row: CallRow, told: Told, digest: str | None) -> None:
    session.add(
        CallEventRow(
            call_id=row.id,
            kind=told.kind,
            at=told.at,
            seconds=told.seconds,
            agent_id=told.agent_id,
            delivery=told.delivery or None,
            digest=digest,
        )
    )
    await session.flush()
    happened = await session.scalars(
        select(CallEventRow).where(CallEventRow.call_id == row.id).order_by(CallEventRow.at)
    )
    amount(row, list(happened))
    await session.flush()


def amount(row: CallRow, events: Sequence[CallEventRow]) -> None:
    """Write into a call what its events amount to, whatever the order in which they came.

    The first answer counts; who answered last has it. A call that ended without an answer was missed.

    Args:
        row: the call.
        events: all of its events, by their time.
    """
    first = {kind: [one for one in events if one.kind == kind] for kind in Happens}
    answered, ended, missed = first[Happens.ANSWERED], first[Happens.ENDED], first[Happens.MISSED]
    row.began_at = events[0].at
    row.answered_at = answered[0].at if answered else None
    over = ended[-1] if ended else missed[-1] if missed and not answered else None
    row.ended_at = over.at if over else None
    row.agent_id = next((one.agent_id for one in reversed(answered) if one.agent_id), None) or next(
        (one.agent_id for one in reversed(events) if one.agent_id), None
    )
    if over is None:
        row.state = CallState.TALKING if answered else CallState.RINGING
    else:
        row.state = CallState.ENDED if answered else CallState.MISSED
    until = answered[0] if answered else over
    row.rang_s = None if until is None else _seconds(row.began_at, until.at)
    row.talked_s = _seconds(answered[0].at, over.at) if answered and over else None
    if answered and ended and ended[-1].seconds is not None:
        row.talked_s = ended[-1].seconds
    if answered and answered[0].seconds is not None:
        row.rang_s = answered[0].seconds


def _seconds(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds()))


def _mean(value: Any) -> float | None:
    return None if value is None else round(float(value), 1)


def _stored(phone: str) -> str:
    """The stored form of a number; empty for a withheld one.

    Raises:
        BadRequest: code ``bad_phone``.
    """
    if not phone.strip():
        return ""
    number = canonical(phone)
    if number is None:
        raise BadRequest(
            "这个号码不像电话号码，请填 11 位手机号或带区号的座机号",
            code="bad_phone",
            details={"fields": {"phone": "不像电话号码"}},
        )
    return number


def _call(row: CallRow) -> Call:
    state = CallState(row.state)
    if state is CallState.RINGING and row.began_at < now() - GIVEN_UP_AFTER:
        state = CallState.MISSED
    return Call(
        id=row.id,
        system=row.system,
        external_id=row.external_id,
        phone=row.phone,
        agent_id=row.agent_id,
        began_at=row.began_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        state=state,
        rang_s=row.rang_s,
        talked_s=row.talked_s,
        ticket_number=row.ticket_number,
    )
