"""Whether an agent is there for citizens: online, busy, away or offline.

The page of the desk answers the server's question every :data:`BEAT_S` seconds, and says how long ago the person did
something. So neither a closed laptop nor a page that nobody looks at counts as an agent. The signs are in the database,
so that all processes judge alike.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import queue
from core.clock import now
from core.database import Database
from desk.models import DeskSession, DeskUser
from desk.roles import ANSWERING

log = logging.getLogger(__name__)

BEAT_S = 10
"""Seconds between two questions to a page. Two answers may get lost before its agent counts as offline."""
GONE_AFTER = timedelta(seconds=35)
"""Time without a sign of life of any of an agent's pages after which the agent is offline.

It is longer than a reload of the page. With the look of :mod:`conversations.queued` every 10 seconds, a citizen whose
agent vanishes is back in the queue within 50 seconds.
"""
AWAY_AFTER = timedelta(minutes=5)
"""Default time without an action at the page after which an agent is away."""
CAPACITY = 8
"""Default number of conversations that an agent has at the same time before no more are passed to them."""
MOST_CAPACITY = 50
"""Highest capacity that can be set."""


class State(StrEnum):
    """The state of an agent."""

    ONLINE = "online"
    """在线: gets new conversations."""
    BUSY = "busy"
    """忙碌: there, but gets no new ones; chosen, or because they have as many as they may."""
    AWAY = "away"
    """离开: chosen, or because nobody has touched the page for a while. Citizens who wait go back into the queue."""
    OFFLINE = "offline"
    """不在线: no page answers, or the account may not answer citizens."""


GONE = (State.AWAY, State.OFFLINE)
"""The states in which an agent is not there for citizens."""
CHOICES = (State.ONLINE, State.BUSY, State.AWAY)
"""The states that an agent can choose."""


class Presence:
    """Records the signs of life, and tells who is there.

    Args:
        database: where the accounts are.
        away_after: time without an action at the page after which an agent is away.
        capacity: number of conversations of an agent for whom none is set.
    """

    def __init__(
        self, database: Database, away_after: timedelta = AWAY_AFTER, capacity: int = CAPACITY
    ) -> None:
        self._database = database
        self._away_after = away_after
        self._capacity = capacity
        self._heard_all_since = now()
        """Since when this process could have recorded every sign: before, silence means nothing."""

    async def came(self, user_id: str, session_id: str) -> None:
        """A page of an account has connected. It does not count when its session has ended meanwhile (signed out)."""
        async with self._database.write() as session:
            # First the account's row is locked, as by who signs out. So the session is read as it is after that.
            await session.execute(select(DeskUser.id).where(DeskUser.id == user_id).with_for_update())
            goes_on = select(DeskSession.id).where(
                DeskSession.id == session_id, DeskSession.epoch == DeskUser.session_epoch
            )
            await session.execute(
                update(DeskUser)
                .where(DeskUser.id == user_id, goes_on.exists())
                .values(seen_at=now(), active_at=func.coalesce(DeskUser.active_at, now()))
            )

    async def beat(self, user_id: str, idle: timedelta) -> None:
        """A page of an account has answered. It brings nobody back who has signed out.

        Args:
            idle: time since the person last did something at that page.
        """
        moment = now()
        active = moment - max(idle, timedelta())
        newer = or_(DeskUser.active_at.is_(None), DeskUser.active_at < active)
        try:
            async with self._database.write() as session:
                await session.execute(
                    update(DeskUser)
                    .where(DeskUser.id == user_id, DeskUser.seen_at.is_not(None))
                    .values(seen_at=moment, active_at=case((newer, active), else_=DeskUser.active_at))
                )
        except SQLAlchemyError:
            self._heard_all_since = now()
            log.exception("a sign of life can't be recorded; until the next ones nobody counts as gone")

    async def choose(self, user_id: str, state: State) -> None:
        """Record the state that an agent has chosen (one of :data:`CHOICES`). It ends with the next sign-in."""
        async with self._database.write() as session:
            await session.execute(
                update(DeskUser).where(DeskUser.id == user_id).values(chosen=str(state), active_at=now())
            )

    async def give(self, user_id: str, capacity: int | None) -> bool:
        """Set how many conversations an agent may have at the same time; None: the default.

        Returns:
            Whether there is such an account that answers citizens.
        """
        async with self._database.write() as session:
            found = await session.execute(
                update(DeskUser)
                .where(DeskUser.id == user_id, DeskUser.role.in_(sorted(ANSWERING)))
                .values(capacity=capacity)
                .returning(DeskUser.id)
            )
            return found.scalar() is not None

    def of(self, row: DeskUser, in_hand: int) -> State:
        """The state of an account that has ``in_hand`` conversations."""
        if not _may_answer(row) or row.seen_at is None or row.seen_at <= now() - GONE_AFTER:
            return State.OFFLINE
        if row.chosen == State.AWAY or (row.active_at or row.seen_at) <= now() - self._away_after:
            return State.AWAY
        full = in_hand >= self.capacity(row)
        return State.BUSY if full or row.chosen == State.BUSY else State.ONLINE

    def capacity(self, row: DeskUser) -> int:
        """How many conversations an account may have at the same time."""
        return self._capacity if row.capacity is None else row.capacity

    def has_left(self, row: DeskUser) -> bool:
        """Whether an account is not there for citizens. What could not be heard counts as heard."""
        state = self.of(row, 0)
        quiet = _may_answer(row) and row.seen_at is not None and state is State.OFFLINE
        if quiet and self._heard_all_since > now() - GONE_AFTER:
            return False
        return state in GONE

    async def gone(self, agents: Collection[str]) -> set[str]:
        """Which of these agents (by id) are not there for citizens (:meth:`has_left`), or have no account."""
        async with self._database.read() as session:
            rows = await session.scalars(select(DeskUser).where(DeskUser.id.in_(agents)))
            return set(agents) - {row.id for row in rows if not self.has_left(row)}

    async def free(self, agents: Collection[str]) -> set[str]:
        """Which of these agents (by id) are online, and may get another conversation."""
        async with self._database.read() as session:
            busy = await queue.in_hand(session)
            rows = await session.scalars(select(DeskUser).where(DeskUser.id.in_(agents)))
            return {row.id for row in rows if self.of(row, busy.get(row.id, 0)) is State.ONLINE}

    async def state(self, user_id: str) -> tuple[State, str]:
        """The state of an account as it is and as it was chosen."""
        async with self._database.read() as session:
            row = await session.get_one(DeskUser, user_id)
            return self.of(row, (await queue.in_hand(session)).get(user_id, 0)), row.chosen

    async def agents_online(self) -> int:
        """Number of agents who are there for citizens. Busy ones are: they will be free again."""
        async with self._database.read() as session:
            return await self._there(session)

    async def _there(self, session: AsyncSession) -> int:
        active = func.coalesce(DeskUser.active_at, DeskUser.seen_at)
        there: ColumnElement[bool] = and_(
            DeskUser.active.is_(True),
            DeskUser.role.in_(sorted(ANSWERING)),
            DeskUser.seen_at > now() - GONE_AFTER,
            DeskUser.chosen != State.AWAY,
            active > now() - self._away_after,
        )
        return await session.scalar(select(func.count()).select_from(DeskUser).where(there)) or 0


def _may_answer(row: DeskUser) -> bool:
    return row.active and row.role in ANSWERING
